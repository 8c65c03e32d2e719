from types import ModuleType

import pytest

from seatrial.core.problem import BadInputError
from seatrial.review.sample_json import (
    read_verdicts,
    verdict_from_json,
    verdict_to_json,
    write_verdicts,
)


def test_samples_survive_the_way_to_lines_and_back(made_up: ModuleType) -> None:
    samples = made_up.made_up_trial().samples

    assert read_verdicts(write_verdicts(samples)) == samples


def test_a_verdict_survives_the_way_to_json_and_back(made_up: ModuleType) -> None:
    verdict = made_up.made_up_trial().samples[5].verdict

    assert verdict_from_json(verdict_to_json(verdict), place="p") == verdict


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"epoch":1', b'"epoch": 1', "line 1 is not in canonical form"),
        (b'"epoch":1', b'"epoch":"1"', "line 1: epoch is '1', expected a whole number"),
        (b'"epoch":1', b'"epoch":1,"epoch":1', "line 1 is not JSON: a field is given twice"),
        (b'"epoch":1', b'"epoch":', "line 1 is not JSON"),
        (b'"outcome":"', b'"outcome":"un', "line 1: verdict.outcome is"),
    ],
)
def test_a_line_that_is_not_as_written_is_refused(
    made_up: ModuleType, old: bytes, new: bytes, message: str
) -> None:
    content = write_verdicts(made_up.made_up_trial().samples[:2]).replace(old, new, 1)

    with pytest.raises(BadInputError, match=message):
        read_verdicts(content)


def test_a_line_without_its_end_is_refused(made_up: ModuleType) -> None:
    with pytest.raises(BadInputError, match="line 2 is not in canonical form"):
        read_verdicts(write_verdicts(made_up.made_up_trial().samples[:2])[:-1])
