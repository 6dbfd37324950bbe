"""Looking: problems, log, usage."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import Only

if TYPE_CHECKING:
    from fieldbridge.store.ledger.problems import OpenProblem


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (problems, log, usage):
        app.command()(command)


def problems(context: typer.Context, connection: Only = None, as_json: Json = False) -> None:
    """List what a person must look at: what happened, to which record, and what to do."""
    from fieldbridge.app.problems import still_open

    with here(context) as installation:
        found = still_open(installation, connection)
    shown = output()

    def words() -> None:
        if not found:
            shown.say("No Problem is open.")
            return
        rows = [[one.connection_id, one.key, one.code, _words(one)] for one in found]
        shown.table("", ["connection", "record", "code", "what happened, and what to do"], rows)
        shown.say(f"{len(found)} open. Put the cause right, then: fieldbridge retry RECORD or CODE")

    shown.show(found, words, as_json=as_json)


def _words(one: "OpenProblem") -> str:
    return "\n".join(part for part in (one.message, f"→ {one.remedy}" if one.remedy else "", one.link) if part)


def log(
    context: typer.Context,
    connection: Only = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the newest lines.", min=1)] = 40,
    as_json: Json = False,
) -> None:
    """Print the activity log: one event a line, oldest first."""
    from fieldbridge.store.ledger.runs import events

    with here(context) as installation:
        names = [one.id for one in installation.connections(connection)]
        with installation.database.read() as tx:
            found = sorted((event for name in names for event in events(tx, name, lines)), key=lambda event: event.id)
    shown = output()

    def words() -> None:
        for event in found:
            fields = " ".join(f"{name}={value}" for name, value in event.fields.items() if value is not None)
            run_id = "" if event.run_id is None else f" run={event.run_id}"
            shown.say(f"{event.at:%Y-%m-%d %H:%M:%S} {event.connection_id} {event.event}{run_id} {fields}")

    shown.show(found, words, as_json=as_json)


def usage(
    context: typer.Context,
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="Another month than this one.")] = None,
    as_json: Json = False,
) -> None:
    """Show the calls and bytes of a month by connection and flow, and what Xero's tiers would ask for them."""
    from fieldbridge.app.usage import usage as used

    with here(context) as installation:
        found = used(installation, month.date() if month else installation.now().date())
    shown = output()

    def words() -> None:
        rows = [
            [name, flow, one.calls, _kilobytes(one.wire_bytes), _kilobytes(one.unpacked_bytes)]
            for name, flows in found.spent.items()
            for flow, one in flows.items()
        ]
        shown.table(found.month, ["connection", "flow", "calls", "on the wire", "unpacked"], rows)
        for name, limit in found.calls_per_day.items():
            shown.say(f"{name}: {limit} calls a day allowed")
        for name, amount in found.tiers.items():
            shown.say(f"{name}: " + ("too many connections" if amount is None else f"AUD {amount} a month"))

    shown.show(found, words, as_json=as_json)


def _kilobytes(count: int) -> str:
    return f"{count / 1000:.0f} kB"
