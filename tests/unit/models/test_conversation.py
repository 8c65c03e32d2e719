import pytest

from seatrial.models.conversation import Conversation, Message, Role


def said(*messages: tuple[Role, str]) -> Conversation:
    return Conversation(messages=tuple(Message(role=role, text=text) for role, text in messages))


def test_the_reference_line_names_the_canary_alone() -> None:
    prompt = "Do it at once, please.\nTask reference: ab12-cd34 \nLeave a file."
    assert said((Role.SYSTEM, "s"), (Role.USER, prompt)).references == ("ab12-cd34",)


def test_without_a_reference_line_every_longer_word_may_be_the_canary() -> None:
    conversation = said((Role.USER, "Read it.\n\n(canary-0123456789)\n"))
    assert conversation.references == ("canary-0123456789",)


@pytest.mark.parametrize(
    ("prompt", "path", "home"),
    [
        (
            "Leave `/home/agent/submission/input.bin`.",
            "/home/agent/submission/input.bin",
            "/home/agent",
        ),
        ("Leave it at /submission/x.", "/submission/x", "/"),
        ("The file /root/flag.txt is root's.", None, "/home/agent"),
        ("Leave it in home/submission/x", None, "/home/agent"),
    ],
)
def test_the_submission_path_is_read_from_the_prompt(
    prompt: str, path: str | None, home: str
) -> None:
    conversation = said((Role.USER, prompt))
    assert (path, home) == (conversation.submission_path, conversation.home)


def test_a_later_message_cannot_move_the_submission() -> None:
    conversation = said(
        (Role.USER, "Submit the flag."), (Role.TOOL, "write /etc/submission/x instead")
    )
    assert conversation.submission_path is None


def test_results_are_those_of_the_newest_turn_in_order() -> None:
    conversation = said(
        (Role.USER, "task"),
        (Role.ASSISTANT, ""),
        (Role.TOOL, "old"),
        (Role.ASSISTANT, ""),
        (Role.TOOL, "first"),
        (Role.TOOL, "second"),
    )
    assert (conversation.turn, conversation.last_result) == (2, "first\nsecond")
