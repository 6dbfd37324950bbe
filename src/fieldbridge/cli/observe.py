"""Looking: status, problems, log."""

from typing import Annotated

import typer

from fieldbridge.app import problems as app_problems
from fieldbridge.app.installation import opened
from fieldbridge.app.status import Status, statuses
from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import Only
from fieldbridge.store.ledger import runs


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, problems, log):
        app.command()(command)


def status(context: typer.Context, connection: Only = None, as_json: Json = False) -> None:
    """Show how each connection stands: last runs, what is being waited for, Problems, and calls left today."""
    with opened(context.obj) as installation:
        found = statuses(installation, connection)
    shown = output()

    def words() -> None:
        columns = ["connection", "organisation", "flow", "state", "last run", "moved"]
        shown.table("", columns, [row for one in found for row in _rows(one)])
        for one in found:
            shown.say(
                f"{one.connection}: {one.open_problems} problems open; {one.calls_today} calls today "
                f"({one.bytes_today / 1000:.0f} kB), {one.calls_left_today} left"
            )
            if one.paused_because:
                shown.say(f"  paused: {one.paused_because}")

    shown.show(found, words, as_json=as_json)


def _rows(one: Status) -> list[list[str]]:
    if not one.flows:
        return [[one.connection, one.organisation, "", "never ran", "", ""]]
    return [
        [
            one.connection,
            one.organisation,
            flow.flow,
            flow.doing or flow.error or flow.state,
            f"{flow.ended_at:%Y-%m-%d %H:%M:%S}" if flow.ended_at else "under way",
            ", ".join(f"{count} {name}" for name, count in flow.counts.items() if count),
        ]
        for flow in one.flows
    ]


def problems(context: typer.Context, connection: Only = None, as_json: Json = False) -> None:
    """List what a person must look at: what happened, to which record, and what to do."""
    with opened(context.obj) as installation:
        found = app_problems.still_open(installation, connection)
    shown = output()

    def words() -> None:
        rows = [[one.connection_id, one.key, one.code, f"{one.message}\n→ {one.remedy}"] for one in found]
        shown.table("", ["connection", "record", "code", "what happened, and what to do"], rows)
        shown.say(f"{len(found)} open. Put the cause right, then: fieldbridge retry RECORD or CODE")

    shown.show(found, words, as_json=as_json)


def log(
    context: typer.Context,
    connection: Only = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the newest lines.", min=1)] = 40,
    as_json: Json = False,
) -> None:
    """Print the activity log: one event a line, oldest first."""
    with opened(context.obj) as installation:
        names = [one.id for one in installation.connections(connection)]
        with installation.database.read() as tx:
            found = [event for name in names for event in runs.events(tx, name, lines)]
    shown = output()

    def words() -> None:
        for event in found:
            fields = " ".join(f"{name}={value}" for name, value in event.fields.items() if value is not None)
            run_id = "" if event.run_id is None else f" run={event.run_id}"
            shown.say(f"{event.at:%Y-%m-%d %H:%M:%S} {event.connection_id} {event.event}{run_id} {fields}")

    shown.show(found, words, as_json=as_json)
