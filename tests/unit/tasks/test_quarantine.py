from dataclasses import replace

from seatrial.core.canonical import Digest
from seatrial.tasks.proof import Proof
from seatrial.tasks.quarantine import sort_out

GOOD = Proof(
    family="example",
    seed=1,
    dials={},
    image_digest=Digest("sha256:" + "1" * 64),
    digest=Digest("sha256:" + "2" * 64),
    score_version=1,
    proven=True,
    reason="proven",
    checks=(),
    seconds=1.0,
)


def _bad(reason: str) -> Proof:
    return replace(GOOD, proven=False, reason=reason)


def test_what_is_not_proven_is_counted_by_reason_and_leaves_the_share() -> None:
    outcome = sort_out([_bad("b"), GOOD, _bad("a"), _bad("b"), _bad("c")])
    assert outcome.proven == (GOOD,)
    assert [proof.reason for proof in outcome.quarantined] == ["b", "a", "b", "c"]
    assert outcome.reasons == (("b", 2), ("a", 1), ("c", 1))
    assert outcome.share == 0.2


def test_nothing_proven_of_nothing_is_a_share_of_zero() -> None:
    assert sort_out([]).share == 0.0
