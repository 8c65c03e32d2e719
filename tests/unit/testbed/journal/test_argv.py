"""Arguments: one form for the provider's entries and the kernel's."""

from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.canonical import canonical_json, digest_bytes
from seatrial.core.raw_text import raw_from_json
from seatrial.testbed.journal.argv import (
    ARGV_KEPT_BYTES,
    argv_facts,
    command_facts,
    storable,
)

ARGUMENTS = st.lists(st.binary(max_size=6).map(lambda raw: raw.replace(b"\0", b"")), max_size=4)


@given(ARGUMENTS)
def test_short_arguments_are_kept_whole(arguments: list[bytes]) -> None:
    raw = b"".join(one + b"\0" for one in arguments)
    facts = argv_facts(raw)

    argv = facts["argv"]
    assert isinstance(argv, list)
    assert [raw_from_json(one) for one in argv] == arguments
    assert (facts["argv_bytes"], facts["argv_whole"]) == (len(raw), True)
    assert facts["argv_digest"] == digest_bytes(raw)


def test_what_is_cut_keeps_its_size_and_digest() -> None:
    raw = b"a" * 10 + b"\0" + b"b" * ARGV_KEPT_BYTES + b"\0" + b"c\0"
    facts = argv_facts(raw)

    assert facts["argv"] == ["a" * 10, "b" * (ARGV_KEPT_BYTES - 11)]
    assert facts["argv_bytes"] == len(raw)
    assert facts["argv_digest"] == digest_bytes(raw)
    assert facts["argv_whole"] is False


def test_a_command_and_the_program_it_starts_have_the_same_arguments() -> None:
    command = command_facts({"argv": ["cat", "caf\u00e9", "raw\udcff"], "user": "root"})

    kernel = argv_facts(b"cat\0caf\xc3\xa9\0raw\xff\0")
    assert command == {"user": "root", **kernel}
    assert command["argv"] == ["cat", "caf\u00e9", {"base64": "cmF3/w=="}]


def test_facts_without_arguments_are_left_alone() -> None:
    assert command_facts({"user": "root"}) == {"user": "root"}
    assert command_facts({"argv": "one string"}) == {"argv": "one string"}


@given(st.text(max_size=6))
def test_any_text_of_python_can_be_stored(text: str) -> None:
    value = storable({"path": [text, 1, None], text: 1.5})

    assert canonical_json(value)


def test_text_that_is_utf8_stays_as_it_is() -> None:
    value = {"path": ["caf\u00e9", {"a": True}], "n": 1.5}

    assert storable(value) == value
