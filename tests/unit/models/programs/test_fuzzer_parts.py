from pathlib import Path

import pytest

from seatrial.models.programs.fuzzer.comparison import all_answered, answered
from seatrial.models.programs.fuzzer.dice import Dice
from seatrial.models.programs.fuzzer.length_field import LengthField, find_length_field
from seatrial.models.programs.fuzzer.mutation import Mutator, Parent
from seatrial.models.programs.fuzzer.words import Words

BODY = b"twelve bytes"


@pytest.mark.parametrize(
    ("head", "longer"),
    [
        (b"\x0c\0\0\0", b"\x0d\0\0\0"),
        (b"MAGI\0\0\0\x0c", b"MAGI\0\0\0\x0d"),
        (b"0000000c\n", b"0000000d\n"),
    ],
)
def test_a_length_field_is_found_and_mended(head: bytes, longer: bytes) -> None:
    field = find_length_field(head + BODY)
    assert field is not None
    assert field.head == len(head)
    assert field.mend(head + BODY + b"!") == longer + BODY + b"!"


def test_a_length_that_does_not_fit_its_field_stays() -> None:
    field = LengthField(at=0, width=2, form="big", head=2)
    assert field.mend(b"\0\x01" + bytes(70_000))[:2] == b"\0\x01"


def test_without_a_length_field_none_is_found() -> None:
    assert find_length_field(b"\xf7" * 40) is None


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"--\x67\x6a--", b"--\xb3\x94--"),
        (b"set 26474\n", b"set 45972\n"),
        (b"0000676a", b"0000b394"),
        (b"0063552", b"0131624"),
        (b"-\xea\xce\x01-", b"-\x94\xe7\x02-"),
    ],
)
def test_a_comparison_is_answered_in_the_spelling_of_the_input(data: bytes, answer: bytes) -> None:
    """Big endian, decimal, hexadecimal, octal, seven bits a byte."""
    assert answer in list(answered(data, 0x676A, 45972, Dice(0)))


def test_a_comparison_is_answered_once() -> None:
    known: set[tuple[int, int]] = set()
    compared = ((45972, (0x676A,)),)
    assert all_answered(b"\x67\x6a", compared, known, Dice(0)) == [b"\xb3\x94"]
    assert all_answered(b"\x67\x6a", compared, known, Dice(0)) == []


def test_the_dictionary_holds_constants_in_both_orders_and_texts(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text('if (mode == 0xb394 && !memcmp(p, "MASP", 4)) return;')
    words = Words(tmp_path, tmp_path / "none")
    assert {b"\xb3\x94", b"\x94\xb3", b"MASP"} <= set(words.tokens)
    assert {45971, 45972, 45973} <= set(words.numbers)
    assert words.texts == [b"MASP"]


def test_without_source_the_binary_tells_constants_and_texts(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF MASP\0 \x81\xff\x94\xb3\0\0")
    words = Words(tmp_path, program)
    assert b"MASP" in words.tokens
    assert 45972 in words.numbers


def test_the_same_dice_make_the_same_child_and_most_lengths_are_true(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text('"MASP"')
    sample = b"\x10\0\0\0MASP1234MASP5678"
    mutator = Mutator(Words(tmp_path, tmp_path / "none"), find_length_field(sample))
    parents = [Parent(sample, ((5, (0x31,)),))]
    children = [mutator.child(parents, Dice(number)) for number in range(200)]
    true = [child for child in children if int.from_bytes(child[:4], "little") == len(child) - 4]
    assert children == [mutator.child(parents, Dice(number)) for number in range(200)]
    assert len(true) > 150
    assert len(set(children)) > 150


def test_an_input_said_twice_has_one_head(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("")
    sample = b"\x0c\0\0\0" + BODY
    mutator = Mutator(Words(tmp_path, tmp_path / "a.c"), find_length_field(sample))
    assert mutator.twice(sample) == b"\x18\0\0\0" + BODY + BODY
