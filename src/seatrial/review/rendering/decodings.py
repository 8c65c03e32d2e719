"""What can be decoded from a text: escapes, encodings of bytes, compressed bytes; pure, bounded."""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial

MOST_INFLATED = 1 << 20
"""Bytes that compressed ones are unpacked to: a report has thousands, and a bomb has no end."""

_KEYS = re.compile(r'"(?:[^"\\]|\\.)*"\s*:')
_TAGS = re.compile(r"<[^<>]*>")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-F]{2})+")
_ESCAPE = re.compile(
    r"(?:\\u|%u)([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\U([0-9A-Fa-f]{8})|\\([0-7]{3})"
    r"|\\[uU]\{([0-9A-Fa-f]{1,6})\}"
)
_WHITE = re.compile(r"\\[nrtbf]|=\r?\n")
_ITSELF = re.compile(r"\\([\"\\/'])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_BASE32 = re.compile(r"[A-Za-z2-7]{8,}={0,6}")
_BASE85 = re.compile(r"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{10,}")
_ASCII85 = re.compile(r"[!-u]{10,}")
_GROUP = 5
"""Characters of base 85 that are four bytes."""

_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s,;:-]{0,2}){8,}")
_DECIMAL = re.compile(r"(?:[0-9]{1,3}[\s,;]{1,2}){7,}[0-9]{1,3}")
_BINARY = re.compile(r"(?:[01]{8}[\s,]?){8,}")
_NOT_HEX = re.compile(r"0x|\\x|[^0-9A-Fa-f]")


def decodings(text: str) -> Iterator[tuple[str, str]]:
    """Give everything that one step decodes from a text, with the name of the encoding."""
    yield "fields", _KEYS.sub(" ", text)
    yield "markup", _TAGS.sub("", text)
    yield "percent", _PERCENT.sub(_from_percent, text)
    yield "quoted-printable", _QUOTED.sub(_from_quoted, text)
    unescaped = _WHITE.sub(" ", text)
    yield "JSON escapes", _ITSELF.sub(r"\1", _ESCAPE.sub(_from_escape, unescaped))
    yield "HTML", html.unescape(text)
    yield from _bytes("decimal", _DECIMAL, text, _from_decimal)
    yield from _bytes("binary", _BINARY, text, _from_binary)
    yield from _bytes("hex", _HEX, text, _from_hex)
    joined = re.sub(r"[\s\"\\,:]", "", unescaped)
    for source in (text, joined):
        yield from _bytes("base64", _BASE64, source, _from_base64)
    yield from _bytes("base32", _BASE32, text, _from_base32)
    # Brackets and quotes of whatever stands around belong to these alphabets: any may be the first.
    for start in range(_GROUP):
        for name, runs, decode in (
            ("base85", _BASE85, base64.b85decode),
            ("ASCII85", _ASCII85, base64.a85decode),
        ):
            yield from _bytes(name, runs, text, partial(_from_groups, decode, start))


def _bytes(
    name: str, runs: re.Pattern[str], text: str, read: Callable[[str], bytes]
) -> Iterator[tuple[str, str]]:
    """Decode every run of an encoding of bytes; say also what the bytes unpack to."""
    found = [read(one) for one in runs.findall(text)]
    yield name, " ".join(one.decode(errors="replace") for one in found)
    if any(one.count(0) * 3 > len(one) for one in found):
        # Every second byte of Latin letters in UTF-16 is a zero: the others are the letters.
        yield (
            f"UTF-16 in {name}",
            " ".join(one.replace(b"\0", b"").decode(errors="replace") for one in found),
        )
    inflated = [text for one in found if (text := _inflated(one))]
    if inflated:
        yield f"compressed in {name}", " ".join(inflated)


def _inflated(content: bytes) -> str:
    """Unpack gzip, zlib or bare deflate; nothing for anything else."""
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return (
                zlib.decompressobj(bits).decompress(content, MOST_INFLATED).decode(errors="replace")
            )
        except zlib.error:
            continue
    return ""


def _from_percent(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode(errors="replace")


def _from_quoted(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("=", "")).decode(errors="replace")


def _from_escape(found: re.Match[str]) -> str:
    octal = found[4]
    digits = found[1] or found[2] or found[3] or found[5]
    number = int(octal, 8) if octal else int(digits, 16)
    return chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004 - the last code point


def _from_decimal(run: str) -> bytes:
    numbers = [int(one) for one in re.findall(r"[0-9]+", run)]
    return bytes(one for one in numbers if one < 256)  # noqa: PLR2004 - a byte


def _from_binary(run: str) -> bytes:
    digits = re.sub(r"[^01]", "", run)
    return bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8))


def _from_hex(run: str) -> bytes:
    digits = _NOT_HEX.sub("", run)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _from_base64(run: str) -> bytes:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    # A run whose length is 1 more than a multiple of 4 is no base64; its start may be.
    plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(plain + "=" * (-len(plain) % 4))


def _from_base32(run: str) -> bytes:
    plain = run.rstrip("=").upper()
    return _or_nothing(base64.b32decode, plain + "=" * (-len(plain) % 8))


def _from_groups(decode: Callable[[str], bytes], start: int, run: str) -> bytes:
    groups = (run[at : at + _GROUP] for at in range(start, len(run), _GROUP))
    return b"".join(_or_nothing(decode, one) for one in groups)


def _or_nothing(decode: Callable[[str], bytes], run: str) -> bytes:
    try:
        return decode(run)
    except (ValueError, binascii.Error):
        return b""
