"""The Books, and how far they have been read."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, Table, Text

from fieldbridge.store.schema.columns import Instant, metadata, of_connection, only_where

# Without parameters, so that SQLite can prove that the small index of these rows serves.
DOCUMENT = sa.text("book.contact_id <> ''")

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

rep_since = Table(
    "rep_since",
    metadata,
    of_connection(primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("since", sa.Date, primary_key=True),
    Column("rep", Text, nullable=False),
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
