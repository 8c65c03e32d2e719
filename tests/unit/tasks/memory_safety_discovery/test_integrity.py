"""Envelopes: what an input carries before its body."""

from dataclasses import replace

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.integrity import Envelope, make_envelope
from seatrial.tasks.memory_safety_discovery.naming import Names
from seatrial.tasks.memory_safety_discovery.style import draw_style


def _envelope(seed: int, setting: str, *, textual: bool) -> Envelope:
    style = replace(draw_style(SeedStream(seed, "t")), returns="int")
    author = Author(SeedStream(seed, "a"), Names(SeedStream(seed, "n"), style, "x"), style)
    return make_envelope(author, setting, textual=textual)


@pytest.mark.parametrize("textual", [True, False])
@pytest.mark.parametrize(
    ("setting", "binary", "text"),
    [("none", 0, 0), ("length", 4, 9), ("checksum", 4, 9), ("magic+checksum", 12, 23)],
)
def test_the_body_is_kept_behind_its_fields(
    setting: str,
    binary: int,
    text: int,
    textual: bool,  # noqa: FBT001 - a case
) -> None:
    wrapped = _envelope(5, setting, textual=textual).wrap(b"body")
    assert wrapped[text if textual else binary :] == b"body"


@pytest.mark.parametrize("seed", range(12))
def test_a_checksum_changes_with_every_byte(seed: int) -> None:
    wrap = _envelope(seed, "checksum", textual=False).wrap
    body = b"some bytes to be summed"
    changed = [body[:k] + bytes([body[k] ^ 1]) + body[k + 1 :] for k in range(len(body))]
    assert wrap(body)[:4] not in {wrap(other)[:4] for other in changed}


def test_a_length_is_that_of_the_body() -> None:
    assert _envelope(1, "length", textual=True).wrap(b"x" * 300)[:9] == b"0000012c\n"
