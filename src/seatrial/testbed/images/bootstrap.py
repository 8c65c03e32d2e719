"""Build a root file system from Debian packages, by mmdebstrap."""

import os
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path

from seatrial.core.problem import UnavailableError
from seatrial.testbed.images.apt_sources import host_sources, release_codename
from seatrial.testbed.images.definition import ImageDefinition

Progress = Callable[[str], None]
"""Told one short line at each step of a build."""

ETC_APT = Path("/etc/apt")
OS_RELEASE = Path("/etc/os-release")

_TAIL_LINES = 8  # of mmdebstrap's own words in an error message

_LEFT_OUT = ("/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/doc/*")
_KEPT = "/usr/share/doc/*/copyright"
"""Licences require it beside the programs, and images can be exported."""

APT_LEFTOVERS = ("var/cache/apt", "var/lib/apt/lists")
"""Empty folders whose owner depends on what apt's own user could reach during the build; apt
makes them anew when it needs them."""


def bootstrap(definition: ImageDefinition, work: Path, progress: Progress) -> Path:
    """Install the definition's packages and users; give the tar of the result.

    The packages come from this machine's own apt sources for its own release. work: an empty
    folder on the same file system as the store; all that is written goes there.
    Raises: UnavailableError when mmdebstrap is missing or fails.
    """
    if os.geteuid() != 0:
        raise UnavailableError(
            f"Image {definition.name} can be built by root only, or in a user namespace.",
            f"Run `seatrial image build {definition.name}`, which enters one where it can.",
        )
    program = shutil.which("mmdebstrap")
    if program is None:
        raise UnavailableError(
            "mmdebstrap, which builds images, is not installed.",
            "Run `apt-get install mmdebstrap`, or import an image with `seatrial image import`.",
        )
    tar = work / "rootfs.tar"
    arguments = [program, "--mode=root", *_options(definition), "", str(tar)]
    arguments += _source_files(work)
    scratch = work / "tmp"
    scratch.mkdir(mode=0o755)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(definition.source_date),
        "TMPDIR": str(scratch),
    }
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    with subprocess.Popen(  # noqa: S603 - the arguments are made here, from a checked definition
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stderr or ():
                tail.append(line.strip())
                if line.startswith("I: ") and "hook" not in line and "tempdir" not in line:
                    progress(line.removeprefix("I: ").strip().rstrip("."))
        except BaseException:
            process.terminate()  # mmdebstrap unmounts and removes what it made
            raise
    if process.returncode != 0:
        raise UnavailableError(
            f"mmdebstrap failed for image {definition.name}: {' | '.join(tail)}.",
            "See that `apt-get update` works on this machine and that the packages exist.",
        )
    return tar


def _options(definition: ImageDefinition) -> list[str]:
    return [
        "--format=tar",
        "--variant=essential",
        f"--include={','.join(definition.packages)}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        f"--dpkgopt=path-include={_KEPT}",
        '--aptopt=APT::Install-Recommends "false"',
        *(
            f'--customize-hook=chroot "$1" useradd --uid {user.uid} --user-group'
            f" --create-home --home-dir {user.home} --shell {user.shell} {user.name}"
            for user in definition.users
        ),
        # What names this machine: package sources, name servers, host name.
        '--customize-hook=rm -rf "$1/etc/apt/sources.list" "$1/etc/apt/sources.list.d"',
        '--customize-hook=: > "$1/etc/resolv.conf"; echo sandbox > "$1/etc/hostname"',
        '--customize-hook=printf "127.0.0.1 localhost\\n::1 localhost\\n" > "$1/etc/hosts"',
    ]


def _source_files(work: Path) -> list[str]:
    codename = release_codename(OS_RELEASE.read_text(encoding="utf-8"))
    lines, stanzas = host_sources(ETC_APT, codename)
    files = []
    for name, text in (("one-line.list", lines), ("deb822.sources", stanzas)):
        if text.strip():
            (work / name).write_text(text, encoding="utf-8")
            files.append(str(work / name))
    return files
