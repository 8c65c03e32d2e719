"""The example policy is of its form; what the types let pass is refused with its path."""

import re
from pathlib import Path

import pytest

from seatrial.core.problem import BadInputError
from seatrial.review.programme.policy import Selection, Weekday, parse_programme

EXAMPLE = (Path(__file__).parents[4] / "policy" / "programme-example.toml").read_text()
RETAINED = "has ended.\nmaximum_days = "


def test_the_example_is_of_its_form_and_says_that_it_is_one() -> None:
    policy = parse_programme(EXAMPLE, place="example")

    assert policy.issuer == "nobody: example"
    assert policy.partners.selected_by is Selection.JOINT
    assert [(one.name, one.hours, one.business_days, one.days) for one in policy.clock] == [
        ("first-notice", 72, None, None),
        ("material-notice", None, 4, None),
        ("report", None, None, 30),
        ("follow-up", None, None, 90),
    ]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("seatrial.programme/1", "seatrial.programme/2", "schema"),
        ('"audit", ', '"evaluation", ', "purposes"),
        ("minimum_cell = 5", "minimum_cell = 2", "minimum_cell"),
        ("\nmaximum_days = 30", "\nmaximum_days = 0", "window.maximum_days"),
        ("extended_maximum_days = 30", "extended_maximum_days = 29", "extended_maximum_days"),
        ("[7, 2]", "[7, 0]", "window.warning_days"),
        ("objection_days = 5", "objection_days = 0", "determination.objection_days"),
        ("minimum_consultees = 1", "minimum_consultees = -1", "minimum_consultees"),
        (RETAINED + "365", RETAINED + "-1", "retention.maximum_days"),
        ("retest = [", "retest = [] #", "certificate.retest"),
        ('["saturday", "sunday"]', str([day.value for day in Weekday]), "calendar.weekend"),
        ('"follow-up"', '"report"', "clock"),
        ("hours = 72", "hours = 72\ndays = 3", "clock[0]"),
        ("business_days = 4", "business_days = 0", "clock[1]"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(old: str, new: str, path: str) -> None:
    changed = EXAMPLE.replace(old, new)
    assert changed != EXAMPLE

    with pytest.raises(BadInputError, match=re.escape(path)):
        parse_programme(changed, place="policy.toml")


def test_broken_toml_names_the_file() -> None:
    with pytest.raises(BadInputError, match=r"policy\.toml: "):
        parse_programme("schema = ", place="policy.toml")
