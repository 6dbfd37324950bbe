"""Schedules follow from a connection's settings: whoever changes the settings lays them down anew."""

from datetime import datetime

import sqlalchemy as sa

from fieldbridge.app.connection_settings import ConnectionSettings, parse
from fieldbridge.app.installation import Installation
from fieldbridge.core.slots import next_slot, phase
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger import connections, schedules


def lay_down(tx: sa.Connection, connection_id: str, settings: ConnectionSettings, now: datetime) -> None:
    """Every chosen flow's schedule: due at once when it is new or an event waits, else at its next slot."""
    schedules.keep_only(tx, connection_id, settings.schedule.flows)
    for flow in settings.schedule.flows:
        _lay_down(tx, connection_id, flow, settings, now)


def complete(installation: Installation) -> None:
    """Give every connection the flows that an update has brought."""
    for flow in FLOWS:
        with installation.database.write() as tx:
            for name in schedules.lacking(tx, flow):
                one = connections.find(tx, name)
                settings = parse(one.settings) if one else ConnectionSettings()
                if one is not None and flow in settings.schedule.flows:
                    _lay_down(tx, name, flow, settings, installation.now())


def _lay_down(tx: sa.Connection, connection_id: str, flow: str, settings: ConnectionSettings, now: datetime) -> None:
    schedule, known = settings.schedule, schedules.find(tx, connection_id, flow)
    every_s, polls = schedule.period_s(flow), schedule.watch == "poll"
    slot = next_slot(now, every_s, phase(connection_id, flow), schedule.calendar)
    due_at = slot if known and not known.asked_at else now
    schedules.keep(tx, connection_id, flow, every_s, due_at, schedule.calendar, polls=polls)
