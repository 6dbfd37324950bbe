"""What a person may tell connections while they run: pause, go on, cancel, run at other times."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import tomlkit

from fieldbridge.app import change_settings
from fieldbridge.app.connection_settings import Schedule, parse
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.core.standing import PAUSED
from fieldbridge.store.ledger import connections, runs, schedules
from fieldbridge.store.ledger.connections import Connection


class FlowSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """When one flow of a connection runs. Shape: waits_because is empty when nothing holds it up."""

    connection: str
    flow: str
    every_s: float
    next_due_at: datetime
    run: int | None
    waits_because: str


def chosen(installation: Installation, names: Sequence[str], *, everything: bool) -> list[Connection]:
    """The connections that are named, or all. Errors: SetupError when none is named, or one is not there."""
    if names and everything:
        raise SetupError("connection.unnamed", "Some connections were named, and all.", remedy="Say one or the other.")
    if names:
        return [installation.connection(name) for name in names]
    if not everything:
        raise SetupError("connection.unnamed", "No connection was named.", remedy="Name one or more, or say --all.")
    return installation.connections()


def pause(installation: Installation, some: Sequence[Connection], because: str) -> None:
    """Start no run of some connections by itself. What is under way ends as usual."""
    now = installation.now()
    with installation.database.write() as tx:
        for one in some:
            connections.pause(tx, one.id, f"{PAUSED}: {because}" if because else PAUSED)
            runs.record(tx, one.id, None, now, "connection.paused", because=because)


def resume(installation: Installation, some: Sequence[Connection]) -> None:
    """Let some connections run again. What fell due meanwhile runs now."""
    now = installation.now()
    with installation.database.write() as tx:
        for one in some:
            connections.pause(tx, one.id, None)
            runs.record(tx, one.id, None, now, "connection.resumed")


def cancel(installation: Installation, some: Sequence[Connection], flow: str | None) -> list[int]:
    """Have the runs of some connections end after the step they are in. Shape: the runs."""
    now = installation.now()
    with installation.database.write() as tx:
        return [run_id for one in some for run_id in runs.cancel(tx, one.id, flow, now)]


def schedule(installation: Installation, some: Sequence[Connection]) -> list[FlowSchedule]:
    """When the flows of some connections run."""
    with installation.database.read() as tx:
        return [_told(one, row) for one in some for row in schedules.of_connection(tx, one.id)]


def reschedule(installation: Installation, some: Sequence[Connection], change: Callable[[Schedule], Schedule]) -> None:
    """Run the flows of some connections at other times. Errors: SetupError, before anything is changed."""
    texts = {one.id: _with(one.settings, change(parse(one.settings).schedule)) for one in some}
    for text in texts.values():
        parse(text)
    for name, text in texts.items():
        change_settings.change(installation, name, text, "schedule changed")


def _with(text: str, schedule: Schedule) -> str:
    """Settings with another schedule. The rest stays as it was typed."""
    document = tomlkit.parse(text)
    document["schedule"] = msgspec.to_builtins(schedule)
    return tomlkit.dumps(document)


def _told(one: Connection, row: schedules.Schedule) -> FlowSchedule:
    return FlowSchedule(
        connection=one.id,
        flow=row.flow,
        every_s=row.every_s,
        next_due_at=row.next_due_at,
        run=row.in_flight,
        waits_because=one.paused_because or row.held_because,
    )
