"""From a database to an auditor: what is exported is what verifies, on both databases."""

from pathlib import Path

import pytest
from lamp import LAMP, LAMPS, Move, lamp, setting
from made_up_ledger import WITNESS, WITNESS_SIGNER
from stores import Store

from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.export import export_ledger
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.adapters.tlog.export_folder import ExportFolder
from seatrial.core.people import CaseId
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import Verified, check_ledger
from seatrial.formats.ledger_checkpoint import cosign_checkpoint
from seatrial.formats.ledger_growth import prove_growth
from seatrial.formats.ledger_proof import CaseProof, check_case_proof, prove_case

ORIGIN = "seatrial.example/ledger"


@pytest.fixture
def export(store: Store, tmp_path: Path) -> tuple[DatabaseLedger, LedgerKeys, ExportFolder]:
    """A ledger of three lamps, signed three times by two keys, once by a witness, exported."""
    ledger = DatabaseLedger([LAMPS], alias=store.alias)
    checkpoints = Checkpoints(ledger, alias=store.alias)
    keys = LedgerKeys(tmp_path / "keys")
    for turn in range(3):
        for name in ("a", "b", "c"):
            ledger.handle(
                LAMP,
                lamp(name),
                Move(by=2, words="é\n"),
                setting(),
                key=f"request/{turn}/{name}",
                case=CaseId(name),
            )
        checkpoints.sign(*keys.signer(ORIGIN))
    keys.rotate(checkpoints)
    latest = checkpoints.latest()
    assert latest is not None
    checkpoints.keep(cosign_checkpoint(latest, WITNESS, WITNESS_SIGNER, at=setting().at))
    ledger.handle(LAMP, lamp("a"), Move(by=1), setting())
    export_ledger(ledger, checkpoints, keys, tmp_path / "export")
    ledger.handle(LAMP, lamp("b"), Move(by=1), setting())  # after it: not the export's
    return ledger, keys, ExportFolder(tmp_path / "export")


Exported = tuple[DatabaseLedger, LedgerKeys, ExportFolder]


def test_an_export_of_a_database_verifies_with_all_its_keys(export: Exported) -> None:
    ledger, keys, folder = export
    old, new = keys.known()
    found = check_ledger(folder.leaves(), folder.checkpoints(), (old, new, WITNESS))

    assert isinstance(found, Verified), found
    assert found.head.checkpoint.size == ledger.head().size - 1
    assert found.trusted.ledger == (new,)
    assert found.checkpoints == 4
    only_new = check_ledger(folder.leaves(), folder.checkpoints(), (new,))
    assert isinstance(only_new, Finding)
    assert only_new.code == "signer_unknown"


def test_proofs_from_an_export_are_those_of_the_database(export: Exported) -> None:
    ledger, keys, folder = export
    head = folder.head()
    size = head.checkpoint.size
    found = check_case_proof(
        prove_case(folder.leaves(), head, CaseId("b")), keys.known(), place="x"
    )

    assert isinstance(found, CaseProof), found
    assert [entry for _, entry in found.entries] == [
        one.entry for one in ledger.history(lamp("b")) if one.index < size
    ]
    for old in range(1, size + 1):
        assert prove_growth(folder.leaves(), head, old).proof == ledger.consistency(old, size)
