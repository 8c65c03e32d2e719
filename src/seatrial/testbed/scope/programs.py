"""What the arguments of well-known programs mean. Tables, not code; unknown programs only run."""

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "rbash"})
PYTHONS = frozenset({"python", "python3", "python2", "pypy", "pypy3", "python3.11"})

SCRIPTERS = {"perl": "-e", "ruby": "-e", "node": "-e", "php": "-r", "lua": "-e"}
"""Interpreters and the option that carries program text."""

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
}
"""Short options of a wrapper that take a value in the next argument."""

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
