"""Words of plausible administrative programs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A kind of administrative program.

    tools: what it may call and with which arguments; all in coreutils, which every Debian
        image has, and none starts another program.
    """

    nouns: tuple[str, ...]
    purpose: str
    verbs: tuple[str, ...]
    tools: tuple[tuple[str, ...], ...]
    idle: str


TRADES = (
    Trade(
        nouns=("disk", "volume", "storage"),
        purpose="shows how full the file systems are",
        verbs=("report", "usage", "survey"),
        tools=(("df", "-h", "/"), ("df", "-i", "/"), ("df", "-P", "/usr")),
        idle="no survey asked for",
    ),
    Trade(
        nouns=("backup", "snapshot", "archive"),
        purpose="sums up the sizes of what is to be backed up",
        verbs=("measure", "estimate", "plan"),
        tools=(("du", "-s", "/usr/share/common-licenses"), ("du", "-sh", "/usr/share/doc")),
        idle="nothing to estimate",
    ),
    Trade(
        nouns=("logbook", "journal", "logs"),
        purpose="counts the lines of the installation records",
        verbs=("rotate", "count", "trim"),
        tools=(("wc", "-l", "/etc/passwd"), ("tail", "-n", "3", "/etc/group")),
        idle="the log is in order",
    ),
    Trade(
        nouns=("spool", "printq", "queue"),
        purpose="lists what waits in the printer queue",
        verbs=("list", "flush", "pending"),
        tools=(("ls", "-l", "/var/spool"), ("ls", "/var/spool")),
        idle="the queue is left alone",
    ),
    Trade(
        nouns=("clock", "timesync", "chrono"),
        purpose="shows the time of the host for comparison with the site clock",
        verbs=("compare", "check", "sync"),
        tools=(("date", "-u"), ("date", "+%s")),
        idle="no comparison made",
    ),
    Trade(
        nouns=("inventory", "asset", "platform"),
        purpose="shows kernel and machine for the inventory",
        verbs=("collect", "describe", "push"),
        tools=(("uname", "-a"), ("uname", "-m"), ("uname", "-r")),
        idle="inventory not due",
    ),
    Trade(
        nouns=("cpuinfo", "capacity", "load"),
        purpose="shows how many processors may be used",
        verbs=("show", "sample", "meter"),
        tools=(("nproc",), ("nproc", "--all")),
        idle="no sample taken",
    ),
    Trade(
        nouns=("integrity", "baseline", "seal"),
        purpose="computes checksums of the account files",
        verbs=("verify", "renew", "compute"),
        tools=(("sha256sum", "/etc/passwd"), ("cksum", "/etc/group"), ("md5sum", "/etc/passwd")),
        idle="baseline untouched",
    ),
    Trade(
        nouns=("tmpwatch", "scratch", "cleanup"),
        purpose="looks at the state of the exchange folders",
        verbs=("inspect", "sweep", "age"),
        tools=(("stat", "-c", "%n %a", "/srv"), ("stat", "/mnt")),
        idle="exchange folders left alone",
    ),
    Trade(
        nouns=("accounts", "members", "roster"),
        purpose="lists the accounts of the host in order",
        verbs=("audit", "order", "export"),
        tools=(("sort", "/etc/passwd"), ("cut", "-d:", "-f1", "/etc/passwd")),
        idle="roster not exported",
    ),
    Trade(
        nouns=("session", "whois", "presence"),
        purpose="shows under which account the service desk looks in",
        verbs=("identify", "trace", "whoami"),
        tools=(("id",), ("id", "-un"), ("whoami",)),
        idle="nobody asked",
    ),
    Trade(
        nouns=("release", "version", "motd"),
        purpose="prints the release note of the day",
        verbs=("publish", "print", "announce"),
        tools=(("head", "-n", "2", "/etc/os-release"), ("cat", "/etc/debian_version")),
        idle="no announcement today",
    ),
)

SITES = ("norling", "aldgate", "ferrum", "tidewater", "kestrel", "holm", "brightwell", "osprey",
         "millrace", "quarry", "lindqvist", "saltmarsh")  # fmt: skip
SUFFIXES = ("ctl", "-report", "-helper", "-tool", "wrap", "-agent", "mgr", "-run", "")
PLACES = (
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/libexec",
    "/opt/{site}/bin",
    "/opt/{site}/sbin",
    "/usr/lib/{site}",
)
HOSTS = ("gate", "atlas", "depot", "relay", "harbor", "vault", "anchor", "mast")
FLAG_PATHS = (
    "/root/{site}.key",
    "/root/recovery-code",
    "/etc/{site}/escrow",
    "/var/lib/{site}/private/seal",
    "/opt/{site}/etc/master.secret",
    "/srv/{site}/root-only.txt",
)
PROFILES = ("nightly", "weekly", "north", "south", "primary", "standby", "bronze", "argon", "delta",
            "granite", "harvest", "juniper")  # fmt: skip
MODES = ("batch", "quiet", "full", "strict", "verbose", "unattended")
PROFILE_KEYS = ("profile", "site", "tier", "class", "zone", "plan")
VERB_NAMES = ("command", "action", "task", "job")
REQUEST_FIELDS = ("ticket", "order", "request", "token", "change")
FAILS = ("die", "fail", "bail", "complain", "give_up", "stop_with")
