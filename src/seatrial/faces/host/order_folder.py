"""The folder of one order on a trials' host: the order with its lease, and the trial.

`ROOT/CASE/TRIAL/` holds `order.json`, `given/` (policies, seeds) and `run/` (the trial's folder).
"""

import base64
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seatrial.adapters.bundle_archive import pack_folder
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.core.json_text import parse_json
from seatrial.core.problem import RefusedError
from seatrial.core.record import from_json, to_json
from seatrial.faces.desk.host_wire import HostOrder
from seatrial.faces.worker.trial_child import TrialOrder
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import MANIFEST_FILE

ORDER = "order.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFolder:
    """Everything of one order. trial: its name in the case."""

    path: Path
    trial: str

    @classmethod
    def of(cls, root: Path, order: HostOrder) -> "OrderFolder":
        """Name the folder of an order. Raises: RefusedError for a name that is no folder's."""
        for name in (order.case, order.trial):
            if name in ("", ".", "..") or "/" in name or "\0" in name:
                raise RefusedError(f"{name!r} names no folder.", "Check which portal this is.")
        return cls(path=root / order.case / order.trial, trial=order.trial)

    @property
    def run(self) -> Path:
        """The trial's folder."""
        return self.path / "run"

    @property
    def finished(self) -> bool:
        """Say whether the trial ended here with a whole bundle: the manifest comes last."""
        return (self.run / MANIFEST_FILE).is_file()

    @property
    def order(self) -> HostOrder:
        """The order as it was last given."""
        path = self.path / ORDER
        return from_json(HostOrder, parse_json(path.read_bytes(), place=str(path)), place=str(path))

    def keep(self, order: HostOrder) -> None:
        """Keep the order: a host that was killed goes on, or hands in again, with its lease."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self.path / ORDER, json.dumps(to_json(order)).encode(), mode=0o600)

    def lay_out(self, order: HostOrder, *, jobs: int, relay: str) -> TrialOrder:
        """Write what was given, and say how to run it. relay: address of the model's relay.

        Raises: RefusedError when the plan names a policy file outside of its folder.
        """
        given, signed = self.path / "given", base64.b64decode(order.plan)
        plan, _ = open_plan(signed, {}, place="the order's plan")
        for name, content in (
            (plan.draft.scope.file, order.scope),
            (plan.draft.thresholds.file, order.thresholds),
        ):
            path = given / "policies" / name
            if not path.resolve().is_relative_to(given.resolve()):
                raise RefusedError(f"The plan names a policy file {name!r}.", "Sign another plan.")
            write_durably(path, base64.b64decode(content), mode=0o600)
        seeds = [given / f"seeds-{number}.json" for number in range(len(order.seeds))]
        for path, text in zip(seeds, order.seeds, strict=True):
            write_durably(path, text.encode(), mode=0o600)
        relayed = not order.model.startswith("reference/")
        return TrialOrder(
            folder=str(self.run),
            setting=TrialSetting(
                trial=order.name,
                started=order.began,
                model=order.model,
                operator=order.operator,
                jobs=jobs,
                signing_key="",
                safeguards=order.safeguards,
                checkpoint=order.checkpoint,
                price_input=order.price_input,
                price_output=order.price_output,
                call_seconds=order.call_seconds,
                call_retries=order.call_retries,
                secret_seeds=tuple(map(str, seeds)),
            ),
            plan=order.plan,
            relay=relay if relayed else "",
            token=order.lease if relayed else "",
            policies=(str(given / "policies"),),
        )

    def pack(self, archive: IO[bytes]) -> None:
        """Write the trial's folder into an archive."""
        pack_folder(self.run, self.trial, archive)

    def remove(self) -> None:
        """Remove everything; all of it is in the clear."""
        shutil.rmtree(self.path, ignore_errors=True)


def kept_orders(root: Path) -> Iterator[OrderFolder]:
    """Give the folders that an earlier start left."""
    for path in sorted(root.glob(f"*/*/{ORDER}")):
        yield OrderFolder(path=path.parent, trial=path.parent.name)
