"""A detector's file is read strictly: it is what somebody handed in."""

import pytest
from planted_trial import DETECTOR

from seatrial.core.canonical import digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.review.rescan.detector import MOST_BYTES, MOST_RULES, Place, read_detector


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


def many(count: int) -> str:
    rule = DETECTOR.partition("[[rule]]")[2].partition("[[rule]]")[0]
    rules = (rule.replace("reads_answer_key", f"rule_{one}") for one in range(count))
    return DETECTOR.partition("[[rule]]")[0] + "".join(f"[[rule]]{one}" for one in rules)


def test_as_many_rules_as_may_be_and_no_more() -> None:
    assert len(read_detector(many(MOST_RULES).encode(), place="file").rules) == MOST_RULES

    with pytest.raises(BadInputError, match="it has 201 rules, expected 1 to 200"):
        read_detector(many(MOST_RULES + 1).encode(), place="file")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "schema"),
        (b"\xff\xfe", "is no TOML in UTF-8"),
        (b"a = " + b"[" * 30_000, "is no TOML in UTF-8"),
        (DETECTOR.encode() + b"# " + b"y" * MOST_BYTES, "a detector has at most 65536"),
        (DETECTOR.partition("[[rule]]")[0].encode() + b"rule = []\n", "it has 0 rules"),
    ],
    ids=["empty", "no text", "deep", "large", "no rule"],
)
def test_hostile_files_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_detector(content, place="file")

    assert sentence in refused.value.what
