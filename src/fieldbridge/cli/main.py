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
from fieldbridge.cli.output import output
from fieldbridge.core.errors import FieldbridgeError, SetupError

SEE_HELP = "See the command's --help."

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
        # The library prints its own failures in words, unless it is told to leave them to its caller.
        sys.exit(app(standalone_mode=not as_json))
    except FieldbridgeError as error:
        failed = error
    except typer.Abort:
        typer.echo(err=True)
        failed = SetupError("command.aborted", "What was asked for was not entered.", remedy=SEE_HELP)
    except typer.TyperException as error:
        failed = SetupError("command.usage", error.format_message(), remedy=SEE_HELP)
    output().fail(failed, as_json=as_json)
    sys.exit(failed.exit_code)
