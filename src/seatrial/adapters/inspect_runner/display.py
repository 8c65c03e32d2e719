"""Keep Inspect off the terminal: the display is ours."""

import os

from inspect_ai.util import display_type


def silence_display() -> None:
    """Choose Inspect's display `none`, before anything of Inspect chooses another.

    Raises: RuntimeError when another display was chosen in this process before.
    """
    os.environ["INSPECT_DISPLAY"] = "none"
    if display_type() != "none":
        raise RuntimeError("Inspect's display was set up before the trial")
