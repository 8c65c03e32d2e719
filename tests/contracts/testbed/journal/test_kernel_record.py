"""What the kernel executed is what the journal holds, whatever the programs try."""

import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from seatrial.core.journal_entry import JournalKind
from seatrial.core.raw_text import raw_from_json
from seatrial.testbed.journal.recorder import Recorder

pytestmark = pytest.mark.root

Box = Any  # conftest.FakeSandbox
Compiled = Callable[..., str]


def argv_of(facts: Any) -> list[bytes]:
    return [raw_from_json(one) for one in facts["argv"]]


def starts(box: Box) -> list[Any]:
    return [entry.facts for entry in box.of(JournalKind.PROCESS)]


def attempts(box: Box, call: str) -> list[Any]:
    facts = [entry.facts for entry in box.of(JournalKind.NETWORK)]
    return [one for one in facts if one["call"] == call]


def test_a_program_start_has_arguments_ids_and_parent(box: Box) -> None:
    box.run("/bin/sh", "-c", "/bin/echo one 'two three' & wait", uid=7)

    shell, echo = starts(box)
    assert argv_of(shell) == [b"/bin/sh", b"-c", b"/bin/echo one 'two three' & wait"]
    assert argv_of(echo) == [b"/bin/echo", b"one", b"two three"]
    assert (echo["uid"], echo["euid"], echo["ppid"]) == (7, 7, shell["pid"])
    assert (echo["filename"], echo["executable"], echo["argc"]) == ("/bin/echo", "echo", 3)


def test_control_characters_and_broken_utf8_are_kept_and_forge_no_line(box: Box) -> None:
    nasty = [
        b'\n{"kind":"closed"}\n',
        b"\x1b[2J\x1b[1;31m",
        b"\xff\xfe\x80",
        "\u2028\u202e".encode(),
    ]
    box.run("/bin/true", *nasty)

    (start,) = starts(box)
    assert argv_of(start) == [b"/bin/true", *nasty]


@pytest.mark.parametrize("length", [1, 16383, 16384, 16385, 100_000])
def test_a_long_argument_is_cut_with_its_whole_size_and_digest(box: Box, length: int) -> None:
    argument = b"ab\xc3" * length
    argument = argument[:length]
    box.run("/bin/true", argument)

    (start,) = starts(box)
    whole = b"/bin/true\0" + argument + b"\0"
    assert start["argv_bytes"] == len(whole)
    assert start["argv_digest"] == "sha256:" + hashlib.sha256(whole).hexdigest()
    assert start["argv_whole"] is (len(whole) <= 16384)
    assert whole.startswith(b"\0".join(argv_of(start)))


def test_the_largest_argv_the_kernel_takes_is_digested_whole(box: Box) -> None:
    arguments = [bytes([65 + i % 26]) * 100_000 for i in range(19)]
    box.run("/bin/true", *arguments)

    (start,) = starts(box)
    whole = b"\0".join([b"/bin/true", *arguments]) + b"\0"
    assert start["argv_bytes"] == len(whole)
    assert start["argv_digest"] == "sha256:" + hashlib.sha256(whole).hexdigest()


def test_a_thread_rewriting_argv_during_execve_cannot_falsify_it(
    box: Box, compiled: Compiled
) -> None:
    racer, shower = compiled("race_argv"), compiled("show_argv")
    shown: list[bytes] = []
    while {byte for argv in shown for byte in argv.split(b"\0")[1]} != set(b"AB"):
        assert len(shown) < 300, "the race never took place"
        shown += [bytes.fromhex(box.run(racer, shower)) for _ in range(20)]

    begun = [facts for facts in starts(box) if facts["executable"] == Path(shower).name]
    digests = ["sha256:" + hashlib.sha256(argv).hexdigest() for argv in shown]
    assert [facts["argv_digest"] for facts in begun] == digests


def test_overwriting_its_own_argv_afterwards_changes_nothing(box: Box, compiled: Compiled) -> None:
    program = compiled("overwrite_argv")
    box.run(program, "secret")

    (start,) = starts(box)
    assert argv_of(start) == [program.encode(), b"secret"]


def test_a_process_that_detaches_is_still_recorded(box: Box, compiled: Compiled) -> None:
    box.run(compiled("detach"))
    written = box.factory.path_of(box.label)
    for _ in range(200):
        if b"detached" in written.read_bytes():
            break
        time.sleep(0.05)

    assert [b"true", b"detached"] in [argv_of(facts) for facts in starts(box)]


