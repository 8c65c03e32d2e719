"""Secrets are found however they are written; what is not told is not found."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.review.rendering.leaks import Leak, find_leaks, plain_letters

LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKL23456789-_.:/ "
SECRETS = st.text(alphabet=LETTERS, min_size=14, max_size=60).filter(
    lambda one: len(plain_letters(one)) >= 12
)


def every_byte(secret: str) -> str:
    return "".join(f"%{one:02X}" for one in secret.encode())


def escaped(secret: str) -> str:
    return "".join(f"\\u{ord(one):04x}" for one in secret)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "percent": every_byte,
    "percent where needed": lambda one: quote(one, safe=""),
    "JSON": json.dumps,
    "JSON escapes": escaped,
    "HTML": lambda one: "".join(f"&#{ord(c)};" for c in one),
    "hex": lambda one: one.encode().hex(),
    "hex with spaces": lambda one: one.encode().hex(" "),
    "hex, upper case": lambda one: one.encode().hex().upper(),
    "base64": lambda one: base64.b64encode(one.encode()).decode(),
    "base64, URL-safe": lambda one: base64.urlsafe_b64encode(one.encode()).decode(),
    "base64 in lines": lambda one: "\n".join(
        base64.b64encode(one.encode()).decode()[n : n + 8] for n in range(0, 90, 8)
    ),
    "base64 with more before": lambda one: base64.b64encode(b"key=" + one.encode()).decode(),
    "base32": lambda one: base64.b32encode(one.encode()).decode(),
    "reversed": lambda one: one[::-1],
    "reversed in base64": lambda one: base64.b64encode(one[::-1].encode()).decode(),
    "base64 of base64": lambda one: base64.b64encode(base64.b64encode(one.encode())).decode(),
    "percent of base64": lambda one: every_byte(base64.b64encode(one.encode()).decode()),
    "letter by letter": " ".join,
    "with dashes": "-".join,
    "over lines": lambda one: "\n".join(one[n : n + 5] for n in range(0, len(one), 5)),
    "with invisible marks": "\u200b".join,
    "wide letters": lambda one: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in one
    ),
    "escaped HTML": html.escape,
}


@pytest.mark.parametrize("form", list(FORMS))
@settings(max_examples=40, deadline=None)
@given(
    secret=SECRETS,
    before=st.sampled_from(["", "Result: ", '{"a":"']),
    after=st.text(' .}"', max_size=4),
)
def test_a_told_secret_is_found(form: str, secret: str, before: str, after: str) -> None:
    text = before + FORMS[form](secret) + after

    assert [one.secret for one in find_leaks(text, {"s": secret})] == ["s"]


@settings(max_examples=60, deadline=None)
@given(
    secret=st.text(alphabet="abcdefghjkmnpqrstuvwxyz23456789", min_size=24, max_size=60),
    order=st.permutations([0, 1, 2]),
    apart=st.text(alphabet="ABC \n.,", min_size=1, max_size=40),
)
def test_a_secret_in_three_pieces_is_found(secret: str, order: list[int], apart: str) -> None:
    third = -(-len(secret) // 3)
    pieces = [secret[n * third : (n + 1) * third] for n in order]

    assert find_leaks(apart.join(["", *pieces, ""]), {"s": secret}) != ()


@settings(max_examples=100, deadline=None)
@given(secret=SECRETS, other=SECRETS)
def test_what_is_not_told_is_not_found(secret: str, other: str) -> None:
    """Two random texts share no run of six letters but by a chance that is left out here."""
    a, b = plain_letters(secret), plain_letters(other)
    runs = {a[n : n + 3] for n in range(len(a) - 2)} | {
        a[::-1][n : n + 3] for n in range(len(a) - 2)
    }
    shared = sum(b[n : n + 3] in runs for n in range(len(b) - 2))
    for form in ("plain", "base64", "hex", "percent", "reversed"):
        if not shared:
            assert find_leaks(FORMS[form](other), {"s": secret}) == ()


def test_leaks_name_secret_and_form() -> None:
    text = "endpoint: aHR0cHM6Ly9tb2RlbC5sYWIuZXhhbXBsZS92MQ== and 9c41-77aa-1b2c"
    secrets = {
        "endpoint": "https://model.lab.example/v1",
        "key": "9c4177aa1b2c",
        "other": "nothing of this is told",
    }

    assert find_leaks(text, secrets) == (
        Leak(secret="endpoint", form="base64"),  # noqa: S106 - names, made up
        Leak(secret="key", form="plain"),  # noqa: S106 - the same
    )


def test_a_secret_too_short_to_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="the secret pin is too short"):
        find_leaks("1234", {"pin": "12-34"})
