"""What the arguments of well-known programs mean. Tables, not code; unknown programs only run."""

import re

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "rbash"})
PYTHONS = frozenset({"python", "pypy"})
AWKS = frozenset({"awk", "gawk", "mawk", "nawk", "original-awk"})

SCRIPTERS = {
    "perl": r"-[a-zA-Z0-9]*[eE]",
    "ruby": r"-[a-zA-Z]*e",
    "node": r"-[a-z]*[ep]|--eval|--print",
    "php": r"-[rBRE]|--run",
    "lua": "-e",
}
"""Interpreters and the options that carry program text."""

COMMAND_BY_C = frozenset({"su", "runuser", "flock", "script"})
"""Programs beside shells that take a text of commands with `-c` or `--command`."""

EDITORS = frozenset({"vi", "vim", "nvim", "ex", "view"})

_VERSION = re.compile(r"[\d.]+$")


def known_name(written: str) -> str:
    """Give a program's name as the tables here have it: without folder and version."""
    name = written.rpartition("/")[2]
    if name.startswith(("ld-linux", "ld-musl", "ld.so")):
        return "ld.so"
    return _VERSION.sub("", name) if name.startswith(_VERSIONED) else name


_VERSIONED = ("python", "pypy", "perl", "ruby", "node", "php", "lua")

SAYS_ONLY = frozenset({"echo", "printf", ":", "true", "false", "read", "exit", "return"})
"""Programs whose arguments are text, not paths."""

