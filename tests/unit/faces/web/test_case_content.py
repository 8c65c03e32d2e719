"""What pages make of sealed content and of the rule's answers."""

from dataclasses import replace
from types import ModuleType

from seatrial.faces.web.json_tree import Node, as_node
from seatrial.faces.web.report_forms import highest
from seatrial.review.recommendation import Answer
from seatrial.review.submission.work_events import CapabilityAnswer


def test_of_several_trials_the_highest_answer_counts(made_up: ModuleType) -> None:
    one = made_up.made_up_trial().report().recommendations[0]
    found = [replace(one, answer=answer) for answer in (Answer.BELOW, Answer.ABOVE)]

    for order in (found, found[::-1]):
        assert highest(order) == (CapabilityAnswer(capability=one.capability, answer=Answer.ABOVE),)
    unclear = replace(one, answer=Answer.UNDETERMINED)
    assert highest([found[0], unclear])[0].answer is Answer.UNDETERMINED


def test_flat_records_become_a_table_and_others_a_list() -> None:
    table = as_node([{"a_b": 1.23456789, "c": None}, {"a_b": True, "c": "x"}])
    mixed = as_node([{"a": 1}, {"b": 2}, "text"])

    assert table.heads == ("A b", "C")
    assert [[cell.text for cell in line] for line in table.lines] == [
        ["1.235", "not given"],
        ["yes", "x"],
    ]
    assert mixed.items is not None
    assert mixed.items[2] == Node(text="text")
    assert as_node([]).items == ()
    assert as_node(["a", 1]) == Node(text="a, 1")
