"""The tree's proofs against the published cases of transparency-dev/merkle: most must fail.

The cases lie beside the repository; a clone without them passes over this file and says so.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import pytest

from seatrial.core.ledger.proof import (
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "merkle"
PUBLISHED = 518

needs_cases = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the published cases are not at {FOLDER}"
)


def hashes(case: Mapping[str, object], name: str) -> list[bytes]:
    listed = case[name] or []
    assert isinstance(listed, list)
    return [b64decode(one) for one in listed]


def verdict(sort: str, case: Mapping[str, object]) -> bool:
    """What our verifier says of one case."""

    def number(name: str) -> int:
        found = case[name]
        assert isinstance(found, int)
        return found

    def hash_of(name: str) -> bytes:
        return b64decode(str(case[name]))

    proof = hashes(case, "proof")
    if sort == "inclusion":
        return verify_inclusion(
            hash_of("leafHash"),
            index=number("leafIdx"),
            size=number("treeSize"),
            root=hash_of("root"),
            proof=proof,
        )
    if sort == "consistency":
        return verify_consistency(
            first=number("size1"),
            first_root=hash_of("root1"),
            second=number("size2"),
            second_root=hash_of("root2"),
            proof=proof,
        )
    if sort == "subtreeinclusion":
        return verify_subtree_inclusion(
            hash_of("leafHash"),
            index=number("leafIdx"),
            start=number("start"),
            end=number("end"),
            root=hash_of("root"),
            proof=proof,
        )
    assert sort == "subtreeconsistency"
    return verify_subtree_consistency(
        start=number("start"),
        end=number("end"),
        part_root=hash_of("root1"),
        size=number("size"),
        root=hash_of("root2"),
        proof=proof,
    )


@needs_cases
def test_every_published_case_ends_as_it_says() -> None:
    wrong, refused, seen = [], 0, 0
    for path in sorted(FOLDER.rglob("*.json")):
        case = json.loads(path.read_text())
        expected = not case["wantErr"]
        seen += 1
        refused += not expected
        if verdict(path.relative_to(FOLDER).parts[0], case) != expected:
            wrong.append(str(path.relative_to(FOLDER)))

    assert wrong == []
    assert seen == PUBLISHED
    assert refused == 482
