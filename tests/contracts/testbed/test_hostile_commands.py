"""Programs that fight their end: nothing inside holds the harness up or outlives its sandbox."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import anyio
import pytest

from seatrial.core.ports import MAX_OUTPUT_BYTES, SandboxGoneError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed import execution
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]

HOLDER = """
/* Trace every process that is called `victim` and never take note of its end. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>
int main(void) {
  if (fork()) return 0;
  setsid();
  for (int file = 0; file < 3; file++) close(file);
  for (;;) {
    struct dirent *entry;
    DIR *all = opendir("/proc");
    while ((entry = readdir(all))) {
      char path[300], name[32] = "";
      snprintf(path, sizeof path, "/proc/%.20s/comm", entry->d_name);
      FILE *file = fopen(path, "r");
      if (!file) continue;
      if (fgets(name, sizeof name, file) && !strcmp(name, "victim\\n"))
        ptrace(PTRACE_SEIZE, atoi(entry->d_name), 0, 0);
      fclose(file);
    }
    closedir(all);
    usleep(1000);
  }
}
"""

STOPPER = """
/* Stop whoever gets the next process numbers, as soon as they exist. */
#include <signal.h>
#include <unistd.h>
int main(void) {
  if (fork()) return 0;
  setsid();
  for (int file = 0; file < 3; file++) close(file);
  for (;;)
    for (int ahead = 1; ahead < 12; ahead++) kill(getpid() + ahead, SIGSTOP);
}
"""

STUBBORN = """
/* Ignore every signal, leave every session and group, be nobody's child.
 * CLONE_PARENT would make the helper outside the parent. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int i = 0; i < 6; i++) {
    long child = i % 2 ? fork() : syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
      setsid();
      prctl(PR_SET_PDEATHSIG, 0);
      prctl(PR_SET_NAME, "stubborn");
      if (fork()) _exit(0);
      for (;;) pause();
    }
  }
  for (;;) pause();
}
"""


@asynccontextmanager
async def armed(opener: Opener, source: str, **changes: object) -> AsyncIterator[OciSandbox]:
    """Open a sandbox that holds a compiled program, /srv/p."""
    async with opener(**changes) as sandbox:
        await sandbox.write_file("/srv/p.c", source.encode())
        built = await sandbox.exec(["gcc", "-O1", "-w", "/srv/p.c", "-o", "/srv/p"], user="root")
        assert built.returncode == 0, built.stderr
        await sandbox.exec(["cp", "/bin/sleep", "/srv/victim"], user="root")
        yield sandbox


@pytest.mark.parametrize("seconds", ["0.1", "60"])
async def test_a_tracer_cannot_hold_up_the_end_of_a_command(opener: Opener, seconds: str) -> None:
    """A killed or ended program stays its tracer's until that takes note."""
    async with armed(opener, HOLDER) as sandbox:
        await sandbox.exec(["/srv/p"])
        with anyio.fail_after(8):
            outcome = await sandbox.exec(["/srv/victim", seconds], timeout=2)
        after = await sandbox.exec(["echo", "on"])
    assert (outcome.timed_out, outcome.returncode) == (
        (False, 0) if seconds == "0.1" else (True, 137)
    )
    assert after.stdout == b"on\n"


async def test_a_tracer_that_takes_note_is_left_alone(opener: Opener) -> None:
    async with opener() as sandbox:
        script = "sleep 0.7; sleep 300"
        follow = "setsid strace -f -o /srv/trace -p $$ & sleep 0.3; "
        await sandbox.exec(
            ["sh", "-c", f"sh -c '{script}' & setsid strace -qqfp $! -o /srv/t & true"]
        )
        await anyio.sleep(0.5)
        with anyio.fail_after(8):
            outcome = await sandbox.exec(["sh", "-c", f"{follow} exit 3"])
        alive = await sandbox.exec(["pgrep", "-c", "strace"])
    assert outcome.returncode == 3
    assert int(alive.stdout) >= 1


async def test_a_process_that_stops_every_new_one_cannot_hold_the_harness_up(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command ends: by itself, by its timeout, or with its sandbox."""
    monkeypatch.setattr(execution, "_END_SANDBOX_S", 1.0, raising=False)
    async with armed(opener, STOPPER) as sandbox:
        await sandbox.exec(["/srv/p"])
        with anyio.fail_after(30):
            for _ in range(8):
                with suppress(SandboxGoneError):
                    await sandbox.exec(["true"], timeout=0.3)


async def test_a_stubborn_tree_ends_with_its_timeout(opener: Opener) -> None:
    async with armed(opener, STUBBORN) as sandbox:
        outcome = await sandbox.exec(["/srv/p"], timeout=0.5)
        left = await sandbox.exec(["pgrep", "-c", "-x", "stubborn"])
    assert (outcome.timed_out, left.stdout) == (True, b"0\n")


@pytest.mark.parametrize(
    ("script", "exceeded"),
    [
        ("exec >&-; cat /dev/urandom >&2", True),
        ("exec 2>&-; cat /dev/urandom", True),
        ("cat /dev/urandom & cat /dev/urandom >&2", True),
        ("exec >&- 2>&-; sleep 0.2", False),
        ("exec <&-; printf '\\377\\376\\200'", False),
    ],
)
async def test_odd_streams_end(opener: Opener, script: str, *, exceeded: bool) -> None:
    async with opener() as sandbox:
        with anyio.fail_after(30):
            outcome = await sandbox.exec(["sh", "-c", script], stdin=b"x" * 3_000_000, timeout=20)
    assert (outcome.output_exceeded, outcome.timed_out) == (exceeded, False)
    assert max(len(outcome.stdout), len(outcome.stderr)) <= MAX_OUTPUT_BYTES


@pytest.mark.skipif(shutil.which("runsc") is None, reason="runsc is not installed")
async def test_a_hostile_shell_cannot_hold_gvisors_harness_up(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands are killed there by the sandbox's own shell, which root inside may replace."""
    monkeypatch.setattr(execution, "_END_SANDBOX_S", 0.5, raising=False)
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime="runsc")
    try:
        async with made.open(SandboxSpec(image="workbench"), label="a") as sandbox:
            await sandbox.write_file("/srv/sh.c", b"int main(){for(;;)pause();}")
            await sandbox.exec(["gcc", "-w", "-static", "/srv/sh.c", "-o", "/srv/sh"])
            script = "sleep 0.5; cp /srv/sh /bin/dash.new; mv /bin/dash.new /bin/dash; sleep 300"
            with anyio.fail_after(30):
                outcome = await sandbox.exec(["sh", "-c", script], timeout=2)
        assert outcome.timed_out
    finally:
        made.close()
