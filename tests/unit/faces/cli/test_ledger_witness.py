"""`seatrial ledger witness`: a third party keeps heads, and signs what continues them."""

from itertools import count
from pathlib import Path

import pytest
from click.testing import Result
from made_up_ledger import KEY, STRANGER_KEY, MadeUpLedger, head_of, witnessed
from typer.testing import CliRunner

from seatrial.adapters.tlog.export_folder import read_checkpoint_file
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.faces.cli.ledger import ledger_app
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, read_checkpoint

NAME = "harbour.example/witness"
_FOLDERS = count()


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(ledger_app, [str(one) for one in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Keeper:
    """A witness with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "heads.txt"
        self.out = folder / "signed.txt"

    def sign(self, source: Path, *more: object, key: object = KEY) -> str:
        """Sign; give what was said in one line."""
        result = invoke(
            *("witness", source, "--name", NAME, "--to", self.kept, "--key", key),
            *("--signing-key", self.folder / "witness.pem", "--out", self.out, *more),
        )
        assert result.exit_code == 0, result.stdout
        return " ".join(result.stdout.split())

    def signed(self) -> SignedCheckpoint:
        return read_checkpoint(self.out.read_bytes(), place="signed")

    def heads(self) -> list[int]:
        return [one.checkpoint.size for one in read_checkpoint_file(self.kept)]


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path)


@pytest.fixture
def begun(keeper: Keeper) -> Keeper:
    """One that has signed the head of 4 entries."""
    head = keeper.folder / "head.txt"
    head.write_bytes(head_of(MadeUpLedger().leaves, 4).content())
    keeper.sign(head, "--begin")
    keeper.out.unlink()
    return keeper


def growth_of(ledger: MadeUpLedger, folder: Path, since: int) -> Path:
    """What the ledger's keeper sends, who must not show entries."""
    place = folder / f"growth-{next(_FOLDERS)}"
    export, proof = ledger.export(place / "export"), place / "growth"
    assert invoke("growth", export, "--since", since, "--out", proof).exit_code == 0
    return proof


def forked(size: int = 10, heads: tuple[int, ...] = (10,)) -> MadeUpLedger:
    """Another history, signed by the ledger's own key."""
    ledger = MadeUpLedger(size=size, heads=heads)
    ledger.change(1, facts={"what": "another"})
    ledger.sign_again()
    return ledger


def refused(keeper: Keeper, source: Path, *more: object, match: str) -> None:
    """Nothing is signed, and what is kept stays as it was."""
    before = keeper.kept.read_bytes()
    with pytest.raises(RefusedError, match=match):
        keeper.sign(source, *more)
    assert keeper.kept.read_bytes() == before
    assert not keeper.out.exists()


def test_it_sees_no_entry_and_signs_what_continues_what_it_signed(begun: Keeper) -> None:
    proof = growth_of(MadeUpLedger(), begun.folder, 4)
    assert b"fact" not in proof.read_bytes()
    said = begun.sign(proof)

    assert "continues the last one, of 4" in said
    own = said.partition(" by ")[2].partition(" ")[0]
    trusted = begun.signed().trust(given_keys([str(KEY), own]))
    assert begun.signed().checkpoint.size == 10
    assert (trusted.ledger, trusted.forged) == ((KEY,), ())
    assert [key.name for key, _ in trusted.witnesses] == [NAME]
    assert begun.heads() == [4, 10]
    # What it kept has its signature, made before it was handed out.
    assert read_checkpoint_file(begun.kept)[-1] == begun.signed()


def test_it_signs_from_an_export_that_it_may_see(begun: Keeper) -> None:
    begun.sign(MadeUpLedger(heads=(4, 10)).export(begun.folder / "export"))
    assert (begun.signed().checkpoint.size, begun.heads()) == (10, [4, 10])


def test_the_same_head_is_signed_again_and_kept_once(begun: Keeper) -> None:
    begun.sign(begun.folder / "head.txt")
    assert (begun.signed().checkpoint.size, begun.heads()) == (4, [4])


def test_others_signatures_are_not_passed_on(begun: Keeper) -> None:
    (begun.folder / "head.txt").write_bytes(witnessed(head_of(MadeUpLedger().leaves, 4)).content())
    begun.sign(begun.folder / "head.txt")
    assert [one.name for one in begun.signed().note.signatures] == [KEY.name, NAME]


@pytest.mark.parametrize("by", ["export", "growth", "head"])
def test_a_rollback_is_refused(begun: Keeper, by: str) -> None:
    older = MadeUpLedger(size=3, heads=(3,))
    if by == "export":
        source = older.export(begun.folder / "older")
    elif by == "growth":
        source = growth_of(older, begun.folder, 2)
    else:
        source = begun.folder / "older.txt"
        source.write_bytes(older.heads[-1].content())
    refused(begun, source, match="is older than .* at 4 entries .* signed last")


@pytest.mark.parametrize("by", ["export", "growth", "head"])
def test_a_fork_is_refused(begun: Keeper, by: str) -> None:
    """With heads of the same size and of a larger one."""
    if by == "head":
        source = begun.folder / "fork.txt"
        source.write_bytes(forked(4, (4,)).heads[-1].content())
        refused(begun, source, match="contradicts .* a fork")
    elif by == "growth":
        source = growth_of(forked(), begun.folder, 4)
        refused(begun, source, match="does not lead from .* a fork, or an altered file")
    else:
        source = forked().export(begun.folder / "fork")
        refused(begun, source, match="does not hold.*anchor")


def test_what_nothing_shows_to_continue_is_not_signed(begun: Keeper) -> None:
    head = begun.folder / "bare.txt"
    head.write_bytes(head_of(MadeUpLedger().leaves, 10).content())
    with pytest.raises(RefusedError) as told:
        begun.sign(head)
    assert "--since 4" in told.value.remedy
    refused(begun, head, match="nothing shows that")
    refused(begun, growth_of(MadeUpLedger(), begun.folder, 3), match="nothing shows that")


def test_an_altered_growth_is_refused(begun: Keeper) -> None:
    proof = growth_of(MadeUpLedger(), begun.folder, 4)
    lines = proof.read_text().split("\n")
    lines[1], lines[2] = lines[2], lines[1]
    proof.write_text("\n".join(lines))
    refused(begun, proof, match="altered file")


def test_a_head_that_the_ledger_did_not_sign_is_not_signed(begun: Keeper) -> None:
    before = begun.kept.read_bytes()
    with pytest.raises(AssertionError, match="Signer unknown"):
        begun.sign(growth_of(MadeUpLedger(), begun.folder, 4), key=STRANGER_KEY)
    assert begun.kept.read_bytes() == before
    assert not begun.out.exists()


def test_it_begins_by_its_keepers_word_only(keeper: Keeper) -> None:
    """A wrong place must not pass for a ledger that it has never seen."""
    head = keeper.folder / "head.txt"
    head.write_bytes(head_of(MadeUpLedger().leaves, 4).content())
    with pytest.raises(RefusedError, match="nothing is kept here"):
        keeper.sign(head)
    assert not keeper.kept.exists()
    assert "The first head of this ledger that it signs" in keeper.sign(head, "--begin")
    keeper.out.unlink()
    refused(keeper, head, "--begin", match="has signed heads of this ledger before")


def test_what_it_begins_with_continues_heads_that_it_kept_without_signing(keeper: Keeper) -> None:
    head = keeper.folder / "head.txt"
    head.write_bytes(head_of(MadeUpLedger().leaves, 4).content())
    assert invoke("anchor", head, "--to", keeper.kept, "--key", KEY).exit_code == 0
    refused(keeper, growth_of(forked(), keeper.folder, 4), "--begin", match="a fork")
    keeper.sign(growth_of(MadeUpLedger(), keeper.folder, 4), "--begin")
    assert keeper.heads() == [4, 10]


@pytest.mark.parametrize("change", ["root", "added", "emptied"])
def test_an_altered_note_of_its_own_is_not_believed(begun: Keeper, change: str) -> None:
    """Whoever could write there may not choose what is signed next."""
    if change == "root":
        fork = forked(4, (4,)).heads[-1].content().split(b"\n")
        lines = begun.kept.read_bytes().split(b"\n")
        lines[2] = fork[2]
        begun.kept.write_bytes(b"\n".join(lines))
        match = "not its own"
    elif change == "added":
        begun.kept.write_bytes(begun.kept.read_bytes() + forked(7, (7,)).heads[-1].chunk())
        match = "has not signed it"
    else:
        begun.kept.write_bytes(forked(4, (4,)).heads[-1].chunk())
        match = "nothing is kept here"
    refused(begun, growth_of(forked(), begun.folder, 4), match=match)


def test_a_name_that_no_key_may_have_is_refused(keeper: Keeper) -> None:
    head = keeper.folder / "head.txt"
    head.write_bytes(head_of(MadeUpLedger().leaves, 4).content())
    with pytest.raises(BadInputError, match="cannot name"):
        invoke(
            *("witness", head, "--name", "a b", "--to", keeper.kept, "--key", KEY, "--begin"),
            *("--signing-key", keeper.folder / "k.pem", "--out", keeper.out),
        )
