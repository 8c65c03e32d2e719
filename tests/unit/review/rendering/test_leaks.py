"""Secrets are found however they are written; what is not told is not found."""

import base64
import codecs
import gzip
import html
import json
import zlib
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.review.rendering.leaks import Leak, find_leaks
from seatrial.review.rendering.letters import plain_letters

MOVED = ascii_lowercase[5:] + ascii_lowercase[:5] + ascii_uppercase[5:] + ascii_uppercase[:5]
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
    "HTML, hexadecimal": lambda one: "".join(f"&#x{ord(c):x};" for c in one),
    "letters in tags": lambda one: "".join(f"<b>{c}</b>" for c in one),
    "percent of code points": lambda one: "".join(f"%u{ord(c):04x}" for c in one),
    "long escapes": lambda one: "".join(f"\\U{ord(c):08x}" for c in one),
    "escapes in braces": lambda one: "".join(f"\\u{{{ord(c):x}}}" for c in one),
    "octal escapes": lambda one: "".join(f"\\{ord(c):03o}" for c in one),
    "byte escapes": lambda one: "".join(f"\\x{ord(c):02x}" for c in one),
    "quoted-printable": lambda one: "".join(f"={ord(c):02X}" for c in one),
    "hex of C": lambda one: ", ".join(f"0x{c:02x}" for c in one.encode()),
    "hex with colons": lambda one: one.encode().hex(":"),
    "decimal": lambda one: ", ".join(str(c) for c in one.encode()),
    "binary": lambda one: " ".join(f"{c:08b}" for c in one.encode()),
    "base64 without padding": lambda one: base64.b64encode(one.encode()).decode().rstrip("="),
    "base64 of UTF-16": lambda one: base64.b64encode(one.encode("utf-16-le")).decode(),
    "base64 of gzip": lambda one: base64.b64encode(gzip.compress(one.encode())).decode(),
    "base64 of zlib": lambda one: base64.urlsafe_b64encode(zlib.compress(one.encode())).decode(),
    "hex of gzip": lambda one: gzip.compress(one.encode()).hex(),
    "base32, lower case": lambda one: base64.b32encode(one.encode()).decode().lower(),
    "base85": lambda one: base64.b85encode(one.encode()).decode(),
    "ASCII85": lambda one: base64.a85encode(one.encode(), adobe=True).decode(),
    "ROT13": lambda one: codecs.encode(one, "rot13"),
    "Caesar's": lambda one: one.translate(str.maketrans(ascii_letters, MOVED)),
    "Atbash": lambda one: one.lower().translate(
        str.maketrans(ascii_lowercase, ascii_lowercase[::-1])
    ),
    "look-alikes": lambda one: one.translate(
        str.maketrans(
            "aceopxyABEHKMPT",
            "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0410\u0412\u0415\u041d\u041a\u041c\u0420\u0422",
        )
    ),
    "Greek look-alikes": lambda one: one.translate(
        str.maketrans(
            "opxABEHKMNZ", "\u03bf\u03c1\u03c7\u0391\u0392\u0395\u0397\u039a\u039c\u039d\u0396"
        )
    ),
    "accents": "\u0301".join,
    "accents in one": lambda one: one.translate(str.maketrans("aeiouy", "áéíóúý")),
    "in frames": lambda one: "".join(
        chr(0x1F170 + ord(c) - ord("A")) if "A" <= c <= "Z" else c for c in one.upper()
    ),
    "mathematical": lambda one: "".join(
        chr(0x1D400 + ord(c) - ord("A")) if "A" <= c <= "Z" else c for c in one.upper()
    ),
    "soft hyphens": "\u00ad".join,
    "right to left": lambda one: f"\u202e{one[::-1]}\u202c",
}

INSIDE = ("base64 in lines", "over lines", "byte escapes", "octal escapes", "look-alikes", "HTML")
"""Forms that JSON writes otherwise when they stand in a text of it."""


@pytest.mark.parametrize("form", list(FORMS))
@settings(max_examples=12, deadline=None)
@given(
    secret=SECRETS,
    before=st.sampled_from(["", "Result: ", '{"a":"']),
    after=st.text(' .}"', max_size=4),
)
def test_a_told_secret_is_found(form: str, secret: str, before: str, after: str) -> None:
    text = before + FORMS[form](secret) + after

    assert [one.secret for one in find_leaks(text, {"s": secret})] == ["s"]


@pytest.mark.parametrize("form", INSIDE)
@settings(max_examples=12, deadline=None)
@given(secret=SECRETS)
def test_a_secret_told_in_a_text_of_json_is_found(form: str, secret: str) -> None:
    text = json.dumps({"words": ["Result:", FORMS[form](secret)]})

    assert find_leaks(text, {"s": secret}) != ()


@settings(max_examples=30, deadline=None)
@given(secret=SECRETS, size=st.integers(1, 4))
def test_a_secret_over_the_fields_of_many_samples_is_found(secret: str, size: int) -> None:
    pieces = [secret[n : n + size] for n in range(0, len(secret), size)]
    text = json.dumps([{"sample": one} for one in pieces])

    assert find_leaks(text, {"s": secret}) != ()
    assert find_leaks(json.dumps({str(n): one for n, one in enumerate(pieces)}), {"s": secret})


def test_a_bomb_is_not_unpacked() -> None:
    """A megabyte is looked at; what stands behind is not, and nothing is worn out."""
    bomb = zlib.compress(b"\0" * (1 << 28))

    assert find_leaks(base64.b64encode(bomb).decode(), {"s": "nothing of this"}) == ()


@settings(max_examples=30, deadline=None)
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
