"""The inbox has words for everything that happens in cases."""

from seatrial.faces.web.happened_words import HAPPENED, happened
from seatrial.review.certificate.aggregate import CERTIFICATE
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.team.aggregate import TEAM

KINDS = {
    f"{one.name}.{kind}" for one in (SUBMISSION, TEAM, INCIDENT, CERTIFICATE) for kind in one.kinds
}


def test_every_kind_of_entry_in_a_case_has_words() -> None:
    assert set(HAPPENED) == KINDS


def test_another_kind_is_told_by_its_name() -> None:
    assert happened("host.moved-away") == "host: moved away"
