"""`seatrial image`: the root file systems that sandboxes run on."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from seatrial.testbed.images import Image, ImageStore, Progress, load_definition
from seatrial.testbed.images.namespace import command_in_user_namespace
from seatrial.testbed.places import default_places

image_app = typer.Typer(
    name="image", help="Build, list, show, import, export and remove images.", no_args_is_help=True
)

MIB = 1024 * 1024

_Name = Annotated[str, typer.Argument(help="Name of an image, or its digest sha256:...")]


@image_app.command()
def build(
    name: Annotated[
        str, typer.Argument(help="A definition that comes with Seatrial, or a .toml file.")
    ] = "workbench",
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Build even if it is there: newer packages.")
    ] = False,
) -> None:
    """Build an image from Debian packages of this machine's own apt sources."""
    definition = load_definition(name)
    _take_rights()
    with _steps(f"image {definition.name}") as step:
        image = _store().build(definition, step, again=again)
    _tell(image)


@image_app.command("list")
def list_images() -> None:
    """List the images that this machine holds."""
    table = Table(title="Images", title_justify="left")
    for heading in ("name", "digest", "origin", "release", "packages", "MiB"):
        table.add_column(heading, overflow="fold")
    images = _store().list()
    for image in images:
        manifest = image.manifest
        table.add_row(
            image.name,
            image.digest.removeprefix("sha256:")[:16],
            manifest.origin,
            manifest.release,
            str(len(manifest.packages)),
            str(manifest.size_bytes // MIB),
        )
    if images:
        Console().print(table)
    else:
        typer.echo("No images yet. Run `seatrial image build workbench`.")


@image_app.command()
def show(
    name: _Name,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash the tree again and compare.")
    ] = False,
) -> None:
    """Print an image's manifest as JSON."""
    store = _store()
    image = store.resolve(name)
    if verify:
        _take_rights()
        with _steps(f"image {image.name}") as step:
            step("hashing")
            store.verify(image)
        Console(stderr=True).print("The tree has its digest.")
    typer.echo(json.dumps(image.manifest.to_json(), indent=2))


@image_app.command("import")
def import_image(
    path: Annotated[Path, typer.Argument(help="A root file system tar, or an OCI layout folder.")],
    name: Annotated[str, typer.Option("--name", help="What to call it.")],
) -> None:
    """Take in an image made elsewhere."""
    _take_rights()
    store = _store()
    with _steps(f"image {name}") as step:
        step("checking")
        if path.is_dir():
            image = store.import_oci_layout(path, name, step)
        else:
            image = store.import_rootfs_tar(path, name, step)
    _tell(image)


@image_app.command()
def export(
    name: _Name,
    dest: Annotated[Path, typer.Argument(help="A file for a tar, a folder for an OCI layout.")],
    *,
    tar: Annotated[
        bool, typer.Option("--tar", help="A plain tar instead of an OCI layout.")
    ] = False,
) -> None:
    """Write an image for another machine; imported there it has the same digest."""
    _take_rights()
    store = _store()
    with _steps(f"image {name}") as step:
        step("writing")
        if tar:
            store.export_tar(name, dest)
        else:
            store.export_oci_layout(name, dest)
    typer.echo(f"Written to {dest}.")


@image_app.command()
def remove(name: _Name) -> None:
    """Remove an image. Sandboxes still running on it lose it."""
    _take_rights()
    _store().remove(name)
    typer.echo(f"Removed {name}.")


def _store() -> ImageStore:
    return ImageStore(default_places().cache)


def _take_rights() -> None:
    """Go on in a user namespace when not root: an image's files have many owners."""
    if os.geteuid() != 0:
        command = command_in_user_namespace([sys.executable, *sys.orig_argv[1:]])
        os.execv(command[0], command)  # noqa: S606 - no shell; our own command line, once more


def _tell(image: Image) -> None:
    typer.echo(f"{image.name} {image.digest}")
    size, packages = image.manifest.size_bytes // MIB, len(image.manifest.packages)
    typer.echo(f"{size} MiB, {packages} packages, {image.manifest.release or 'release unknown'}")


@contextmanager
def _steps(what: str) -> Iterator[Progress]:
    """Show the present step: a moving line on a terminal, plain lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: console.print(f"{what}: {line}", markup=False, highlight=False)
        return
    with console.status(what) as status:
        yield lambda line: status.update(f"{what}: {line}")
