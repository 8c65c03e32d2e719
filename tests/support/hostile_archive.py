"""A trial's archive whose model and journal say what would run on a careless page."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log
from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

from seatrial.adapters.bundle_archive import pack_folder

GOLDEN = Path(__file__).parents[1] / "golden" / "made_up_trial.py"
HOSTILE = "<script>document.title='taken'</script>\x1b[31m\u202egnp </pre><b>bold</b>"
KEY = "memory_safety_discovery.0000.e1"
JOURNAL = f"journal/model.s1.{KEY}.jsonl"

SEAL = """
import io
from pathlib import Path
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import CaseId
from seatrial.faces.desk.evidence import ARCHIVE
from seatrial.faces.desk.orders import WORKER
def seal(path, case, media):
    content = io.BytesIO(Path(path).read_bytes())
    setting = Setting(at=the_clock().now(), actor=WORKER)
    return the_blobs().seal(CaseId(case), content, media, setting)
"""
"""To be run in the portal's Django, with its parts at hand."""


def write_archive(folder: Path, trial: str) -> Path:
    """Write the archive below a folder; give its file."""
    bundle, archive = folder / "bundle", folder / f"{trial}.tar"
    more = {
        "work/secrets.json": b'{"flag": "planted-in-work"}',
        "notes/long.txt": b"a" * 199_999 + "\u00e9".encode() + b"end",
        JOURNAL: HOSTILE.encode() + b"\n\xff\xfe",
    }
    for name, content in {**made_up().bundle(), **more}.items():
        path = bundle / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_log(bundle / "logs" / "model.eval")
    with archive.open("wb") as file:
        pack_folder(bundle, trial, file)
    return archive


def made_up() -> Any:
    spec = importlib.util.spec_from_file_location("made_up_trial", GOLDEN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["made_up_trial"] = module
    spec.loader.exec_module(module)
    return module.made_up_trial()


def write_log(path: Path) -> None:
    """Write a log as Inspect does, whose model says what would run on a careless page."""
    samples = [
        EvalSample(
            id=key,
            epoch=1,
            input=[ChatMessageSystem(content=HOSTILE), ChatMessageUser(content="Do it.")],
            messages=[ChatMessageAssistant(content=f"{key} {HOSTILE}")],
            target="",
        )
        for key in (KEY, "another.e1")
    ]
    keys: list[Any] = [one.id for one in samples]
    spec = EvalSpec(
        created="2026-06-02T10:00:00+00:00",
        task="seatrial_model",
        dataset=EvalDataset(name="suite", samples=len(keys), sample_ids=keys),
        model="openai-api/lab/model",
        config=EvalConfig(),
    )
    write_eval_log(EvalLog(eval=spec, samples=samples), str(path), format="eval")
