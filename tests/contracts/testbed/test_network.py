"""Private networks between the sandboxes of one sample."""

import json
import subprocess
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]

SERVE = "import socket; s = socket.create_server(('', 9000)); print(flush=True)\n"
SERVE += "while True: s.accept()[0].sendall(b'hello')"
ASK = (
    "import socket; c = socket.create_connection(('{}', 9000), timeout=5); "
    "print(c.makefile().read(5))"
)


async def serve(sandbox: OciSandbox) -> None:
    await sandbox.write_file("/srv/serve.py", SERVE.encode())
    await sandbox.exec(
        ["sh", "-c", "python3 /srv/serve.py > /srv/up & until [ -s /srv/up ]; do sleep 0.05; done"]
    )


async def ask(sandbox: OciSandbox, address: str) -> bool:
    outcome = await sandbox.exec(["python3", "-c", ASK.format(address)])
    return outcome.stdout == b"hello\n"


async def test_members_reach_each_other_and_others_do_not(opener: Opener) -> None:
    async with (
        opener(network="n") as server,
        opener(network="n") as member,
        opener(network="n") as third,
        opener(network="other") as first_elsewhere,
        opener(network="other") as elsewhere,
        opener() as alone,
    ):
        await serve(server)
        assert await ask(member, "10.99.0.1")
        assert await ask(third, "10.99.0.1")
        for stranger in (first_elsewhere, elsewhere, alone):
            assert not await ask(stranger, "10.99.0.1")


async def test_a_network_leads_nowhere_else_and_cannot_be_changed(opener: Opener) -> None:
    async with opener(network="n") as sandbox, opener(network="n"):
        routes = await sandbox.exec(["ip", "-o", "route"])
        change = await sandbox.exec(["ip", "link", "set", "eth0", "address", "02:00:00:00:00:01"])
        sniff = await sandbox.exec(["ip", "addr", "add", "10.99.0.77/24", "dev", "eth0"])
    assert [line.split()[0] for line in routes.stdout.decode().splitlines()] == ["10.99.0.0/24"]
    assert change.returncode != 0
    assert sniff.returncode != 0


async def test_the_hosts_network_shows_nothing(opener: Opener) -> None:
    def links() -> set[str]:
        listed = subprocess.run(["ip", "-j", "link"], capture_output=True, check=True)
        return {link["ifname"] for link in json.loads(listed.stdout)}

    before = links()
    async with opener(network="n"), opener(network="n"):
        assert links() == before
    assert links() == before
