"""The `fieldbridge` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli import connect, demo, observe, runs, settings, setup, sheets, standin, versions
from fieldbridge.cli.output import output
from fieldbridge.core.errors import FieldbridgeError

app = typer.Typer(
    name="fieldbridge",
    help="Joins Xero to a field-sales cloud: customers, products, prices and stock flow to the tablets; orders become "
    "invoices in Xero, exactly once and to the cent.\n\nStart with [bold]fieldbridge demo[/] to see it work.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help="The folder this installation lives in.", envvar="FIELDBRIDGE_HOME", show_default="~/.fieldbridge"
        ),
    ] = None,
) -> None:
    """Note what every command shares."""
    context.obj = home


for module in (demo, setup, connect, settings, runs, sheets, versions, observe, standin):
    module.register(app)


def run() -> None:
    """The entry point: every failure becomes words and an exit code."""
    try:
        app()
    except FieldbridgeError as error:
        output().fail(error)
        sys.exit(error.exit_code)
