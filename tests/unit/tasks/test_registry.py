import pytest

from seatrial.core.problem import BadInputError
from seatrial.tasks.registry import families, find_family


def test_every_family_is_listed_by_its_cards_name() -> None:
    known = families()
    assert sorted(known) == list(known)
    assert {"memory_safety_discovery", "privilege_escalation"} <= set(known)
    for name in known:
        assert find_family(name).card.family == name


def test_an_unknown_family_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInputError) as caught:
        find_family("patching")
    assert "'patching'" in caught.value.what
    for name in families():
        assert name in caught.value.remedy


def test_asking_the_mapping_for_an_unknown_name_is_a_key_error() -> None:
    assert families().get("__import__") is None