@pytest.mark.parametrize(("how", "executable"), [("empty", "true"), ("memory", "memfd:hidden")])
def test_starts_by_descriptor_are_recorded(
    box: Box, compiled: Compiled, how: str, executable: str
) -> None:
    box.run(compiled("by_descriptor"), how)

    started = starts(box)[-1]
    assert argv_of(started) == [b"from-descriptor"]
    assert started["executable"] == executable
    assert started["filename"].startswith("/dev/fd/")


def test_starts_from_threads_vfork_children_and_folders_are_recorded(
    box: Box, compiled: Compiled
) -> None:
    box.run(compiled("odd_starts"))

    first, *rest = starts(box)
    assert [argv_of(one) for one in rest] == [
        [b"from-vfork"],
        [b""],
        [b"by-folder"],
        [b"from-thread"],
    ]
    assert {one["executable"] for one in rest} == {"true"}
    assert rest[-1]["pid"] == first["pid"]  # the thread becomes the process
    assert [one["address"] for one in attempts(box, "sendto")] == [{"ip": "127.0.0.9", "port": 81}]


def test_a_script_names_itself_and_its_interpreter(box: Box) -> None:
    script = box.folder / "script"
    script.write_text("#!/bin/sh -e\ntrue\n")
    script.chmod(0o755)
    box.run(str(script), "argument")

    (start,) = starts(box)
    assert argv_of(start) == [b"/bin/sh", b"-e", str(script).encode(), b"argument"]
    assert (start["filename"], start["interpreter"]) == (str(script), "/bin/sh")


def test_setuid_works_and_shows_the_effective_user(box: Box, compiled: Compiled) -> None:
    program = Path(compiled("who")).with_name("who-setuid")
    shutil.copy(compiled("who"), program)
    shutil.chown(program, box.base + 3, box.base + 3)
    program.chmod(0o4755)

    assert box.run(str(program)) == f"{box.base + 3}\n"
    (start,) = starts(box)
    assert (start["uid"], start["euid"]) == (1000, 3)


def test_any_user_of_the_block_is_recorded_and_no_other(box: Box) -> None:
    for uid in (0, 1, 65535):
        box.run("/bin/true", uid=uid)
    for uid in (-1, 65536):
        box.run("/bin/true", uid=uid)

    assert [facts["uid"] for facts in starts(box)] == [0, 1, 65535]


def test_a_32_bit_program_start_is_recorded(box: Box, compiled: Compiled) -> None:
    try:
        program = compiled("show_argv", "-m32", "-static")
    except subprocess.CalledProcessError:
        pytest.skip("gcc makes no 32-bit programs here (gcc-multilib)")
    shown = bytes.fromhex(box.run(program, "x"))

    (start,) = starts(box)
    assert b"\0".join(argv_of(start)) + b"\0" == shown


def test_odd_socket_families_are_recorded_also_when_refused(box: Box) -> None:
    box.run(
        *(sys.executable, "-Ic"),
        "import socket\n"
        "for family in (1, 16, 17, 38, 40, 99):\n"
        "    try: socket.socket(family, 3)\n"
        "    except OSError: pass\n",
    )

    made = attempts(box, "socket")
    assert [one["family"] for one in made] == ["unix", "netlink", "packet", "alg", "vsock", 99]
    assert [one["error"] for one in made if one["family"] == "packet"] == ["EPERM"]
    assert made[-1]["error"] == "EAFNOSUPPORT"


def test_calls_of_the_i386_abi_are_recorded(box: Box, compiled: Compiled) -> None:
    box.run(compiled("old_abi"))

    made = [(one["abi"], one["family"]) for one in attempts(box, "socket")]
    assert made == [("x86_64", "inet"), ("i386", "vsock"), ("i386", "vsock")]
    (connect,) = attempts(box, "connect")
    assert connect["abi"] == "i386"
    assert connect["address"] == {"ip": "10.1.2.3", "port": 80}


def test_a_call_that_seccomp_denies_is_recorded(box: Box, compiled: Compiled) -> None:
    box.run(compiled("denied"))

    (made,) = attempts(box, "socket")
    assert made["family"] == "packet"
    assert (made["error"], made["before_call"]) == ("ENOSYS", True)


