"""What a root file system says of itself: its packages, architecture and release."""

from pathlib import Path

from seatrial.testbed.images.manifest import Package

MAX_STATUS_BYTES = 64 * 1024 * 1024
"""Of a file read here; dpkg's status of a full desktop is below 10 MB."""


def installed_packages(root: Path) -> tuple[Package, ...]:
    """Read dpkg's list of installed packages, by name; empty when there is none."""
    packages = []
    for stanza in _text(root, ("var", "lib", "dpkg", "status")).split("\n\n"):
        fields = dict(
            line.split(": ", 1)
            for line in stanza.splitlines()
            if not line.startswith(" ") and ": " in line
        )
        if fields.get("Status", "").endswith(" installed") and "Package" in fields:
            packages.append(
                Package(
                    name=fields["Package"],
                    version=fields.get("Version", ""),
                    architecture=fields.get("Architecture", ""),
                )
            )
    return tuple(sorted(packages, key=lambda package: (package.name, package.architecture)))


def architecture_of(packages: tuple[Package, ...]) -> str:
    """Tell the architecture by dpkg's own package; `unknown` without one."""
    return next((item.architecture for item in packages if item.name == "dpkg"), "unknown")


def release_of(root: Path) -> str:
    """Read PRETTY_NAME of the image's os-release, or give an empty string."""
    for line in _text(root, ("usr", "lib", "os-release")).splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.removeprefix("PRETTY_NAME=").strip('"')
    return ""


def _text(root: Path, parts: tuple[str, ...]) -> str:
    """Read a file of a tree that may be hostile: through no link, not without end."""
    place = root
    for part in parts:
        place /= part
        if place.is_symlink():
            return ""
    if not place.is_file() or place.stat().st_size > MAX_STATUS_BYTES:
        return ""
    return place.read_text(encoding="utf-8", errors="replace")
