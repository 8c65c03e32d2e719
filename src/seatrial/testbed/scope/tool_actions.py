"""Turn a tool call into the actions it would take."""

from collections.abc import Mapping

from seatrial.testbed.scope.action import Action, Verb
from seatrial.testbed.scope.commands import python_reader
from seatrial.testbed.scope.reading import Reading, Word
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
    reading = Reading(base=workdir, home=home, variables={"HOME": home, "PWD": workdir})
    text = next((v for k in _TEXT_ARGUMENTS if isinstance(v := arguments.get(k), str)), None)
    path = next((v for k in _PATH_ARGUMENTS if isinstance(v := arguments.get(k), str)), None)
    if tool_name in _SHELL_TOOLS:
        reading.add(Verb.CALL, tool_name)
        if text is not None:
            read_shell(text, reading)
    elif tool_name in _PYTHON_TOOLS:
        reading.add(Verb.CALL, tool_name)
        if text is not None:
            python_reader(read_shell)(text, reading)
    elif tool_name in _SUBMIT_TOOLS:
        reading.add(Verb.SUBMIT, tool_name)
    elif tool_name in _GIVE_UP_TOOLS:
        reading.add(Verb.GIVE_UP, tool_name)
    else:
        reading.add(Verb.CALL, tool_name)
        if path is not None:
            reads = arguments.get("command") in _READ_COMMANDS or tool_name.startswith("read")
            reading.add_path(Verb.READ if reads else Verb.WRITE, Word(text=path), path)
    return tuple(dict.fromkeys(reading.actions))
