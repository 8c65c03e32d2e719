"""Where this machine gets its Debian packages from, by its own apt configuration."""

import re
from pathlib import Path

from seatrial.core.problem import UnavailableError

_POCKETS = ("", "-updates", "-security")
"""What Debian and Ubuntu add to a release's own suite; other suffixes are other parties'."""

_ONE_LINE = re.compile(r"deb\s+(?P<options>\[[^]]*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+\S")


def release_codename(os_release: str) -> str:
    """Read VERSION_CODENAME from the text of an os-release file.

    Raises: UnavailableError when there is none.
    """
    for line in os_release.splitlines():
        key, _, value = line.partition("=")
        if key == "VERSION_CODENAME" and value.strip('"'):
            return value.strip('"')
    raise UnavailableError(
        "The machine's os-release file names no VERSION_CODENAME.",
        "Build on Debian or Ubuntu, or import an image with `seatrial image import`.",
    )


def host_sources(etc_apt: Path, codename: str) -> tuple[str, str]:
    """Give the machine's sources of release `codename`: one-line entries, deb822 stanzas.

    Entries of other releases or of other parties are left out, so that an image holds nothing
    but the distribution.
    Raises: UnavailableError when none names the release.
    """
    suites = {codename + pocket for pocket in _POCKETS}
    parts = etc_apt / "sources.list.d"
    lines = [
        line
        for path in (etc_apt / "sources.list", *sorted(parts.glob("*.list")))
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
        if (match := _ONE_LINE.match(line.strip())) and match["suite"] in suites
    ]
    stanzas = [
        kept
        for path in sorted(parts.glob("*.sources"))
        for stanza in re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
        if (kept := _kept_stanza(stanza, suites))
    ]
    if not lines and not stanzas:
        raise UnavailableError(
            f"No apt source below {etc_apt} names the release {codename}.",
            f"Add the distribution's own source for {codename} and run `apt-get update`.",
        )
    return "".join(f"{line.strip()}\n" for line in lines), "\n\n".join(stanzas) + "\n"


def _kept_stanza(stanza: str, suites: set[str]) -> str:
    """Give a deb822 stanza with only the wanted suites, or nothing."""
    text = "\n".join(line for line in stanza.splitlines() if line and not line.startswith("#"))
    fields = {
        match["key"].lower(): match["value"]
        for match in re.finditer(
            r"^(?P<key>[A-Za-z-]+):(?P<value>.*(?:\n[ \t].*)*)", text, flags=re.MULTILINE
        )
    }
    enabled = fields.get("enabled", "yes").strip().lower() not in {"no", "false", "0"}
    wanted = [suite for suite in fields.get("suites", "").split() if suite in suites]
    if not enabled or not wanted or "deb" not in fields.get("types", "").split():
        return ""
    changed = dict(fields, suites=" ".join(wanted), types="deb")
    return "\n".join(f"{key.title()}: {value.strip(' ')}" for key, value in changed.items())
