"""What the benchmarks share: numbers, the machine's state, the results page."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"
MIB = 1024 * 1024


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Give `median [min-max] (n)`; `-` for nothing."""
    if not values:
        return "-"
    middle = statistics.median(values)
    return (
        f"{middle:.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}] ({len(values)})"
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def used_bytes() -> int:
    """Give memory in use: all but free memory and the cache of files on disks.

    Kernel objects (slab), where most of an idle sandbox lies, and memory file systems count.
    """
    kib = _meminfo()
    cache = kib["Buffers"] + kib["Cached"] - kib["Shmem"]
    return (kib["MemTotal"] - kib["MemFree"] - cache) * 1024


def held_bytes() -> int:
    """Give memory in use that the kernel cannot take back. Needs root."""
    Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    return used_bytes()


def slab_bytes() -> int:
    """Give the size of the kernel's own small objects."""
    return _meminfo()["Slab"] * 1024


def _meminfo() -> dict[str, int]:
    text = Path("/proc/meminfo").read_text()
    return {name: int(kib) for name, kib in re.findall(r"(?m)^(\w+):\s+(\d+) kB", text)}


def machine() -> str:
    """Describe the machine and how busy it is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} CPUs, {memory:.0f} GiB, kernel {platform.release()}, "
        f"Python {platform.python_version()}; load average at the end {load}"
    )


def program_version(*command: str) -> str:
    """Give the first line a program prints, or `-` when it is missing."""
    try:
        found = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "-"
    return (found.stdout or found.stderr).strip().splitlines()[0]


def publish(section: str, text: str) -> None:
    """Put `text` between the markers of `section` on the results page, and print it."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise RuntimeError(f"{PAGE} has no markers of section {section}")
    PAGE.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")
    print(text)
