"""AddressSanitizer's log is read strictly."""

import pytest

from seatrial.tasks.memory_safety_discovery.sanitizer_report import Frame, parse_report

HEAP = """=================================================================
==77==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000013 at pc 0x7f
WRITE of size 20 at 0x602000000013 thread T0
    #0 0x7f1 in __interceptor_memcpy ../../../../src/libsanitizer/common_interceptors.inc:827
    #1 0x5581 in add_shard /srv/build/original/ops.c:125
    #2 0x5582 in main /srv/build/original/main.c:76:5
    #3 0x7f2 in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2724a)

0x602000000013 is located 0 bytes to the right of 3-byte region
allocated by thread T0 here:
    #0 0x7f3 in malloc ../../src/asan_malloc_linux.cpp:69
    #1 0x5583 in reserve_shard /srv/build/original/ops.c:160
"""

DOUBLE_FREE = """==9==ERROR: AddressSanitizer: attempting double-free on 0x60200000 in thread T0:
    #0 0x7f in free ../../src/asan_malloc_linux.cpp:52
    #1 0x55 in finish /srv/build/original/a.c:9

"""

NULL = """AddressSanitizer:DEADLYSIGNAL
=================================================================
==5==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000004 (pc 0x1 bp 0x2 sp 0x3 T0)
==5==The signal is caused by a READ memory access.
==5==Hint: address points to the zero page.
    #0 0x55 in join /srv/build/original/a.c:31

"""


def test_type_access_and_the_first_stack_are_read() -> None:
    report = parse_report(HEAP)
    assert report is not None
    assert report.crash_type == "heap-buffer-overflow WRITE"
    assert report.frames[1:] == (
        Frame(function="add_shard", file="/srv/build/original/ops.c", line=125),
        Frame(function="main", file="/srv/build/original/main.c", line=76),
    )
    assert not report.near_null


def test_a_double_free_has_no_access() -> None:
    report = parse_report(DOUBLE_FREE)
    assert report is not None
    assert report.crash_type == "double-free"
    assert report.frames[-1].function == "finish"


@pytest.mark.parametrize(("address", "near"), [("000000000004", True), ("00000000f000", False)])
def test_only_the_first_page_counts_as_null(address: str, near: bool) -> None:  # noqa: FBT001 - a case
    report = parse_report(NULL.replace("000000000004", address))
    assert report is not None
    assert (report.crash_type, report.near_null) == ("SEGV READ", near)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1",
        HEAP + HEAP,
        HEAP.split("    #0", maxsplit=1)[0],
        HEAP.replace("==77==ERROR", "said ==77==ERROR"),
    ],
    ids=["empty", "no process", "two reports", "no stack", "not at the line's start"],
)
def test_anything_else_is_no_report(text: str) -> None:
    assert parse_report(text) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("negative-size-param: (size=-4)", "negative-size-param"),
        (
            "memcpy-param-overlap: memory ranges [0x1,0x9) and [0x2, 0xa) overlap",
            "memcpy-param-overlap",
        ),
        ("attempting free on address which was not malloc()-ed: 0x60 in thread T0", "free"),
        ("SEGV on unknown address (pc 0x1 bp 0x2 sp 0x3 T0)", "SEGV"),
    ],
    ids=["size", "overlap", "free", "wild"],
)
def test_kinds_that_tell_no_address_are_read_too(said: str, kind: str) -> None:
    report = parse_report(DOUBLE_FREE.replace("attempting double-free on 0x60200000", said))
    assert report is not None
    assert (report.crash_type, report.near_null) == (kind, False)
