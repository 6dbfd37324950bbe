"""Every table the Bridge keeps, for SQLite and PostgreSQL alike.

Instants are aware UTC; SQLite keeps them as text of fixed width, so that they compare as they sort.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times: they mean a different moment on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Give SQLite's naive text its zone back."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Without parameters, so that SQLite can prove that the small indexes of these rows serve.
UNSENT = sa.text("intake.state IN ('waiting', 'planned')")
WENT_WELL = sa.text("well.exit_code IN (0, 1)")
DOCUMENT = sa.text("book.contact_id <> ''")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Id = sa.BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# What is only true of processes that run now is not worth keeping in a backup.
PASSING = {"passing": True}

connection = Table(
    "connection",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sign_in", Text, nullable=False),
    Column("xero_url", Text, nullable=False),
    Column("identity_url", Text, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("short_code", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("renewed_at", Instant, nullable=False),
    Column("paused_because", Text),
)


def of_connection(**keys: Any) -> Column[str]:
    """The column that says which connection a row belongs to."""
    return Column("connection_id", Text, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False, **keys)


def only_where(name: str, condition: str, *columns: str) -> Index:
    """An index over the few rows that meet a condition."""
    return Index(name, *columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

secret = Table(
    "secret",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
    info=PASSING,
)

watermark = Table(
    "watermark",
    metadata,
    of_connection(primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("read_until", Instant, nullable=False),
    Column("full_at", Instant),
)

book = Table(
    "book",
    metadata,
    of_connection(primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("far_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("updated_at", Instant),
    Column("read_at", Instant, nullable=False),
    Column("record", Text, nullable=False),
    Column("contact_id", Text, nullable=False, server_default=""),
    Column("is_open", sa.Boolean, nullable=False, server_default=sa.false()),
    Index("ix_book_code", "connection_id", "kind", "code"),
    Index("ix_book_open", "connection_id", "is_open", "contact_id"),
    Index("ix_book_updated", "connection_id", "kind", "updated_at"),
    only_where("ix_book_document", "contact_id <> ''", "is_open", "read_at"),
)

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

rep_since = Table(
    "rep_since",
    metadata,
    of_connection(primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("since", sa.Date, primary_key=True),
    Column("rep", Text, nullable=False),
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

alert = Table(
    "alert",
    metadata,
    of_connection(primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("said", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("addressee", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("message", Text, nullable=False, server_default=""),
    Index("ix_notice_addressee", "addressee", "message", "id"),
)

addressee = Table(
    "addressee",
    metadata,
    Column("address", Text, primary_key=True),
    Column("next_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("said", Text, nullable=False, server_default=""),
)

digest = Table(
    "digest",
    metadata,
    of_connection(primary_key=True),
    Column("hour", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
)

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("resource_id", Text, primary_key=True),
    Column("event_at", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("heeded_at", Instant),
    Column("read_at", Instant),
    Index("ix_webhook_event_unheeded", "heeded_at", "tenant_id"),
    Index("ix_webhook_event_received", "received_at"),
)

tally = Table(
    "tally",
    metadata,
    of_connection(primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("day", sa.Date, primary_key=True),
    Column("by_webhook", Integer, nullable=False),
    Column("by_polling", Integer, nullable=False),
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

sheet = Table(
    "sheet",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("name", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("said", Text, nullable=False, server_default=""),
    Column("read_at", Instant, nullable=False),
    Index("ix_sheet_name", "connection_id", "name"),
)

sheet_row = Table(
    "sheet_row",
    metadata,
    of_connection(),
    Column("sheet_id", Id, ForeignKey("sheet.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_sheet_row_key", "sheet_id", "key"),
    Index("ix_sheet_row_identity", "sheet_id", "identity"),
)

file_version = Table(
    "file_version",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("published_at", Instant, nullable=False),
    Index("ix_file_version_name", "connection_id", "name", "id"),
)

settings_version = Table(
    "settings_version",
    metadata,
    Column("id", Id, primary_key=True),
    of_connection(),
    Column("text", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("set_at", Instant, nullable=False),
    Index("ix_settings_version_connection", "connection_id", "id"),
)

person = Table(
    "person",
    metadata,
    of_connection(primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("record", Text, nullable=False),
)

picture = Table(
    "picture",
    metadata,
    of_connection(primary_key=True),
    Column("source", Text, primary_key=True),
    Column("archive", Text, nullable=False),
    Column("sight", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fault", Text, nullable=False),
)

catalogue_picture = Table(
    "catalogue_picture",
    metadata,
    of_connection(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("product", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_from", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
)
