"""Looking at how things stand: once, or again and again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output, plain, several
from fieldbridge.cli.runs import Many, moved
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import FLOWS

if TYPE_CHECKING:
    from rich.table import Table

    from fieldbridge.app.installation import Installation
    from fieldbridge.app.status import FlowStatus, Status

COLUMNS = ("connection, flow", "last run", "next run", "what it says")
UNDER_WAY = ("queued", "running")
SHOWN_MAX = 50
# What a terminal needs beside the rows: head, foot, frame.
FRAME_LINES = 6
WIDE = 70


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(  # noqa: PLR0913 - each argument is an option of the command
    context: typer.Context,
    connection: Many = None,
    search: Annotated[str, typer.Option(help="Only connections with this in their name or organisation.")] = "",
    attention: Annotated[
        bool, typer.Option("--attention", help="Only those that need somebody: alerts, Problems, or paused.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(help="How many connections at most.", min=1, show_default=f"{SHOWN_MAX}; JSON: all")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks of --watch.", min=0.5)] = 2.0,
    as_json: Json = False,
) -> None:
    """Show how each connection stands: last and next runs, what is being waited for, Problems, and calls left today.

    With --watch it is shown live, as much as the terminal holds: narrow it by name, --search or --attention.
    """
    from fieldbridge.app.status import chosen, statuses

    if watch and as_json:
        raise SetupError("command.usage", "--watch is for people.", remedy="Ask again and again with --json instead.")
    shown = output()
    with here(context) as installation:

        def look(most: int | None) -> "tuple[list[Status], int, datetime]":
            names = chosen(installation, connection, like=search, attention=attention)
            whole = not (connection or search or attention) and len(names) <= (most or len(names))
            return statuses(installation, None if whole else names[:most]), len(names), installation.now()

        if watch:
            width = shown.out.width
            _watch(installation, shown, every, lambda most: view(*look(min(most, limit or most)), width))
            return
        found, total, now = look(limit if as_json else limit or SHOWN_MAX)
    shown.show(found, lambda: _tell(shown, found, total, now), as_json=as_json)


def _tell(shown: Output, found: "Sequence[Status]", total: int, now: datetime) -> None:
    shown.out.print(view(found, total, now, shown.out.width))
    for one in found:
        if one.calls_per_day < one.calls_per_day_set:
            allowed = f"Xero allows {one.calls_per_day} calls a day, not the {one.calls_per_day_set} of the settings."
            shown.say(f"{one.connection}: {allowed}")


def _watch(installation: "Installation", shown: Output, every_s: float, look: Any) -> None:
    from rich.live import Live
    from sqlalchemy.exc import SQLAlchemyError

    with Live(console=shown.out, auto_refresh=False, screen=shown.out.is_terminal) as live:
        try:
            while True:
                try:
                    live.update(look(max(1, (shown.out.height - FRAME_LINES) // (2 + len(FLOWS)))), refresh=True)
                except SQLAlchemyError as error:
                    live.update(f"The database does not answer: {type(error).__name__}. Looking again.", refresh=True)
                installation.pause(every_s)
        except KeyboardInterrupt:
            return


def view(found: "Sequence[Status]", total: int, now: datetime, width: int) -> "Table":
    """Some connections as a table: a line for each, and below it one for each of its flows.

    Units: width in characters; where there are few, every column is broken into lines, so that each keeps some.
    """
    from rich.table import Table

    more = f"; {total - len(found)} more are not shown" if total > len(found) else ""
    caption = f"{several(total, 'connection')}{more}. {now:%Y-%m-%d %H:%M:%S} UTC"
    made = Table(header_style="bold", caption=caption, caption_justify="left", expand=True)
    is_wide = width >= WIDE
    for name in COLUMNS:
        last = name == COLUMNS[-1]
        made.add_column(name, overflow="fold", no_wrap=is_wide and not last, ratio=1 if is_wide and last else None)
    for one in found:
        for row in _rows(one, now):
            made.add_row(*map(plain, row))
        made.add_section()
    return made


def _rows(one: "Status", now: datetime) -> Iterator[list[str]]:
    calls = f"{one.calls_left_today} of {one.calls_per_day} calls left"
    told = [several(one.open_problems, "problem"), several(one.orders_unsent, "order") + " not sent", calls]
    told += [f"{one.calls_today} calls today ({one.bytes_today / 1000:.0f} kB)"] if one.calls_today else []
    alerts = [f"ALERT {kind} {about}".strip() for kind, about in one.alerts]
    paused = [f"paused: {one.paused_because}"] if one.paused_because else []
    if one.changes_by_webhook:
        told.append(f"changes found by webhook {one.changes_by_webhook}, by polling {one.changes_by_polling}")
    yield [
        one.connection,
        "",
        "",
        "; ".join(part.removesuffix(".") for part in (one.organisation, *paused, *alerts, *told)),
    ]
    for flow in one.flows:
        yield [f"  {flow.flow}", _last(flow, now), _next(one, flow, now), _says(one, flow)]


def _last(flow: "FlowStatus", now: datetime) -> str:
    if flow.state in UNDER_WAY:
        return f"{flow.state} for {_span(now - (flow.queued_at or now))}"
    return f"{flow.state} {_span(now - flow.ended_at)} ago" if flow.ended_at else flow.state


def _next(one: "Status", flow: "FlowStatus", now: datetime) -> str:
    if one.paused_because:
        return "when resumed"
    if flow.state in UNDER_WAY:
        return "after this one"
    return (
        f"in {_span(flow.next_due_at - now)}" if flow.next_due_at > now else f"due for {_span(now - flow.next_due_at)}"
    )


def _says(one: "Status", flow: "FlowStatus") -> str:
    waits = "" if flow.waits_because in ("", one.paused_because) else f"waits: {flow.waits_because}"
    if flow.state == "running":
        waits = flow.doing
    ended = "" if flow.state in UNDER_WAY else flow.error or ""
    parked = several(flow.open_problems, "problem") if flow.open_problems else ""
    return "; ".join(part.removesuffix(".") for part in (parked, ended, waits, moved(flow.counts)) if part)


def _span(span: timedelta) -> str:
    """A length of time as one says it."""
    seconds = max(0, int(span.total_seconds()))
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size * 2:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
