"""Make the disks of the virtual machine: Debian, and what the project needs of this machine.

Kept in the cache; made anew when what they are made of has changed.
"""

import hashlib
import shutil
import subprocess
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.places import default_places

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = default_places().cache / "vm"
IMAGE = "workbench"

PACKAGES = (
    *("linux-image-amd64", "systemd-sysv", "udev", "kmod", "dbus", "dbus-user-session"),
    *("libpam-systemd", "login", "passwd", "util-linux", "procps", "iproute2"),
    *("python3", "crun", "runc", "uidmap", "gcc", "libc6-dev", "libseccomp2"),
)
"""The main ones of requirements/debian.txt to run sandboxes with, and a system around them."""

DEBIAN_MIB = 2500
SPARE_MIB = 2000
"""Room on the data disk for an ordinary user's copies of the image."""

UNIT = """\
[Unit]
Description=Jobs from outside
RequiresMountsFor=/out /data
After=network.target systemd-user-sessions.service
[Service]
ExecStart=/bin/sh /usr/local/sbin/take-jobs
StandardOutput=journal+console
[Install]
WantedBy=multi-user.target
"""

MOUNTS = """\
/dev/vda / ext4 noatime 0 0
/dev/vdb /data ext4 noatime 0 0
out /out 9p rw,trans=virtio,version=9p2000.L,msize=262144,cache=none 0 0
"""

SETUP = r"""
set -eu
mkdir -p "$1/out" "$1/data" "$1/var/lib/systemd/linger"
cp "$HERE/guest.sh" "$1/usr/local/sbin/take-jobs"
cp "$MADE/jobs.service" "$1/etc/systemd/system/"
cp "$MADE/fstab" "$1/etc/fstab"
echo vm > "$1/etc/hostname"
chroot "$1" systemctl -q enable jobs.service
chroot "$1" systemctl -q mask serial-getty@ttyS0.service getty@tty1.service
chroot "$1" useradd -m -s /bin/bash someone
printf 'someone:200000:65536\n' | tee "$1/etc/subuid" > "$1/etc/subgid"
touch "$1/var/lib/systemd/linger/someone"
echo MODULES=list > "$1/etc/initramfs-tools/conf.d/small"
printf '%s\n' virtio_pci virtio_blk ext4 crc32c_generic >> "$1/etc/initramfs-tools/modules"
chroot "$1" update-initramfs -u
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disks:
    """Files that the machine starts from; it writes to none of them."""

    kernel: Path
    initrd: Path
    debian: Path
    data: Path


def make_disks() -> Disks:
    """Make what is not there yet. As root: the files keep their owners."""
    CACHE.mkdir(parents=True, exist_ok=True)
    system = CACHE / f"debian-{_key(*PACKAGES, UNIT, MOUNTS, SETUP, _text(HERE / 'guest.sh'))}"
    image = ImageStore(default_places().cache).resolve(IMAGE)
    data = CACHE / f"data-{_key(_text(ROOT / 'requirements/dev.txt'), image.digest)}"
    for folder, make in ((system, _make_debian), (data, _make_data)):
        if not folder.is_dir():
            print(f"Making {folder}", flush=True)  # noqa: T201 - a script that reports
            for old in CACHE.glob(f"{folder.name.split('-')[0]}-*"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(dir=CACHE) as made:
                make(Path(made))
                (Path(made) / "ready").rename(folder)
    return Disks(
        kernel=system / "vmlinuz",
        initrd=system / "initrd",
        debian=system / "disk",
        data=data / "disk",
    )


def _make_debian(made: Path) -> None:
    tree, ready = made / "tree", made / "ready"
    ready.mkdir()
    (made / "jobs.service").write_text(UNIT)
    (made / "fstab").write_text(MOUNTS)
    (made / "setup").write_text(SETUP)
    hook = f'HERE={HERE} MADE={made} sh {made}/setup "$1"'
    subprocess.run(
        [
            *("mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
            *(f"--customize-hook={hook}", "bookworm", tree),
        ],
        check=True,
    )
    (kernel,) = tree.glob("boot/vmlinuz-*")
    (initrd,) = tree.glob("boot/initrd.img-*")
    shutil.copy(kernel, ready / "vmlinuz")
    shutil.copy(initrd, ready / "initrd")
    _make_file_system(tree, ready / "disk", DEBIAN_MIB)


def _make_data(made: Path) -> None:
    tree, ready = made / "tree", made / "ready"
    (tree / "cache").mkdir(parents=True)
    ready.mkdir()
    subprocess.run(["cp", "-a", sysconfig.get_path("purelib"), tree / "site"], check=True)
    subprocess.run(["cp", "-a", default_places().cache / "images", tree / "cache"], check=True)
    # What an ordinary user imports: what root has built belongs to root.
    ImageStore(default_places().cache).export_tar(IMAGE, tree / "image.tar")
    tree.chmod(0o755)
    used = int(subprocess.check_output(["du", "-sm", tree]).split()[0])
    _make_file_system(tree, ready / "disk", used + used // 10 + SPARE_MIB)


def _make_file_system(tree: Path, disk: Path, mebibytes: int) -> None:
    subprocess.run(
        [
            *("mkfs.ext4", "-q", "-d", str(tree), "-E", "lazy_itable_init=1"),
            *(str(disk), f"{mebibytes}M"),
        ],
        check=True,
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
