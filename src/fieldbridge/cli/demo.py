"""The demo: the main job from end to end, on loopback, with everything that usually goes wrong."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli.output import Json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the first full circle.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps everything; emptied at the start.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="The same seed plays the same day.")] = 1,
    as_json: Json = False,
) -> None:
    """See it work: a local Xero, a connection as the article describes, master data out, orders in.

    Nothing leaves this machine. With --once the exit code is 0 only if every order came out right: posted exactly
    once and to the cent, or set aside with the right reason.
    """
    from fieldbridge.cli.acts import play

    sys.exit(play(folder, seed, once=once, as_json=as_json))