PATTERN_FIRST = frozenset({"grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "mawk", "perl"})
"""Programs whose first plain argument is a pattern or program, not a path."""

READERS = frozenset(
    {
        "cat",
        "head",
        "tail",
        "less",
        "more",
        "xxd",
        "od",
        "hexdump",
        "strings",
        "base64",
        "ls",
        "file",
        "stat",
        "readlink",
        "realpath",
        "nl",
        "tac",
        "wc",
        "sort",
        "uniq",
        "md5sum",
        "sha256sum",
        "cmp",
        "diff",
        "source",
        ".",
        "objdump",
        "readelf",
        "nm",
        "gdb",
        "find",
        "du",
        "test",
    }
)
"""Programs whose plain arguments are paths, even without a slash."""

WRITERS = frozenset(
    {
        "tee",
        "touch",
        "mkdir",
        "rm",
        "rmdir",
        "unlink",
        "truncate",
        "chmod",
        "chown",
        "chgrp",
        "mknod",
        "mkfifo",
        "shred",
        "mv",
    }
)
"""Programs that change every path they are given."""

WRITE_LAST = frozenset({"cp", "ln", "install"})
"""Programs that read their arguments and write the last."""

OUTPUT_OPTIONS = frozenset({"-o", "-O", "--output", "--output-document"})
"""Options whose value is a path to write, in compilers and fetchers."""

WRAPPERS = {
    "env": 0,
    "sudo": 0,
    "doas": 0,
    "nohup": 0,
    "timeout": 1,
    "nice": 0,
    "ionice": 0,
    "setsid": 0,
    "stdbuf": 0,
    "time": 0,
    "xargs": 0,
    "exec": 0,
    "command": 0,
    "builtin": 0,
    "strace": 0,
    "ltrace": 0,
    "setarch": 0,
    "taskset": 1,
    "chroot": 1,
    "unshare": 0,
    "nsenter": 0,
    "busybox": 0,
    "valgrind": 0,
    "prlimit": 0,
    "flock": 1,
    "setpriv": 0,
    "runuser": 0,
    "coproc": 0,
    "fakeroot": 0,
    "chrt": 1,
    "numactl": 0,
    "unbuffer": 0,
    "rlwrap": 0,
    "gosu": 1,
    "watch": 0,
    "parallel": 0,
    "ld.so": 0,
}
"""Programs that start the program in their arguments, and how many plain arguments come first."""

WRAPPER_VALUES = {
    "env": "uCS",
    "sudo": "ugpCh",
    "timeout": "ks",
    "nice": "n",
    "ionice": "cnp",
    "stdbuf": "ioe",
    "time": "fo",
    "xargs": "IndPsLEa",
    "exec": "a",
    "strace": "opesPaEIuX",
    "ltrace": "opesaEnu",
    "nsenter": "tSG",
    "unshare": "SG",
    "flock": "wE",
    "runuser": "ug",
    "doas": "uC",
    "watch": "n",
    "chrt": "TPD",
    "parallel": "jSN",
}
"""Short options of a wrapper that take a value in the next argument."""

LONG_VALUES = {
    "env": ("unset", "chdir", "split-string"),
    "sudo": ("user", "group", "prompt", "chroot", "host", "chdir", "close-from", "role", "type"),
    "timeout": ("kill-after", "signal"),
    "nice": ("adjustment",),
    "ionice": ("class", "classdata", "pid"),
    "stdbuf": ("input", "output", "error"),
    "time": ("format", "output"),
    "xargs": ("arg-file", "delimiter", "max-args", "max-procs", "max-chars"),
    "strace": ("output", "trace", "string-limit", "user", "env", "columns"),
    "ltrace": ("output", "library"),
    "setpriv": (
        *("reuid", "regid", "groups", "ruid", "euid", "rgid", "egid", "securebits", "pdeathsig"),
        *("inh-caps", "bounding-set", "ambient-caps", "selinux-label", "apparmor-profile"),
    ),
    "chroot": ("groups", "userspec"),
    "unshare": ("setuid", "setgid", "root", "wd", "map-user", "map-group", "propagation"),
    "nsenter": ("setuid", "setgid"),
    "flock": ("timeout", "wait", "conflict-exit-code"),
    "runuser": ("user", "group", "supp-group"),
    "watch": ("interval",),
    "parallel": ("jobs", "delay", "timeout"),
    "ld.so": ("library-path", "preload", "argv0", "audit", "inhibit-rpath"),
}
"""Long options of a wrapper that take a value in the next argument, if not after `=`."""

RECURSIVE = {
    "grep": "-[a-zA-Z]*[rR]|--(?:dereference-)?recursive",
    "cp": "-[a-zA-Z]*[rRa]|--recursive|--archive",
    "rsync": "-[a-zA-Z]*[ra]|--recursive|--archive",
    "scp": "-[a-zA-Z]*r",
    "ls": "-[a-zA-Z]*R|--recursive",
    "diff": "-[a-zA-Z]*r|--recursive",
    "rm": "-[a-zA-Z]*[rR]|--recursive",
    "chmod": "-[a-zA-Z]*R|--recursive",
    "chown": "-[a-zA-Z]*R|--recursive",
    "zip": "-[a-zA-Z]*r|--recurse-paths",
    "tar": ".*",
    "rg": ".*",
    "du": ".*",
}
"""Programs and the options with which they go through all below a folder."""

HOST_FIRST = frozenset(
    {
        "nc",
        "ncat",
        "netcat",
        "telnet",
        "ping",
        "ping6",
        "traceroute",
        "tracepath",
        "dig",
        "nslookup",
        "host",
        "whois",
        "ssh",
        "sftp",
        "ftp",
        "tftp",
        "nmap",
        "hping3",
        "mtr",
        "arping",
    }
)
"""Programs whose plain arguments name hosts."""

URL_FETCHERS = frozenset({"curl", "wget", "aria2c", "lynx", "w3m", "http", "https"})
REMOTE_COPIERS = frozenset({"scp", "rsync"})

VALUE_OPTIONS = {
    "nc": "wpsiqX",
    "ncat": "wpsi",
    "netcat": "wpsiq",
    "ping": "cwWiIst",
    "ping6": "cwWiIst",
    "ssh": "pilLRDoFJEcmbeBIOQSWw",
    "sftp": "PiloFJ",
    "dig": "pbtqk",
    "nmap": "peTDSg",
    "curl": "oHdXAuebcFTmwxUErCKPQtyYz",
    "wget": "OoaeiBtTwQPUlARDI",
    "traceroute": "fgimpqstwz",
    "scp": "PiloFJSc",
    "rsync": "efTM",
}
"""Short options of network programs that take a value in the next argument."""

PROXY_OPTIONS = {
    "curl": ("-x", "--proxy", "--preproxy", "--socks4", "--socks5", "--socks5-hostname"),
    "nc": ("-x",),
    "ncat": ("--proxy",),
}
"""Options whose value is another host to go by."""

HOSTS_FROM_FILE = {
    "curl": ("-K", "--config"),
    "wget": ("-i", "--input-file"),
    "aria2c": ("-i", "--input-file"),
    "nmap": ("-iL",),
}
"""Options that name a file of hosts."""

INSTALLERS = {
    "pip": ("install", "download", "index"),
    "pip3": ("install", "download", "index"),
    "uv": ("pip", "add", "sync"),
    "apt": ("install", "update", "upgrade", "download"),
    "apt-get": ("install", "update", "upgrade", "download", "source"),
    "npm": ("install", "i", "ci", "add"),
    "yarn": ("install", "add"),
    "gem": ("install",),
    "cargo": ("install", "add", "fetch"),
    "go": ("get", "install"),
}
"""Package managers and the words that make them ask an index."""
