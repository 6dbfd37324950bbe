"""The `fieldbridge` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli import (
    alerts,
    connect,
    demo,
    doctor,
    evidence,
    keeping,
    observe,
    runs,
    service,
    settings,
    setup,
    sheets,
    standin,
    status,
    steer,
    versions,
)
from fieldbridge.cli.failing import ours
from fieldbridge.cli.output import output

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


for module in (
    demo,
    setup,
    connect,
    settings,
    runs,
    steer,
    sheets,
    versions,
    status,
    observe,
    evidence,
    alerts,
    keeping,
    doctor,
    service,
    standin,
):
    module.register(app)


def run() -> None:
    """The entry point: every failure becomes an exit code, and words, or JSON where that was asked for."""
    as_json = "--json" in sys.argv
    try:
        sys.exit(app(standalone_mode=False))
    except Exception as error:  # noqa: BLE001 - whatever was raised, a person or a machine is told in the same form
        failed = ours(error)
    if failed.message:
        output().fail(failed, as_json=as_json)
    sys.exit(failed.exit_code)
