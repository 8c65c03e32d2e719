"""Read AddressSanitizer's report from its log file, strictly.

The log is written by the sanitizer alone, to a path that only the grader knows; what the program
prints (and so what an input makes it print) never gets here.
Source: output format of libasan in gcc 12.
"""

import re
from dataclasses import dataclass

_ERROR = re.compile(
    r"^==\d+==ERROR: AddressSanitizer: (?:attempting )?([a-zA-Z-]+)"
    r"(?: on (?:unknown address )?(?:address )?(0x[0-9a-f]+))?"
)
_ACCESS = re.compile(r"^(READ|WRITE) of size \d+ at 0x[0-9a-f]+ thread T0$")
_SIGNAL = re.compile(r"^==\d+==The signal is caused by a (READ|WRITE) memory access\.$")
_FRAME = re.compile(r"^    #(\d+) 0x[0-9a-f]+ in (\S+) (/?[\w./+-]+):(\d+)(?::\d+)?$")
_OTHER_FRAME = re.compile(r"^    #(\d+) 0x[0-9a-f]+ ")

_NULL_PAGE = 4096  # bytes; a field of a null object lies below


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One stack frame with a source position. file: as compiled."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the sanitizer found.

    crash_type: its word for the error, with READ or WRITE where it says so.
    near_null: a segmentation fault on the first page.
    frames: of the first stack, innermost first; frames without source are left out.
    """

    crash_type: str
    near_null: bool
    frames: tuple[Frame, ...]


def parse_report(text: str) -> Report | None:
    """Read a log. None when it is not one report in the expected form."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if _ERROR.match(line)]
    if len(heads) != 1:
        return None
    head = _ERROR.match(lines[heads[0]])
    if head is None:
        return None
    # Some kinds tell no address: a negative size, overlapping ranges, a block never allocated.
    kind, address = head[1], int(head[2] or "-1", 16)
    access = ""
    frames: list[Frame] = []
    for line in lines[heads[0] + 1 :]:
        if said := _ACCESS.match(line) or _SIGNAL.match(line):
            access = said[1]
        elif frame := _FRAME.match(line):
            frames.append(Frame(function=frame[2], file=frame[3], line=int(frame[4])))
        elif not line and frames:
            break
        elif _OTHER_FRAME.match(line):
            continue
    if not frames:
        return None
    return Report(
        crash_type=f"{kind} {access}".strip(),
        near_null=kind == "SEGV" and 0 <= address < _NULL_PAGE,
        frames=tuple(frames),
    )
