"""Run under its own interpreter: tries reference models in Inspect, prints what came of it.

Inspect leaves connections to be collected and warns of its own dependencies, which the tests'
interpreter counts as errors. Connections beyond loopback are refused here as well.

Usage: inspect_child.py BASE_URL FOLDER CANARY WORD MODEL...
"""

import json
import socket
import sys
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval  # noqa: A004 - Inspect's name
from inspect_ai.agent import react
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.scorer import includes
from inspect_ai.tool import bash

from seatrial.models.server import API_KEY

connect = socket.socket.connect


def connect_to_loopback(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1"}:
        raise PermissionError(f"the test is offline: {address}")
    connect(self, address)


def try_model(name: str, base_url: str, folder: Path, canary: str, word: str) -> dict[str, Any]:
    prompt = f"Read {folder}/word.txt and submit it.\nTask reference: {canary}\n"
    task = Task(
        dataset=[Sample(input=prompt, target=word)],
        solver=react(tools=[bash(timeout=30)]),
        scorer=includes(),
        sandbox="local",
        message_limit=20,
    )
    model = get_model(
        f"openai-api/seatrial/{name}",
        base_url=base_url,
        api_key=API_KEY,
        config=GenerateConfig(max_retries=0),
    )
    [log] = eval(
        task, model=model, log_dir=str(folder / "logs"), display="none", fail_on_error=False
    )
    [sample] = log.samples or []
    return {
        "score": sample.scores["includes"].value if sample.scores else None,
        "error": sample.error.message if sample.error else None,
        "usage": [usage.model_dump() for usage in sample.model_usage.values()],
        "calls": [
            [call.id, call.function]
            for message in sample.messages
            if message.role == "assistant"
            for call in message.tool_calls or []
        ],
    }


if __name__ == "__main__":
    socket.socket.connect = connect_to_loopback  # type: ignore[method-assign]  # keeps it offline
    base_url, folder, canary, word, *names = sys.argv[1:]
    found = [try_model(name, base_url, Path(folder), canary, word) for name in names]
    Path(folder, "found.json").write_text(json.dumps(found))
