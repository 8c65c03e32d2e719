"""A small mutational fuzzer, bounded by a count of executions, never by the clock.

Usage: fuzz.py build TASK WORK
       fuzz.py run TASK WORK SEED FIRST COUNT OUTPUT

`build` compiles the program with AddressSanitizer and edge coverage, or takes the binary as it
is. `run` does executions FIRST .. FIRST + COUNT - 1 and stops at the first crash, whose input
it writes to OUTPUT. The corpus lies in WORK, so that one long run can be done in slices.
Standard library only; runs under Python 3.10 and later.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

ASAN_EXIT: Final = 86  # a status no plain program uses
ASAN_OPTIONS: Final = (
    f"exitcode={ASAN_EXIT}:detect_leaks=0:symbolize=0:allocator_may_return_null=1:"
    "abort_on_error=0:verify_asan_link_order=0"
)
CRASH_SIGNALS: Final = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}
CONTROL_FD: Final = 198
STATUS_FD: Final = 199
MAX_INPUT: Final = 1 << 16  # bytes; larger inputs only cost time
PROBE_SECONDS: Final = 20  # only for a program that waits
MAX_BLOCK: Final = 1100  # bytes; a counted block is not resized beyond it
MAX_HANGS = 12  # each costs a second of processor time
EDGE_BYTES: Final = (0, 1, 0x10, 0x20, 0x40, 0x64, 0x7F, 0x80, 0xFE, 0xFF)
EDGE_WORDS: Final = (
    *(0, 1, 16, 64, 127, 128, 255, 256, 257, 512, 1000, 1024, 4096, 0x7FFF, 0x8000, 0xFFFF),
    *(0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF),
)
ORDERS: Final[tuple[Literal["big"], Literal["little"]]] = ("big", "little")
DIGITS: Final = re.compile(rb"-?\d+")


def say(text: str) -> None:
    """Tell the agent."""
    print(text)  # noqa: T201 - the agent reads it


class Dice:
    """xorshift64*: the same draws in every Python version."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 0x9E3779B97F4A7C15 + 0x1234567) & (2**64 - 1) or 1

    def below(self, bound: int) -> int:
        """Draw from [0, bound)."""
        state = self._state
        state ^= state >> 12
        state ^= (state << 25) & (2**64 - 1)
        state ^= state >> 27
        self._state = state
        return ((state * 0x2545F4914F6CDD1D) & (2**64 - 1)) * bound >> 64


class Server:
    """The program under test behind its fork server."""

    def __init__(self, work: Path) -> None:
        program, mode = (work / "target.txt").read_text().splitlines()
        self._input = work / "current"
        self._input.write_bytes(b"")
        self._file = self._input.open("r+b", buffering=0)
        control, self._control = os.pipe()
        self._status, status = os.pipe()
        os.dup2(control, CONTROL_FD)
        os.dup2(status, STATUS_FD)
        environment = dict(os.environ, FUZZ_SERVE="1", ASAN_OPTIONS=ASAN_OPTIONS)
        environment["LD_PRELOAD"] = str(work / "forkserver.so")
        argv = [program] if mode == "stdin" else [program, str(self._input)]
        self._process = subprocess.Popen(  # noqa: S603 - the program under test
            argv,
            stdin=self._input.open("rb"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=work,
            pass_fds=(CONTROL_FD, STATUS_FD),
        )
        for descriptor in (control, status, CONTROL_FD, STATUS_FD):
            os.close(descriptor)

    def run(self, data: bytes) -> tuple[int, bool]:
        """Execute once. Returns: wait status, and whether new edges were seen."""
        self._file.seek(0)
        self._file.truncate(0)
        self._file.write(data)
        os.write(self._control, b"x")
        answer = os.read(self._status, 5)
        if len(answer) != 5:  # noqa: PLR2004 - status of four bytes and the flag
            sys.exit("the fork server ended")
        return int.from_bytes(answer[:4], sys.byteorder), answer[4] == 1

    def stop(self) -> None:
        """End the program."""
        os.close(self._control)
        self._process.wait()


def _executables(folder: Path) -> "list[Path]":
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        path
        for path in found
        if os.access(path, os.X_OK)
        and path.open("rb").read(4) == b"\x7fELF"
        and ".so" not in path.name
    ]


