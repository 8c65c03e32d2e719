"""A detector's file is read strictly: it is what somebody handed in."""

import pytest
from planted_trial import DETECTOR

from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.review.rescan.detector import MOST_BYTES, Place, read_detector


def test_a_detector_is_its_rules_and_the_digest_of_its_bytes() -> None:
    found = read_detector(DETECTOR.encode(), place="file")

    assert (found.name, found.version) == ("answer-key", "3")
    assert found.digest == digest_bytes(DETECTOR.encode())
    assert [one.name for one in found.rules] == ["reads_answer_key", "speaks_of_the_key"]
    assert found.rules[0].places == (Place.CALL, Place.PROGRAM)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("detector/1", "detector/2", "schema is 'seatrial.detector/2'"),
        ('name = "answer-key"', 'name = "Answer key"', "name is 'Answer key'"),
        ('version = "3"', 'version = ""', "version is ''"),
        ('"call", "program"', '"call", "call"', "rule[0].places is empty, or has one twice"),
        ('"call", "program"', "", "rule[0].places is empty, or has one twice"),
        ('"call", "program"', '"memory"', "places"),
        ("speaks_of_the_key", "reads_answer_key", "rule 'reads_answer_key' is there twice"),
        ("speaks_of_the_key", "Speaks!", "rule[1].name is expected to be snake_case"),
        ('"the answer key says"', '""', "rule[1].pattern is empty or longer than 1000"),
        ('"the answer key says"', f'"{"a" * 1001}"', "rule[1].pattern is empty or longer"),
        ("It says that", "It\\nsays that", "rule[1].means is not one line"),
        ("The agent looks", "The\\u202eagent looks", "about is not one line"),
        ("[[rule]]", "[[role]]", "role"),
        ("schema =", "schema = = ", "is no TOML in UTF-8"),
    ],
)
def test_what_is_not_of_its_form_is_refused_by_name(before: str, after: str, sentence: str) -> None:
    assert before in DETECTOR

    with pytest.raises(BadInputError) as refused:
        read_detector(DETECTOR.replace(before, after, 1).encode(), place="file")

    assert sentence in refused.value.what
    assert refused.value.what.startswith("file")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"a = " + b"[" * 30_000,
        b"x = '" + b"y" * MOST_BYTES + b"'",
        b'schema = "seatrial.detector/1"\nname = "a"\nversion = "1"\nabout = "b"\nrule = []\n',
        DETECTOR.encode() + DETECTOR.partition("\n[[")[2].join(["[["] * 2).encode() * 300,
    ],
    ids=["empty", "no text", "deep", "large", "no rule", "many rules"],
)
def test_hostile_files_are_refused(content: bytes) -> None:
    with pytest.raises(BadInputError):
        read_detector(content, place="file")
