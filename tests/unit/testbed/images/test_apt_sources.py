"""Only the distribution's own sources of the machine's release are taken."""

from pathlib import Path

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed.images.apt_sources import host_sources, release_codename

STANZAS = """\
# a comment with an address
Types: deb deb-src
URIs: copy:/pool
Suites: bookworm bookworm-updates trixie
Components: main
Signed-By:
 one line
 another

Types: deb
URIs: copy:/security
Suites: bookworm-security
Components: main

Types: deb
URIs: copy:/off
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: copy:/other-party
Suites: bookworm-pgdg
Components: main
"""

LINES = """\
# deb copy:/commented bookworm main
deb [arch=amd64 trusted=yes] copy:/pool bookworm main
deb-src copy:/source bookworm main
deb copy:/next trixie main
"""


def test_other_releases_parties_and_switched_off_entries_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(LINES)
    (tmp_path / "sources.list.d/debian.sources").write_text(STANZAS)
    lines, stanzas = host_sources(tmp_path, "bookworm")
    assert lines == "deb [arch=amd64 trusted=yes] copy:/pool bookworm main\n"
    first, second = stanzas.strip().split("\n\n")
    assert first.splitlines() == [
        "Types: deb",
        "Uris: copy:/pool",
        "Suites: bookworm bookworm-updates",
        "Components: main",
        "Signed-By: ",
        " one line",
        " another",
    ]
    assert "copy:/security" in second


def test_no_source_of_the_release_is_said(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(LINES)
    with pytest.raises(UnavailableError, match="names the release sid"):
        host_sources(tmp_path, "sid")


def test_the_codename_comes_from_os_release() -> None:
    assert release_codename('NAME="Debian"\nVERSION_CODENAME="bookworm"\n') == "bookworm"
    with pytest.raises(UnavailableError, match="VERSION_CODENAME"):
        release_codename("NAME=Unknown\n")
