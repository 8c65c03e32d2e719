"""Every idiom, sound and planted."""

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Feature, without_sites
from seatrial.tasks.memory_safety_discovery.idioms import IDIOMS, Idiom
from seatrial.tasks.memory_safety_discovery.naming import Names
from seatrial.tasks.memory_safety_discovery.source import Line
from seatrial.tasks.memory_safety_discovery.style import draw_style

every_idiom = pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: str(idiom.__name__))
SEEDS = range(40)


def _made(idiom: Idiom, seed: int, *, planted: bool) -> Feature:
    style = draw_style(SeedStream(seed, "t"))
    author = Author(SeedStream(seed, "a"), Names(SeedStream(seed, "n"), style, "x"), style)
    return idiom(author, "widget", planted=planted)


def _lines(feature: Feature) -> list[Line]:
    bodies = [line for operation in feature.operations for line in operation.body]
    return [*bodies, *feature.closing]


@every_idiom
def test_a_planted_one_has_one_flaw_and_a_place_where_it_shows(idiom: Idiom) -> None:
    for seed in SEEDS:
        lines = _lines(_made(idiom, seed, planted=True))
        flawed = [line for line in lines if line.flawed is not None]
        assert len(flawed) == 1
        assert flawed[0].flawed != flawed[0].sound
        assert any(line.site for line in lines)


@every_idiom
def test_a_sound_one_has_no_flaw_and_nothing_that_breaks_it(idiom: Idiom) -> None:
    for seed in SEEDS:
        feature = without_sites(_made(idiom, seed, planted=False))
        assert feature.breaking == ()
        assert all(line.flawed is None and not line.site for line in _lines(feature))


@every_idiom
def test_calls_fit_the_operations(idiom: Idiom) -> None:
    for seed in SEEDS:
        feature = _made(idiom, seed, planted=True)
        for calls in (*feature.benign, feature.breaking):
            assert calls
            for call in calls:
                arguments = feature.operations[call.operation].arguments
                kinds = [argument.kind == "blob" for argument in arguments]
                assert kinds == [isinstance(value, bytes) for value in call.values]


@every_idiom
def test_flawed_text_also_occurs_in_sound_features(idiom: Idiom) -> None:
    """A guard's wording alone must not tell: each flawed text is right in another shape."""

    def wording(lines: tuple[str, ...]) -> set[str]:
        # Numbers and names of limits differ between features; the rest must not.
        return {"".join("#" if c.isdigit() else c for c in line) for line in lines}

    sound: set[str] = set()
    flawed: list[set[str]] = []
    for seed in range(200):
        for line in _lines(_made(idiom, seed, planted=False)):
            sound |= wording(line.sound)
        flawed += [
            wording(line.flawed)
            for line in _lines(_made(idiom, seed, planted=True))
            if line.flawed is not None
        ]
    known = sum(texts <= sound for texts in flawed)
    assert known >= 0.2 * len(flawed)
