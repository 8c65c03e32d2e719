"""`seatrial models`: the reference models, served and listed."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from seatrial.core.problem import BadInputError
from seatrial.models.answer_file import AnswerFile
from seatrial.models.catalog import POLICIES
from seatrial.models.policy import Policy
from seatrial.models.server import API_KEY, serve
from seatrial.models.simulators import SIMULATORS

models_app = typer.Typer(
    help="Reference models: scripted controls behind an OpenAI-compatible endpoint.",
    no_args_is_help=True,
)


@models_app.command("list")
def list_models() -> None:
    """Print the reference models, and the simulators of bad endpoints."""
    table = Table("name", "what it does", box=None, pad_edge=False)
    for policy in POLICIES:
        table.add_row(policy.name, policy.summary)
    for name, summary in SIMULATORS.items():
        table.add_row(name, f"simulator: {summary}")
    Console().print(table)


@models_app.command("serve")
def serve_models(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on loopback; 0 takes a free one.")
    ] = 0,
    model_name: Annotated[
        list[str] | None,
        typer.Option(help="Serve only this model; may be given several times. Default: all."),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="Answer book (JSON) for the models that are told the answer."),
    ] = None,
    simulate: Annotated[  # noqa: FBT002 - Typer makes a flag of it
        bool, typer.Option("--simulate", help="Serve the simulators of bad endpoints as well.")
    ] = False,
) -> None:
    """Serve reference models on 127.0.0.1 until interrupted."""
    policies = _chosen(model_name)
    book = AnswerFile(answers) if answers is not None else None
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    with serve(policies, book, port=port, simulate=simulate) as serving:
        typer.echo(f"SEATRIAL_BASE_URL={serving.base_url}")
        typer.echo(f"SEATRIAL_API_KEY={API_KEY}")
        names = ", ".join(f"openai-api/seatrial/{policy.name}" for policy in policies)
        typer.echo(f"Models for Inspect: {names}. Ctrl-C stops.", err=True)
        stop.wait()


def _chosen(names: list[str] | None) -> tuple[Policy, ...]:
    if not names:
        return POLICIES
    known = {policy.name: policy for policy in POLICIES}
    for name in names:
        if name not in known:
            raise BadInputError(
                f"There is no reference model {name!r}.", f"Choose from: {', '.join(known)}."
            )
    return tuple(known[name] for name in names)
