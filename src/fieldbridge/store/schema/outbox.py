"""What tablets took, what became of it, and what rep and office were told."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from fieldbridge.store.schema.columns import Id, Instant, metadata, of_connection, only_where

# Without parameters, so that SQLite can prove that the small index of these rows serves.
UNSENT = sa.text("intake.state IN ('waiting', 'planned')")

link = Table(
    "link",
    metadata,
    of_connection(primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("far_id", Text, nullable=False),
    Column("far_number", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("agreed_at", Instant, nullable=False),
    Index("ix_link_far", "connection_id", "far_id"),
)

intake_file = Table(
    "intake_file",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("moved_to", Text),
    Index("ix_intake_file_open", "connection_id", "moved_to"),
    Index("ix_intake_file_taken", "taken_at"),
)

intake = Table(
    "intake",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("file_id", Id, ForeignKey("intake_file.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("record", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_intake_key", "connection_id", "key"),
    Index("ix_intake_state", "connection_id", "state"),
    Index("ix_intake_file", "file_id"),
    only_where("ix_intake_unsent", "state IN ('waiting', 'planned')", "connection_id", "file_id"),
)

past = Table(
    "past",
    metadata,
    of_connection(primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("forgotten_at", Instant, nullable=False),
    Column("parts", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("intake_id", Id, ForeignKey("intake.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("alone", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("idempotency_key", Text, nullable=False, server_default=""),
    Column("body_hash", Text, nullable=False, server_default=""),
    Column("document", Text, nullable=False),
    Column("total", Text, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("settled_at", Instant),
    Column("holds_stock", sa.Boolean, nullable=False, server_default=sa.true()),
    Column("kind", Text, nullable=False, server_default="invoice"),
    Column("part", Text, nullable=False, server_default="invoice"),
    Column("needs", Text, nullable=False, server_default="{}"),
    Column("is_blocked", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("far_id", Text, nullable=False, server_default=""),
    Index("ix_delivery_key", "connection_id", "key"),
    Index("ix_delivery_state", "connection_id", "state"),
    Index("ix_delivery_holds_stock", "connection_id", "holds_stock"),
    Index("ix_delivery_intake", "intake_id"),
    Index("ix_delivery_settled", "connection_id", "settled_at"),
    only_where("ix_delivery_unsettled", "settled_at IS NULL", "state"),
)

problem = Table(
    "problem",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("flow", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("intake_id", Id, ForeignKey("intake.id", ondelete="CASCADE")),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_because", Text),
    Index("ix_problem_open", "connection_id", "closed_at"),
    Index("ix_problem_intake", "intake_id"),
    only_where("ix_problem_closed", "closed_at IS NOT NULL", "closed_at"),
    only_where("ix_problem_still_open", "closed_at IS NULL", "connection_id", "code", "opened_at"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("delivery_id", Id, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Index("ix_attempt_delivery", "delivery_id"),
)

written_call = Table(
    "written_call",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("idempotency_key", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Index("ix_written_call_key", "idempotency_key"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("key", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index("ix_answer_key", "connection_id", "key", "id"),
    Index("ix_answer_told", "connection_id", "told_at"),
)
