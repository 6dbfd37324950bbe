"""Steering: pause, resume, cancel, schedule."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import flow_named

if TYPE_CHECKING:
    from fieldbridge.app.connection_settings import Schedule
    from fieldbridge.app.steering import FlowSchedule

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which connections.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="All connections.")]
OneFlow = Annotated[str | None, typer.Option("--flow", parser=flow_named, metavar="FLOW", help="Only this flow.")]


def seconds(text: str) -> float:
    """A length of time as somebody typed it."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is not like 90, 5m, 2h or 1d.")
    return float(found[1]) * UNITS_S[found[2] or "s"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (pause, resume, cancel, schedule):
        app.command()(command)


def pause(
    context: typer.Context,
    names: Names = None,
    everything: All = False,
    because: Annotated[str, typer.Option(help="Why, for whoever looks at the status.")] = "",
    as_json: Json = False,
) -> None:
    """Start no runs of some connections by themselves, until `fieldbridge resume`.

    A run that is under way ends as usual. `fieldbridge sync` still works.
    """
    from fieldbridge.app import steering

    with here(context) as installation:
        some = steering.chosen(installation, names or [], everything=everything)
        steering.pause(installation, some, because)
    _tell("paused", [one.id for one in some], as_json=as_json)


def resume(context: typer.Context, names: Names = None, everything: All = False, as_json: Json = False) -> None:
    """Let some connections run again, whoever paused them. What fell due meanwhile runs now.

    One that Xero no longer lets in is paused again by its next run: connect it anew.
    """
    from fieldbridge.app import steering

    with here(context) as installation:
        some = steering.chosen(installation, names or [], everything=everything)
        steering.resume(installation, some)
    _tell("resumed", [one.id for one in some], as_json=as_json)


def cancel(
    context: typer.Context,
    names: Names = None,
    everything: All = False,
    flow: OneFlow = None,
    as_json: Json = False,
) -> None:
    """Have the runs of some connections end after the step they are in. The next run goes on where they were.

    Nothing is left half done: what was sent to Xero is noted, or is looked up by the next run.
    """
    from fieldbridge.app import steering

    with here(context) as installation:
        some = steering.chosen(installation, names or [], everything=everything)
        ids = steering.cancel(installation, some, flow)
    _tell("cancelled", ids, as_json=as_json)


def _tell(what: str, those: list[Any], *, as_json: bool) -> None:
    shown = output()
    said = ", ".join(map(str, those)) or "nothing"
    shown.show({what: those}, lambda: shown.say(f"{what.capitalize()}: {said}."), as_json=as_json)


def schedule(  # noqa: PLR0913 - each argument is an option of the command
    context: typer.Context,
    names: Names = None,
    everything: All = False,
    flow: OneFlow = None,
    every: Annotated[
        float | None,
        typer.Option(parser=seconds, metavar="TIME", help="Run --flow, or every flow, this often: 90, 5m, 2h or 1d."),
    ] = None,
    hours: Annotated[
        list[str] | None, typer.Option(help="Run only then, such as 'mon-fri 07:00-18:30'; may be repeated.")
    ] = None,
    closed: Annotated[
        list[str] | None, typer.Option(help="Do not run then: FROM/UNTIL, such as '2026-12-24T17:00/2027-01-05'.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="The zone of both, such as Pacific/Auckland.")] = None,
    always: Annotated[bool, typer.Option("--always", help="No hours, and never closed.")] = False,
    as_json: Json = False,
) -> None:
    """Show when flows run, or have them run at other times: fieldbridge schedule NAME --flow transactions --every 5m.

    A change counts from now on, also in a `fieldbridge run` that is under way.
    """
    from fieldbridge.app import steering

    changes = any(part is not None for part in (every, hours, closed, time_zone)) or always
    with here(context) as installation:
        some = steering.chosen(installation, names or [], everything=everything or not (names or changes))
        if changes:
            steering.reschedule(
                installation, some, lambda old: _changed(old, flow, every, hours, closed, time_zone, always=always)
            )
        found = [one for one in steering.schedule(installation, some) if flow in (None, one.flow)]
    shown = output()
    columns = ["connection", "flow", "every", "due", "run", "waits because"]
    shown.show(found, lambda: shown.table("", columns, [_row(one) for one in found]), as_json=as_json)


def _changed(
    old: "Schedule",
    flow: str | None,
    every: float | None,
    hours: list[str] | None,
    closed: list[str] | None,
    time_zone: str | None,
    *,
    always: bool,
) -> "Schedule":
    import msgspec

    from fieldbridge.core.calendar import Calendar
    from fieldbridge.flows import FLOWS

    before = Calendar(time_zone=old.calendar.time_zone) if always else old.calendar
    calendar = Calendar(
        time_zone=time_zone or before.time_zone,
        hours=before.hours if hours is None else tuple(hours),
        closed=before.closed if closed is None else tuple(closed),
    )
    periods = dict.fromkeys([flow] if flow else FLOWS, every) if every is not None else {}
    return msgspec.structs.replace(old, every_s=old.every_s | periods, calendar=calendar)


def _row(one: "FlowSchedule") -> list[Any]:
    due = f"{one.next_due_at:%Y-%m-%d %H:%M:%S}"
    return [one.connection, one.flow, f"{one.every_s:g} s", due, one.run, one.waits_because]
