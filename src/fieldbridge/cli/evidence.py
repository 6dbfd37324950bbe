"""Proving: story, reconcile, rehearse."""

from typing import Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import Only


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (story,):
        app.command()(command)


def story(
    context: typer.Context,
    named: Annotated[str, typer.Argument(metavar="ID", help="The tablet's key or number, or the number in Xero.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask Xero for the documents and their history now.")] = False,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Tell one transaction's whole life, from its original bytes to what the office changed and the rep was told.

    It changes nothing. Times are UTC.
    """
    from fieldbridge.app.evidence.story import stories
    from fieldbridge.cli.story import told

    with here(context) as installation:
        found = stories(installation, named, connection, fresh=fresh)
    shown = output()

    def words() -> None:
        for one in found:
            for line in told(one):
                shown.say(line)

    shown.show(found, words, as_json=as_json)
