import json
from collections.abc import Callable
from typing import Any

import pytest
from made_up_ledger import KEY, STRANGER_KEY, WITNESS, MadeUpLedger, entry, head_of

from seatrial.core.canonical import canonical_json
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_proof import CaseProof, check_case_proof, prove_case

LEDGER = MadeUpLedger(size=50, heads=(50,))
CASE = CaseId("case-1")
BUNDLE = prove_case(LEDGER.leaves, LEDGER.heads[0], CASE)
KEYS = (KEY, WITNESS)


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    fields = json.loads(BUNDLE)
    change(fields)
    return canonical_json(fields)


def test_a_bundle_shows_the_cases_entries_and_nobody_elses() -> None:
    found = check_case_proof(BUNDLE, KEYS, place="x", cosignatures=1)

    assert isinstance(found, CaseProof)
    assert found.entries == tuple((index, entry(index)) for index in range(1, 50, 3))
    assert found.head == LEDGER.heads[0]
    assert b"case-0" not in BUNDLE
    assert b"case-2" not in BUNDLE


def test_entries_beyond_the_head_are_left_out() -> None:
    bundle = prove_case(LEDGER.leaves, head_of(LEDGER.leaves, 20), CASE)
    found = check_case_proof(bundle, KEYS, place="x")

    assert isinstance(found, CaseProof)
    assert [index for index, _ in found.entries] == list(range(1, 20, 3))


def test_a_case_that_is_only_spoken_of_in_facts_is_not_the_entrys() -> None:
    ledger = MadeUpLedger()
    ledger.change(9, facts={"case": "case-1"})
    ledger.sign_again()
    found = check_case_proof(prove_case(ledger.leaves, ledger.heads[-1], CASE), KEYS, place="x")

    assert isinstance(found, CaseProof)
    assert [index for index, _ in found.entries] == [1, 4, 7]


@pytest.mark.parametrize("case", ["case-9", "", 'a"b', "\udcff"])
def test_a_case_without_entries_has_no_proof(case: str) -> None:
    with pytest.raises(BadInputError):
        prove_case(LEDGER.leaves, LEDGER.heads[0], CaseId(case))


def test_entries_that_are_not_the_heads_are_not_proven() -> None:
    for leaves in (LEDGER.leaves[:49], [*LEDGER.leaves[:-1], LEDGER.leaves[0]]):
        with pytest.raises(BadInputError, match="not those of"):
            prove_case(leaves, LEDGER.heads[0], CASE)


def test_it_holds_only_for_who_trusts_the_key() -> None:
    for keys in ((), (WITNESS,), (STRANGER_KEY,)):
        found = check_case_proof(BUNDLE, keys, place="x")
        assert isinstance(found, Finding)
        assert found.code == "signer_unknown"
    short = check_case_proof(BUNDLE, KEYS, place="x", cosignatures=2)
    assert isinstance(short, Finding)
    assert short.code == "cosignatures"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: one["entries"][2].update(index=6), "inclusion"),
        (lambda one: one["entries"][2].update(index=-1), "inclusion"),
        (lambda one: one["entries"][2].update(index=2**53 - 1), "inclusion"),
        (lambda one: one["entries"][2].update(entry=LEDGER.leaves[10].decode()), "inclusion"),
        (lambda one: one["entries"][2].update(entry=LEDGER.leaves[6].decode()), "case"),
        (lambda one: one["entries"][2].update(proof=[]), "inclusion"),
        (lambda one: one["entries"][2]["proof"].append(one["entries"][2]["proof"][0]), "inclusion"),
        (lambda one: one["entries"][2]["proof"].__setitem__(0, "AAAA"), "inclusion"),
        (lambda one: one["entries"][2]["proof"].__setitem__(0, "no base64"), "inclusion"),
        (lambda one: one["entries"].append(one["entries"][2]), "order"),
        (lambda one: one["entries"].reverse(), "order"),
        (lambda one: one["entries"].clear(), "empty"),
        (lambda one: one.update(case="case-2"), "case"),
        (
            lambda one: one.update(checkpoint=head_of(LEDGER.leaves, 49).content().decode()),
            "inclusion",
        ),
        (
            lambda one: one.update(checkpoint=one["checkpoint"].replace("\n50\n", "\n51\n")),
            "signature",
        ),
    ],
)
def test_what_was_changed_is_found(change: Callable[[dict[str, Any]], object], code: str) -> None:
    found = check_case_proof(altered(change), KEYS, place="x")

    assert isinstance(found, Finding)
    assert found.code == code


def test_each_byte_of_each_hash_matters() -> None:
    fields = json.loads(BUNDLE)
    hashes = fields["entries"][2]["proof"]
    for position, text in enumerate(hashes):
        for at in range(0, len(text) - 1, 5):
            other = "B" if text[at] == "A" else "A"
            hashes[position] = text[:at] + other + text[at + 1 :]
            found = check_case_proof(canonical_json(fields), KEYS, place="x")
            assert isinstance(found, Finding)
        hashes[position] = text
    assert isinstance(check_case_proof(canonical_json(fields), KEYS, place="x"), CaseProof)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        BUNDLE[:-1],
        BUNDLE + b"\n",
        BUNDLE.replace(b'"v":1', b'"v":2'),
        BUNDLE.replace(b'"v":1', b'"v":true'),
        BUNDLE.replace(b'"index":1,', b'"index":100000000000000000000,'),
        BUNDLE.replace(b'"index":1,', b'"index":1.5,'),
        BUNDLE.replace(b'"case":"case-1"', b'"case":"\\ud800"', 1),
        altered(lambda one: one.update(checkpoint="nothing")),
        altered(lambda one: one["entries"][2].update(entry="{}")),
        altered(lambda one: one["entries"][2].update(entry=" " + one["entries"][2]["entry"])),
        altered(lambda one: one["entries"][2].update(more=1)),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match=r"^x"):
        check_case_proof(content, KEYS, place="x")
