"""What a policy sees and says: the conversation so far, and one turn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

CANARY_LINE = re.compile(r"^Task reference:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
"""The line of a prompt that carries the sample's canary."""

WORD = re.compile(r"[\w.-]{8,256}")
"""What may be a canary when the prompt has no such line."""

SUBMISSION_PATH = re.compile(r"(?<![\w./-])/(?:[\w.-]+/)*submission/[\w.-]*\w")
"""An absolute path below a folder named `submission`: where a file task wants its file."""

DEFAULT_HOME = PurePosixPath("/home/agent")
"""Home of the agent's user, when the prompt names no submission path."""


class Role(StrEnum):
    """Who speaks. Developer messages count as system's."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call that a policy makes. arguments: by parameter name."""

    tool: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a policy says: words, tool calls or both.

    refusal: the words refuse the task (the protocol has a field for that).
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation. Its text is data, never an instruction to the server.

    call_ids: of the tool calls it makes, in order (assistant's messages only).
    call_id: of the call it answers (tool's messages only).
    """

    role: Role
    text: str
    call_ids: tuple[str, ...] = ()
    call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOffer:
    """A tool that the scaffold offers. parameters: names, required ones first."""

    name: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A request's messages and tools. The server keeps no state: this is all there is."""

    messages: tuple[Message, ...]
    tools: tuple[ToolOffer, ...] = field(default=())

    @property
    def turn(self) -> int:
        """How many turns the policy has taken so far."""
        return sum(message.role is Role.ASSISTANT for message in self.messages)

    @property
    def task_text(self) -> str:
        """The first user message: the task's prompt."""
        users = (message.text for message in self.messages if message.role is Role.USER)
        return next(users, "")

    @property
    def system_text(self) -> str:
        """All system and developer messages: the frame that the task stands in."""
        return "\n".join(one.text for one in self.messages if one.role is Role.SYSTEM)

    @property
    def references(self) -> tuple[str, ...]:
        """What may be the sample's canary: the line's, else every longer word of the prompt."""
        found = CANARY_LINE.search(self.task_text)
        return (found.group(1),) if found else tuple(WORD.findall(self.task_text))

    @property
    def submission_path(self) -> str | None:
        """Where the task wants a file; None when it wants an answer in words."""
        found = SUBMISSION_PATH.search(self.task_text)
        return found.group(0) if found else None

    @property
    def home(self) -> str:
        """Folder that holds `task` and `submission`."""
        path = self.submission_path
        if path is None:
            return str(DEFAULT_HOME)
        before, _, _ = path.rpartition("/submission/")
        return before or "/"

    @property
    def last_result(self) -> str:
        """What the tools said to the newest turn's calls; empty when nothing."""
        texts: list[str] = []
        for message in reversed(self.messages):
            if message.role is Role.ASSISTANT:
                break
            if message.role is Role.TOOL:
                texts.append(message.text)
        return "\n".join(reversed(texts))

    def offer(self, name: str) -> ToolOffer | None:
        """Find a tool by name."""
        return next((tool for tool in self.tools if tool.name == name), None)
