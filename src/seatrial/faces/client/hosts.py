"""What a trials' host asks of a portal: an order with its token, the rest with the lease."""

import json
from typing import IO

from seatrial.core.canonical import Digest
from seatrial.core.record import to_json
from seatrial.faces.api.wire import SealedContent
from seatrial.faces.client.client import file_digest
from seatrial.faces.client.exchange import Connected, Exchange
from seatrial.faces.desk.host_wire import HostOrder, HostProgress, HostTold


class HostClient(Connected):
    """A portal, seen with a host's token. Raises what `Client` raises."""

    def __init__(self, server: str, token: str) -> None:
        super().__init__(Exchange(server, token))

    def take(self, host: str) -> HostOrder | None:
        """Give the trial that the host holds, or one that waits; None without one."""
        return self._at.put(HostOrder, f"/hosts/{host}/order")


class LeaseClient(Connected):
    """A portal, seen with the lease of one order.

    Methods raise TokenRefusedError when another took the order, NotPossibleError when it ended.
    """

    def __init__(self, server: str, lease: str) -> None:
        super().__init__(Exchange(server, lease))

    def tell(self, progress: HostProgress) -> HostTold:
        """Give a sign of life; learn whether to go on."""
        content = json.dumps(to_json(progress)).encode()
        told = self._at.put(HostTold, "/hosts/order/progress", content)
        return HostTold(go_on=False) if told is None else told

    def hand_in(self, archive: IO[bytes], *, finished: bool) -> Digest:
        """Hand the trial's folder in; done once, however often it is sent."""
        return self._at.send_file(
            SealedContent,
            "PUT",
            "/hosts/order/evidence",
            archive,
            digest=file_digest(archive),
            finished=str(finished).lower(),
        ).digest
