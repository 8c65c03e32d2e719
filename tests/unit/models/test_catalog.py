import pytest

from seatrial.core.problem import BadInputError
from seatrial.models.catalog import POLICIES, ModelName, parse_model_name
from seatrial.models.simulators import SIMULATORS


@pytest.mark.parametrize(
    ("text", "policy", "seed"),
    [
        ("fuzzer", "fuzzer", None),
        ("fuzzer@7", "fuzzer", 7),
        ("a@18446744073709551615", "a", 2**64 - 1),
    ],
)
def test_a_name_may_carry_a_seed(text: str, policy: str, seed: int | None) -> None:
    assert ModelName(policy=policy, seed=seed) == parse_model_name(text)


@pytest.mark.parametrize("text", ["a@", "a@-1", "a@1.5", "a@x", "a@18446744073709551616", "a@²"])
def test_a_seed_that_is_no_number_in_range_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="seed"):
        parse_model_name(text)


def test_no_two_models_share_a_name() -> None:
    names = [policy.name for policy in POLICIES] + list(SIMULATORS)
    assert len(set(names)) == len(names)
