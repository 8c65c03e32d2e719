"""A worker beside `seatrial serve`: ends when that does, however it ends."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from seatrial.faces.cli.worker import worker

LOOK_SECONDS = 1.0
"""Between two looks at whether the server is still there."""


def end_with(parent: int) -> None:
    """Ask this process to end in order once its parent has gone."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    worker(data=Path(sys.argv[1]))
