"""Schedules follow from a connection's settings: whoever changes the settings lays them down anew."""

from datetime import datetime

import sqlalchemy as sa

from fieldbridge.app.connection_settings import ConnectionSettings, parse
from fieldbridge.app.installation import Installation
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger import connections, schedules


def lay_down(tx: sa.Connection, connection_id: str, settings: ConnectionSettings, due_at: datetime) -> None:
    """Every flow's schedule, due at a moment."""
    for flow in FLOWS:
        _lay_down(tx, connection_id, flow, settings, due_at)


def complete(installation: Installation) -> None:
    """Give every connection the flows that an update has brought."""
    for flow in FLOWS:
        with installation.database.write() as tx:
            for name in schedules.lacking(tx, flow):
                one = connections.find(tx, name)
                if one is not None:
                    _lay_down(tx, name, flow, parse(one.settings), installation.now())


def _lay_down(tx: sa.Connection, connection_id: str, flow: str, settings: ConnectionSettings, due_at: datetime) -> None:
    schedule = settings.schedule
    every_s, polls = schedule.period_s(flow), schedule.watch == "poll"
    schedules.keep(tx, connection_id, flow, every_s, due_at, schedule.calendar, polls=polls)