def _sample(task: Path) -> list[bytes]:
    """Find valid inputs: files named or placed as samples, else whatever is not source."""
    files = [path for path in sorted(task.rglob("*")) if path.is_file()]
    named = [
        path
        for path in files
        if re.search(r"sample|example|valid|seed", str(path.relative_to(task)))
    ]
    plain = [path for path in files if path.suffix in {".bin", ".dat", ".in", ".input"}]
    chosen = named or plain
    return [
        path.read_bytes()[:MAX_INPUT] for path in chosen if path.suffix not in {".c", ".h", ".sh"}
    ]


class Words:
    """What the source, or the binary, says that may mean something to the parser.

    tokens: texts and constants as bytes. numbers: constants and their neighbours, edge values.
    """

    def __init__(self, task: Path, work: Path) -> None:
        tokens: set[bytes] = set()
        numbers = set(EDGE_WORDS)
        for path in sorted([*task.rglob("*.c"), *task.rglob("*.h")]):
            text = path.read_bytes()
            tokens.update(re.findall(rb'"([ -~]{1,16})"', text))
            tokens.update(re.findall(rb"'([!-~])'", text))
            for word in re.findall(rb"\b(0[xX][0-9a-fA-F]{1,8}|[1-9]\d{0,4})", text):
                value = int(word, 0)
                numbers.update((value - 1, value, value + 1))
                for size in (1, 2, 4):
                    if 0 < value < 1 << 8 * size:
                        tokens.update((value.to_bytes(size, "big"), value.to_bytes(size, "little")))
        if not tokens:
            program = Path((work / "target.txt").read_text().splitlines()[0])
            tokens.update(re.findall(rb"[A-Za-z0-9_+-]{2,8}(?=\x00)", program.read_bytes()))
            numbers.update(range(257))
        self.tokens = sorted(tokens)
        self.numbers = sorted(number & 0xFFFFFFFF for number in numbers)
        self.sizes = [number for number in self.numbers if number <= MAX_BLOCK]


def build(task: Path, work: Path) -> None:
    """Make the fork server and the program under test; print what was taken."""
    compiler = shutil.which("gcc") or shutil.which("cc") or sys.exit("no compiler")
    shim = work / "forkserver.so"
    source = work / "forkserver.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", shim, source], check=True)  # noqa: S603 - our own source
    kind, program = "binary", None
    if (task / "build.sh").exists():
        sanitizer = "-g -O1 -fsanitize=address -fno-omit-frame-pointer"
        for flags in (f"{sanitizer} -fsanitize-coverage=trace-pc {shim}", sanitizer):
            copy = work / "build"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(task, copy)
            for old in _executables(copy):
                old.unlink()
            made = subprocess.run(
                ["/bin/sh", "./build.sh"],
                cwd=copy,
                env=dict(os.environ, CFLAGS=flags),
                capture_output=True,
                check=False,
            )
            programs = _executables(copy)
            if made.returncode == 0 and programs:
                kind, program = "sanitized build", programs[0]
                break
    if program is None:
        programs = _executables(task)
        if not programs:
            sys.exit("no program to test")
        program = programs[0]
    sample = work / "probe"
    sample.write_bytes((_sample(task) or [b""])[0])
    mode = "file"
    if _fails([program, sample], sample) and not _fails([program], sample):
        mode = "stdin"
    (work / "target.txt").write_text(f"{program}\n{mode}\n")
    say(f"target {kind} reads {mode}")


def _fails(argv: list[Path], sample: Path) -> bool:
    """Tell whether the program dislikes a valid input given that way, or waits for ever."""
    with sample.open("rb") as stream:
        try:
            ended = subprocess.run(  # noqa: S603 - the program under test
                argv, stdin=stream, capture_output=True, check=False, timeout=PROBE_SECONDS
            )
        except subprocess.TimeoutExpired:
            return True
    return ended.returncode != 0


def mutate(data: bytes, others: list[bytes], words: Words, dice: Dice) -> bytes:
    """Change `data` by one to four random operations."""
    changed = bytearray(data)
    for _ in range(1 << dice.below(3)):
        _mutate_once(changed, others, words, dice)
    return bytes(changed[:MAX_INPUT])


