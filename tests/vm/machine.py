"""A virtual machine without KVM that does jobs: shell scripts, one after another."""

import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from disks import ROOT, Disks

CARRIED = ("src", "tests", "pyproject.toml")
"""What jobs need of the repository: copied at its present state."""

LOOK_AGAIN_S = 0.5
NOT_ENDED = -1
"""Status of a job that did not end."""

CONSOLE_CHARACTERS = 2000

# In the same order on each machine, so that what they say can be compared.
PREPARE = """\
[ -d /srv/seatrial ] || { mkdir /srv/seatrial; tar -C /srv/seatrial -xf /out/repository.tar; }
chmod -R a+rX /srv/seatrial
cd /srv/seatrial
export PYTHONPATH=/srv/seatrial/src:/data/site PYTHONDONTWRITEBYTECODE=1
export SEATRIAL_CACHE=/data/cache HOME=/root
run_pytest="python3 -m pytest -p no:cacheprovider -p no:randomly -n0 -v"
run_pytest="$run_pytest --confcutdir=tests/contracts/testbed"
"""


class Machine:
    """One boot. folder: for jobs and the console; `append`: of the kernel's command line."""

    def __init__(self, disks: Disks, folder: Path, append: str) -> None:
        self._folder = folder
        self._jobs = 0
        folder.mkdir(parents=True)
        with tarfile.open(folder / "repository.tar", "w") as tar:
            for name in CARRIED:
                tar.add(ROOT / name, name, filter=_source)
        drive = "format=raw,if=virtio,snapshot=on"
        self._qemu = subprocess.Popen(
            [
                *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max,la57=off"),
                *("-M", "q35", "-smp", "2", "-m", "3G", "-no-reboot", "-nodefaults"),
                *("-display", "none", "-nic", "none", "-serial", f"file:{folder / 'console'}"),
                *("-kernel", disks.kernel, "-initrd", disks.initrd),
                *("-append", f"root=/dev/vda rw console=ttyS0 {append}"),
                *("-drive", f"file={disks.debian},{drive}", "-drive", f"file={disks.data},{drive}"),
                *("-virtfs", f"local,path={folder},mount_tag=out,security_model=none"),
            ]
        )

    def run(self, name: str, script: str, timeout: float) -> tuple[int, str]:
        """Do a job. Returns: its exit status, or NOT_ENDED after the timeout; what it said."""
        self._jobs += 1
        job = self._folder / f"{self._jobs:02d}-{name}"
        job.mkdir()
        (job / "new").write_text(PREPARE + script)
        (job / "new").rename(job / "run")
        end = time.monotonic() + timeout
        while not (job / "status").exists() and time.monotonic() < end:
            if self._qemu.poll() is not None:
                console = (self._folder / "console").read_text(errors="replace")
                return NOT_ENDED, f"the machine has ended: {console[-CONSOLE_CHARACTERS:]}"
            time.sleep(LOOK_AGAIN_S)
        log = (job / "log").read_text(errors="replace") if (job / "log").exists() else ""
        status = job / "status"
        return (int(status.read_text()) if status.exists() else NOT_ENDED), log

    def close(self) -> None:
        """Switch it off, with its jobs' folder."""
        self._qemu.kill()
        self._qemu.wait()
        shutil.rmtree(self._folder)


def _source(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in member.name else member
