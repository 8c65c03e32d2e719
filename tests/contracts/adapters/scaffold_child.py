"""Run under its own interpreter: the scaffold against odd endpoints, without sandboxes.

Usage: scaffold_child.py BASE_URL FOLDER NAME...
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval_async
from inspect_ai.dataset import Sample

from seatrial.adapters.inspect_runner.collector import ACTIVE, Collector
from seatrial.adapters.inspect_runner.endpoint import EndpointSetting, open_model
from seatrial.adapters.inspect_runner.records import SampleRecords
from seatrial.adapters.inspect_runner.scaffold import SPENDING_KEY, attempt
from seatrial.adapters.inspect_runner.spending import Account, Price
from seatrial.adapters.inspect_runner.tools import ENDING_KEY


async def try_server(name: str, base_url: str, folder: Path) -> dict[str, Any]:
    endpoint = EndpointSetting(
        model=f"openai-api/lab/{name}", base_url=base_url, seconds=20, retries=2, api_key="any"
    )
    model = open_model(endpoint)
    records = SampleRecords(folder / name)
    collector = Collector(records=records, told=lambda _: None)
    account = Account(price=Price(input_usd=1, output_usd=1), cap_usd=1.0, spent_usd=0.0)
    task = Task(
        dataset=[Sample(id="one", input="Do it.")],
        solver=attempt(
            token_limit=10_000,
            max_turns=8,
            shell_seconds=5,
            config=lambda _: model.config,
            account=account,
            collector=collector,
            observe=lambda *_: None,
        ),
        scorer=None,
        fail_on_error=False,
    )
    ACTIVE.set(collector)
    await eval_async(
        task, model=model, log_dir=str(folder / "logs"), ctl_server=False, acp_server=False
    )
    collector.close()
    sample = records.read("one")
    spending = sample.store.get(SPENDING_KEY, {})
    return {
        "name": name,
        "error": sample.error.message if sample.error else None,
        "ending": sample.store.get(ENDING_KEY),
        "stop": spending.get("stop"),
        "total": spending.get("total"),
        "refusals": spending.get("refusals"),
        "usd": account.spent_usd,
    }


async def main(base_url: str, folder: Path, names: list[str]) -> None:
    found = [await try_server(name, base_url, folder) for name in names]
    (folder / "found.json").write_text(json.dumps(found))


asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
