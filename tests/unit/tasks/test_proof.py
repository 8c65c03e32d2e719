from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError
from seatrial.core.verdict import Check
from seatrial.tasks.proof import Proof, ProofStore

IMAGE = Digest("sha256:" + "1" * 64)
PROOF = Proof(
    family="example",
    seed=2**128 - 1,
    dials={"depth": 2, "source": True},
    image_digest=IMAGE,
    digest=Digest("sha256:" + "2" * 64),
    score_version=1,
    proven=False,
    reason="null_sample_passed",
    checks=(Check(name="a", passed=False, detail="ä\n"),),
    seconds=1.5,
)


def test_a_proof_is_found_again_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "proofs.jsonl"
    ProofStore(path).put(PROOF)
    assert ProofStore(path).get(PROOF.digest, IMAGE) == PROOF


def test_another_image_or_instance_has_no_proof(tmp_path: Path) -> None:
    store = ProofStore(tmp_path / "proofs.jsonl")
    store.put(PROOF)
    assert store.get(PROOF.digest, Digest("sha256:" + "3" * 64)) is None
    assert store.get(Digest("sha256:" + "3" * 64), IMAGE) is None


def test_a_later_proof_replaces_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"
    later = replace(PROOF, proven=True, reason="proven", score_version=2)
    store = ProofStore(path)
    store.put(PROOF)
    store.put(later)
    assert store.get(PROOF.digest, IMAGE) == later
    assert ProofStore(path).get(PROOF.digest, IMAGE) == later


@pytest.mark.parametrize("kept", [1, 10, -1])
def test_a_torn_last_line_is_dropped_and_written_over(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "proofs.jsonl"
    second = replace(PROOF, digest=Digest("sha256:" + "4" * 64))
    ProofStore(path).put(PROOF)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    store = ProofStore(path)
    assert store.get(PROOF.digest, IMAGE) == PROOF
    store.put(second)
    reopened = ProofStore(path)
    assert reopened.get(PROOF.digest, IMAGE) == PROOF
    assert reopened.get(second.digest, IMAGE) == second
    assert len(path.read_bytes().splitlines()) == 2


@pytest.mark.parametrize("line", [b"{}", b"no json", b"[1]", b"", b"null"])
def test_a_whole_line_that_is_no_proof_is_refused_with_its_number(
    tmp_path: Path, line: bytes
) -> None:
    path = tmp_path / "proofs.jsonl"
    ProofStore(path).put(PROOF)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(BadInputError, match="line 2"):
        ProofStore(path)


def test_a_store_without_seeds_never_writes_one(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"
    ProofStore(path, with_seeds=False).put(PROOF)
    assert str(PROOF.seed) not in path.read_text()
    assert ProofStore(path).get(PROOF.digest, IMAGE) == replace(PROOF, seed=None)
