"""`seatrial submission …`: submissions at a server, through its API."""

import json
import os
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer

from seatrial.adapters.bundle_archive import pack_files
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.core.json_text import parse_json
from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.faces.client.client import Client
from seatrial.review.bundle import STATEMENT_FILE
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import Model
from seatrial.review.submission.table import Command

submission_app = typer.Typer(
    help="Submissions at a server: create, list, show, do, hand evidence in.",
    no_args_is_help=True,
)

TOKEN = "SEATRIAL_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the token: an option's value can be read by other users."""

Server = Annotated[
    str, typer.Option(envvar="SEATRIAL_SERVER", help="Address, such as https://review.example.org.")
]
TokenFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help=f"File with the token, else {TOKEN}."),
]
Key = Annotated[
    str | None,
    typer.Option(help="Idempotency key: the same command with the same key is done once."),
]
_Case = Annotated[str, typer.Argument(metavar="CASE", help="Identity of the case.")]

HERE = "http://localhost:8000"


@submission_app.command()
def create(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL", exists=True, dir_okay=False, help="The model, in TOML or JSON."
        ),
    ],
    *,
    server: Server = HERE,
    token_file: TokenFile = None,
    key: Key = None,
) -> None:
    """Begin a submission with a model; print the case's identity."""
    offered = from_json(Model, _table(model), place=str(model))
    with client_of(server, token_file) as client:
        typer.echo(client.draft(offered, key=key).id)


@submission_app.command("list")
def list_them(*, server: Server = HERE, token_file: TokenFile = None) -> None:
    """List the cases that the token reads."""
    with client_of(server, token_file) as client:
        found = list(client.submissions())
    for one in found:
        typer.echo(f"{one.id}  {one.stage:<10}  {show_moment(one.at)}  {one.title}")
    if not found:
        typer.echo("The token reads no case. A person of one makes a token for it in the portal.")


@submission_app.command()
def show(
    case: _Case,
    *,
    server: Server = HERE,
    token_file: TokenFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Show a case: where it stands, and what happened."""
    with client_of(server, token_file) as client:
        shown = client.submission(CaseId(case))
        if as_json:
            typer.echo(json.dumps(to_json(shown), indent=2, ensure_ascii=False))
            return
        entries = list(client.history(CaseId(case)))
    state = shown.state
    typer.echo(f"{state.model.name} {state.model.checkpoint}, of {state.developer}")
    typer.echo(f"Stage: {state.stage.value}; work: {state.work.value}; {shown.number} entries")
    if state.window is not None:
        until = show_moment(state.window.ended_at or state.window.ends_at)
        typer.echo(f"Window: {show_moment(state.window.opened_at)} to {until}")
    for one in entries:
        what = one.entry.kind.partition(".")[2]
        typer.echo(f"{one.entry.number:>5}  {show_moment(one.entry.at)}  {what}")


@submission_app.command()
def do(
    case: _Case,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="What is to happen, such as withdrawn.")
    ],
    *,
    facts: Annotated[
        Path | None, typer.Option(help="Its facts, a TOML or JSON file, or - for JSON to read.")
    ] = None,
    expected: Annotated[
        int | None, typer.Option(min=0, help="Entries when you looked; else the present ones.")
    ] = None,
    key: Key = None,
    server: Server = HERE,
    token_file: TokenFile = None,
) -> None:
    """Ask for something to happen in a case."""
    command = _command(kind, {} if facts is None else _table(facts))
    with client_of(server, token_file) as client:
        done = client.give(CaseId(case), command, expected=expected, key=key)
    for one in done.entries:
        typer.echo(f"{one.kind} is entry {one.index} of the ledger.")
    typer.echo(f"The case has {done.number} entries.")


@submission_app.command()
def evidence(
    case: _Case,
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="Name of the trial in the case.")],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", exists=True, file_okay=False, help="The trial's folder, its bundle."
        ),
    ],
    *,
    variant: Annotated[
        str | None, typer.Option(help="Variant that was tried, when the case knows no such trial.")
    ] = None,
    key: Key = None,
    server: Server = HERE,
    token_file: TokenFile = None,
) -> None:
    """Hand the evidence of a trial that ran elsewhere in, whole; the trial ends with it."""
    names = BundleFolder(folder).listing()
    if STATEMENT_FILE not in names:
        raise BadInputError(
            f"{folder} holds no {STATEMENT_FILE}.",
            "Name a finished trial's folder; an unfinished one goes on: seatrial trial resume.",
        )
    with TemporaryFile() as archive, client_of(server, token_file) as client:
        pack_files(folder, names, trial, archive)
        done = client.hand_in(CaseId(case), trial, archive, variant=variant, key=key)
    for one in done.entries:
        typer.echo(f"{one.kind} is entry {one.index} of the ledger.")


def _command(kind: str, facts: object) -> Command:
    record = SUBMISSION.kinds.get(kind)
    if record is None:
        raise BadInputError(
            f"{kind!r} is nothing that can happen.", f"Choose from: {', '.join(SUBMISSION.kinds)}."
        )
    command: Command = from_json(record, facts, place="facts")  # type: ignore[assignment]  # the server refuses what only follows
    return command


def _table(path: Path) -> object:
    if str(path) == "-":
        return parse_json(sys.stdin.buffer.read(), place="standard input")
    content = path.read_bytes()
    if path.suffix != ".toml":
        return parse_json(content, place=str(path))
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} is not TOML: {error}.", "Correct it there.") from error


def client_of(server: str, token_file: Path | None) -> Client:
    """Give the client of a server. Raises: BadInputError without a token."""
    token = token_file.read_text() if token_file else os.environ.get(TOKEN, "")
    if not token.strip():
        raise BadInputError(
            "There is no token.",
            f"Make one in the portal (your account, API tokens); put it in {TOKEN} or a file.",
        )
    return Client(server, token.strip())
