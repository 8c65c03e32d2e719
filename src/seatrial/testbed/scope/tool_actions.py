"""Turn a tool call into the actions it would take."""

from collections.abc import Mapping

from seatrial.testbed.scope.action import Action, Verb
from seatrial.testbed.scope.commands import python_reader
from seatrial.testbed.scope.reading import Reading, ReadShell, Word
from seatrial.testbed.scope.shell_text import read_shell

_SHELL_TOOLS = {"bash", "shell", "bash_session"}
_PYTHON_TOOLS = {"python"}
_TEXT_ARGUMENTS = ("command", "cmd", "input", "code")
_PATH_ARGUMENTS = ("path", "file", "filename")
_READ_COMMANDS = {"view", "read"}
_SUBMIT_TOOLS = {"submit"}
_GIVE_UP_TOOLS = {"give_up", "report_impossible"}


def actions_of(
    tool_name: str,
    arguments: Mapping[str, object],
    *,
    workdir: str = "/home/agent",
    home: str = "/home/agent",
) -> tuple[Action, ...]:
    """List what a call would do, each action once, in the order it stands in the call.

    workdir: where relative paths start; home: what `~` and `$HOME` stand for.
    A call that cannot be read gives an `opaque` action; none gives no action at all.
    """
    reading = Reading(
        base=workdir,
        home=home,
        variables={"HOME": (home,), "PWD": (workdir,), "IFS": (" \t\n",)},
    )
    # All of them: which one the tool takes is not known here. Inspect makes text of any value.
    texts = [str(arguments[key]) for key in _TEXT_ARGUMENTS if arguments.get(key) is not None]
    paths = [str(arguments[key]) for key in _PATH_ARGUMENTS if arguments.get(key) is not None]
    if tool_name in _SHELL_TOOLS:
        reading.add(Verb.CALL, tool_name)
        for text in texts:
            _read_alone(text, reading, read_shell)
    elif tool_name in _PYTHON_TOOLS:
        reading.add(Verb.CALL, tool_name)
        for text in texts:
            _read_alone(text, reading, python_reader(read_shell))
    elif tool_name in _SUBMIT_TOOLS:
        reading.add(Verb.SUBMIT, tool_name)
    elif tool_name in _GIVE_UP_TOOLS:
        reading.add(Verb.GIVE_UP, tool_name)
    else:
        reading.add(Verb.CALL, tool_name)
        for path in paths:
            reads = arguments.get("command") in _READ_COMMANDS or tool_name.startswith("read")
            reading.add_path(Verb.READ if reads else Verb.WRITE, Word(text=path), path)
    return tuple(dict.fromkeys(reading.actions))


def _read_alone(text: str, reading: Reading, read: ReadShell) -> None:
    base, variables = reading.base, dict(reading.variables)
    read(text, reading)
    reading.base, reading.variables = base, variables
