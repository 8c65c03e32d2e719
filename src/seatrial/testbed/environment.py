"""The environment variables a command in a sandbox starts with. None comes from the host."""

from seatrial.testbed.accounts import Account

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def default_environment(account: Account) -> dict[str, str]:
    """Give the variables of a fresh login, without a shell's own."""
    return {
        "PATH": PATH,
        "HOME": account.home,
        "USER": account.name,
        "LOGNAME": account.name,
        "LANG": "C.UTF-8",
    }