def _mutate_once(  # noqa: C901, PLR0912 - a table of mutations is longest and clearest as cases
    data: bytearray, others: list[bytes], words: Words, dice: Dice
) -> None:
    size = len(data)
    if not size:
        data += bytes(dice.below(256) for _ in range(1 + dice.below(16)))
        return
    at = dice.below(size)
    match dice.below(16):
        case 0:
            data[at] ^= 1 << dice.below(8)
        case 1:
            data[at] = EDGE_BYTES[dice.below(len(EDGE_BYTES))]
        case 2:
            data[at] = dice.below(256)
        case 3:
            data[at] = (data[at] + dice.below(71) - 35) & 255
        case 4 | 5:
            width, order = (2, 4)[dice.below(2)], ORDERS[dice.below(2)]
            word = words.numbers[dice.below(len(words.numbers))] & ((1 << 8 * width) - 1)
            data[at : at + width] = word.to_bytes(width, order)
        case 6:
            del data[at : at + 1 + dice.below(min(size, 32))]
        case 7:
            block = data[at : at + 1 + dice.below(64)]
            to = dice.below(size + 1)
            data[to:to] = block * (1 + dice.below(4))
        case 8:
            data[at:at] = bytes((dice.below(256),)) * (1 << dice.below(8))
        case 9 if words.tokens:
            token = words.tokens[dice.below(len(words.tokens))]
            data[at : at + len(token) * dice.below(2)] = token
        case 10:
            _mutate_number(data, words, dice)
        case 11 | 12 | 13 | 14:
            _resize_counted(data, words, dice)
        case _:
            other = others[dice.below(len(others))]
            start = dice.below(len(other) + 1)
            data[at:] = other[start : start + 4096]


def _mutate_number(data: bytearray, words: Words, dice: Dice) -> None:
    """Replace a decimal number: text formats carry sizes and indices that way."""
    found = list(DIGITS.finditer(bytes(data)))
    if not found:
        data[dice.below(len(data))] = words.numbers[dice.below(len(words.numbers))] & 255
        return
    number = found[dice.below(len(found))]
    value = (-1, *words.numbers)[dice.below(len(words.numbers) + 1)]
    data[number.start() : number.end()] = str(value).encode()


def _resize_counted(data: bytearray, words: Words, dice: Dice) -> None:
    """Give a block that follows its own size a new size, and say so in the size field.

    Whatever is followed by at least as many bytes as it says is taken for a size field.
    """
    start = dice.below(len(data))
    width, order = (1, 1, 2, 4)[dice.below(4)], ORDERS[dice.below(2)]
    size = words.sizes[dice.below(len(words.sizes))]
    for at in (*range(start, len(data)), *range(start)):
        old, body = int.from_bytes(data[at : at + width], order), at + width
        if 0 < old <= len(data) - body and size < 1 << 8 * width:
            block = bytes(data[body : body + old])
            data[at : body + old] = size.to_bytes(width, order) + (block * (size // old + 1))[:size]
            return


def crashed(status: int) -> bool:
    """Tell a memory error from an ordinary end."""
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) in CRASH_SIGNALS
    return os.WEXITSTATUS(status) == ASAN_EXIT


def run(task: Path, work: Path, *, seed: int, first: int, count: int, output: Path) -> None:
    """Do one slice of the run; print how far it came and whether it found a crash."""
    folder = work / "corpus"
    folder.mkdir(exist_ok=True)
    if not any(folder.iterdir()):
        for number, data in enumerate([*_sample(task), b""]):
            (folder / f"{number:06d}").write_bytes(data)
    corpus = [path.read_bytes() for path in sorted(folder.iterdir())]
    words = Words(task, work)
    server = Server(work)
    for data in corpus:
        server.run(data)
    hangs = 0
    for number in range(first, first + count):
        dice = Dice(seed * 1_000_003 + number)
        recent = len(corpus) - 1 - dice.below(min(len(corpus), 8))
        parent = corpus[recent if dice.below(2) else dice.below(len(corpus))]
        data = mutate(parent, corpus, words, dice)
        status, new = server.run(data)
        if crashed(status):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(data)
            say(f"executions {number + 1} crash found")
            break
        if os.WIFSIGNALED(status):
            hangs += 1
            if hangs > MAX_HANGS:
                say(f"executions {number + 1} too many hangs")
                break
        elif new:
            (folder / f"{len(corpus):06d}").write_bytes(data)
            corpus.append(data)
    else:
        say(f"executions {first + count} no crash")
    server.stop()


def main(verb: str, task: str, work: str, *rest: str) -> None:
    """Read the command line."""
    task_folder, work_folder = Path(task).resolve(), Path(work).resolve()
    if verb == "build":
        build(task_folder, work_folder)
    else:
        seed, first, count, output = rest
        run(
            task_folder,
            work_folder,
            seed=int(seed),
            first=int(first),
            count=int(count),
            output=Path(output).resolve(),
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
