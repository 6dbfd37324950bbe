"""Runs: when they are due, who carries them out, what they did and what their calls cost."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from fieldbridge.store.schema.columns import PASSING, Id, Instant, Json, metadata, of_connection, only_where

# Without parameters, so that SQLite can prove that the small index of these rows serves.
WENT_WELL = sa.text("well.exit_code IN (0, 1)")

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("flow", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("doing", Text, nullable=False, server_default=""),
    Column("counts", Json, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("exit_code", Integer),
    Column("error", Text),
    Column("accepted", Text, nullable=False, server_default=""),
    Column("cancel_asked_at", Instant),
    Index("ix_run_connection", "connection_id", "flow", "id"),
    only_where("ix_run_unended", "ended_at IS NULL", "queued_at"),
    only_where("ix_run_good", "exit_code IN (0, 1)", "connection_id", "flow", "id"),
)

log = Table(
    "log",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE")),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Index("ix_log_connection", "connection_id", "id"),
)

schedule = Table(
    "schedule",
    metadata,
    of_connection(primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("every_s", sa.Float, nullable=False),
    Column("next_due_at", Instant, nullable=False, index=True),
    Column("in_flight", Id),
    Column("asked_at", Instant),
    Column("held_until", Instant),
    Column("held_because", Text, nullable=False, server_default=""),
    Column("calendar", Text, nullable=False, server_default=""),
    Column("polls", sa.Boolean, nullable=False, server_default=sa.false()),
    only_where("ix_schedule_in_flight", "in_flight IS NOT NULL", "flow"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("stays", sa.Boolean, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    info=PASSING,
)

budget = Table(
    "budget",
    metadata,
    of_connection(primary_key=True),
    Column("state", Text, nullable=False),
)

call_count = Table(
    "call_count",
    metadata,
    of_connection(primary_key=True),
    Column("day", sa.Date, primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("wire_bytes", Id, nullable=False),
    Column("unpacked_bytes", Id, nullable=False),
    Column("egress_bytes", Id, nullable=False),
    Column("runs", Integer, nullable=False, server_default="0"),
    Index("ix_call_count_day", "day"),
)
