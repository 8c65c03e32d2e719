"""Process 1 of a sandbox gives root inside nothing that its own programs have not."""

import shutil
from collections.abc import Iterator

import pytest

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]

PUPPETEER = """
/* Make process 1 ask for a system call, and tell its answer. */
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
int main(int count, char **argument) {
  struct user_regs_struct kept, asked;
  if (ptrace(PTRACE_ATTACH, 1, 0, 0)) return printf("attach %d\\n", errno), 0;
  waitpid(1, 0, __WALL);
  ptrace(PTRACE_GETREGS, 1, 0, &kept);
  asked = kept;
  asked.orig_rax = -1;
  asked.rax = strtoul(argument[1], 0, 0);
  asked.rdi = strtoul(argument[2], 0, 0);
  asked.rsi = strtoul(argument[3], 0, 0);
  asked.rdx = 0;
  asked.rip = kept.rip - 2; /* the instruction that it sleeps in */
  ptrace(PTRACE_SETREGS, 1, 0, &asked);
  ptrace(PTRACE_SINGLESTEP, 1, 0, 0);
  waitpid(1, 0, __WALL);
  ptrace(PTRACE_GETREGS, 1, 0, &asked);
  printf("%lld\\n", (long long)asked.rax);
  ptrace(PTRACE_SETREGS, 1, 0, &kept);
  ptrace(PTRACE_DETACH, 1, 0, 0);
}
"""

VSOCK, GETPID, NEW_USERS = ("41", "40", "1"), ("39", "0", "0"), ("272", "0x10000000", "0")


@pytest.fixture(params=["crun", "runc", "runsc"])
def testbed(request: pytest.FixtureRequest, places: Places) -> Iterator[OciTestbed]:
    runtime = str(request.param)
    if shutil.which(runtime) is None:
        pytest.skip(f"{runtime} is not installed")
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime=runtime)
    yield made
    made.close()


async def test_process_1_is_no_way_round_the_filter(testbed: OciTestbed) -> None:
    """Not every runtime takes our filter for the first process."""
    async with testbed.open(SandboxSpec(image="workbench"), label="a") as sandbox:
        await sandbox.write_file("/srv/p.c", PUPPETEER.encode())
        built = await sandbox.exec(["gcc", "-w", "-static", "/srv/p.c", "-o", "/srv/p"])
        assert built.returncode == 0, built.stderr
        answers = [
            (await sandbox.exec(["/srv/p", *call])).stdout for call in (VSOCK, GETPID, NEW_USERS)
        ]
        after = await sandbox.exec(["echo", "on"])
    assert all(answer == b"-38\n" or answer.startswith(b"attach") for answer in answers), answers
    assert after.stdout == b"on\n"


SELF = """
/* The trick of CVE-2019-5736: have the host's helper run itself inside, then write to it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static volatile sig_atomic_t ended;
static void end(int number) { ended = 1; }
int main(void) {
  int written = 0;
  signal(SIGTERM, end);
  while (!ended)
    for (int pid = 1; pid < 60; pid++) {
      char path[64];
      char target[256] = "";
      snprintf(path, sizeof path, "/proc/%d/exe", pid);
      if (readlink(path, target, sizeof target - 1) <= 0) continue;
      int file = open(path, O_RDONLY);
      if (file < 0) continue;
      snprintf(path, sizeof path, "/proc/self/fd/%d", file);
      int again = open(path, O_WRONLY);
      if (again >= 0) written++, printf("%s\\n", target);
      close(again);
      close(file);
    }
  printf("%d\\n", written);
}
"""


async def test_no_program_of_the_host_can_be_written_from_inside(testbed: OciTestbed) -> None:
    async with testbed.open(SandboxSpec(image="workbench"), label="a") as sandbox:
        await sandbox.write_file("/srv/p.c", SELF.encode())
        await sandbox.exec(["gcc", "-w", "-O1", "/srv/p.c", "-o", "/srv/p"])
        await sandbox.exec(["ln", "-s", "/proc/self/exe", "/srv/self"])
        await sandbox.exec(["sh", "-c", "setsid /srv/p > /srv/said 2>&1 &"])
        for _ in range(10):
            await sandbox.exec(["/srv/self", "x"])
            await sandbox.exec(["sh", "-c", ":"])
        await sandbox.exec(["pkill", "-TERM", "-x", "p"])
        await sandbox.exec(["sh", "-c", "while pgrep -x p; do sleep 0.05; done"])
        said = await sandbox.read_file("/srv/said")
        init = await sandbox.exec(["sh", "-c", "echo x > /dev/init; echo x > /proc/1/exe"])
    # Its own programs it may write to; the helper and process 1 are none of them.
    host = [line for line in said.decode().splitlines() if not line.startswith(("/usr", "/srv"))]
    assert host == ["0"] or testbed._runtime == "runsc"  # whose programs are not the host's
    assert init.returncode != 0