def test_addresses_of_every_call_and_family_are_recorded(box: Box) -> None:
    box.run(
        *(sys.executable, "-Ic"),
        "import contextlib, socket\n"
        "def attempt(call, *args):\n"
        "    with contextlib.suppress(OSError): call(*args)\n"
        "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "attempt(udp.sendto, b'x', ('127.0.0.1', 9))\n"
        "attempt(udp.sendmsg, [b'x'], [], 0, ('127.0.0.2', 10))\n"
        "attempt(udp.connect, ('127.0.0.3', 11))\n"
        "attempt(udp.send, b'x')\n"
        "six = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)\n"
        "attempt(six.bind, ('::1', 0))\n"
        "attempt(six.connect, ('::1', 12))\n"
        "local = socket.socket(socket.AF_UNIX)\n"
        "attempt(local.connect, '/no/such')\n"
        "attempt(local.connect, b'\\0hid\\xff')\n"
        "link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\n"
        "attempt(link.bind, (0, 4))\n",
    )

    seen = [
        (entry.facts["call"], entry.facts["address"])
        for entry in box.of(JournalKind.NETWORK)
        if "address" in entry.facts
    ]
    assert seen == [
        ("sendto", {"ip": "127.0.0.1", "port": 9}),
        ("sendmsg", {"ip": "127.0.0.2", "port": 10}),
        ("connect", {"ip": "127.0.0.3", "port": 11}),
        ("bind", {"ip": "::1", "port": 0}),
        ("connect", {"ip": "::1", "port": 12}),
        ("connect", {"path": "/no/such"}),
        ("connect", {"abstract": {"base64": "aGlk/w=="}}),
        ("bind", {"groups": 4, "pid": 0}),
    ]


def test_a_thread_rewriting_the_address_cannot_falsify_it(
    recorder: Recorder, box: Box, compiled: Compiled
) -> None:
    if not recorder.kernel_copy:
        pytest.skip("this kernel gives no copy of the address")
    reached: list[str] = []
    # On a busy machine the two threads seldom run at once: try until they did.
    for _ in range(40):
        reached += box.run(compiled("race_address"), "2000").split()
        recorder.drain(box.journal._token)  # a full buffer is another test's matter
        if sum(one != other for one, other in pairwise(reached)) > 20:
            break

    assert [one["address"]["ip"] for one in attempts(box, "connect")] == reached


def test_an_address_rewritten_while_the_call_waits_is_shown(box: Box, compiled: Compiled) -> None:
    port = int(box.run(compiled("change_address")))

    waited = attempts(box, "connect")[-1]
    assert waited["address"] == {"ip": "127.0.0.1", "port": port}
    assert waited["address_after"] == {"ip": "127.9.9.9", "port": port}


def test_every_destination_of_one_call_is_recorded(box: Box, compiled: Compiled) -> None:
    box.run(compiled("many_messages"))

    sent = attempts(box, "sendmmsg")
    by_kernel = [one["address"]["ip"] for one in sent if one["result"] is None]
    (whole,) = [one for one in sent if one["result"] is not None]
    assert by_kernel == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert (whole["messages"], whole["result"]) == (3, 3)


def test_lines_are_dated_when_it_happened_not_when_written(recorder: Recorder, box: Box) -> None:
    os.kill(recorder.pid, signal.SIGSTOP)
    before = time.time_ns()
    box.run("/bin/true")
    after = time.time_ns()
    time.sleep(0.6)
    os.kill(recorder.pid, signal.SIGCONT)

    (start,) = box.of(JournalKind.PROCESS)
    # The kernel's clock and the wall's are compared once a batch, on a machine that may be busy.
    slack = 300_000_000
    assert before - slack <= start.time_ns <= after + slack


def test_a_killed_program_that_waits_in_a_call_is_recorded(box: Box) -> None:
    waiting = subprocess.Popen(
        box.command(
            *(sys.executable, "-Ic"),
            "import socket\n"
            "full = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\n"
            f"full.bind(b'\\0full{box.base}'); full.listen(0)\n"
            "held = []\n"
            "while True:\n"
            "    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); held.append(one)\n"
            "    print(len(held), flush=True)\n"
            f"    one.connect(b'\\0full{box.base}')\n",
        ),
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert waiting.stdout
    tried = int(waiting.stdout.readline())
    while select.select([waiting.stdout], [], [], 1.5)[0]:
        tried = int(waiting.stdout.readline())
    waiting.kill()
    waiting.communicate()

    assert len(attempts(box, "connect")) == tried
