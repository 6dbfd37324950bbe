"""The doctor."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import Only

EXIT = {"ok": 0, "warn": 1, "fail": 2}
MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    connection: Only = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not call Xero.")] = False,
    bundle: Annotated[
        Path | None, typer.Option(help="Also write a zip for whoever helps, without names, records or secrets.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look whether everything is well: machine, home, database, and each connection. Changes nothing.

    One call to Xero for each connection, unless --offline. Exit code: 0 all is well, 1 somebody should look, 2 work
    cannot go on like this.
    """
    from fieldbridge.app.doctor.bundle import bundle as pack
    from fieldbridge.app.doctor.examine import examine
    from fieldbridge.app.settings import load_settings

    settings = load_settings(context.obj)
    found = list(examine(settings, connection, offline=offline))
    shown = output()

    def words() -> None:
        about = ""
        for one in found:
            if one.about != about:
                about = one.about
                shown.say(f"\n{about}")
            shown.say(f"{MARKS[one.state]} {one.check}: {one.said}")
            if one.remedy and one.state != "ok":
                shown.say(f"    → {one.remedy}")

    shown.show(found, words, as_json=as_json)
    if bundle:
        held = pack(settings, found, bundle)
        shown.err.print(f"Written to {bundle}: {', '.join(held)}.", highlight=False, markup=False, soft_wrap=True)
    sys.exit(max(EXIT[one.state] for one in found))
