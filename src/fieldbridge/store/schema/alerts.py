"""What a person must be told, and how far it was told."""

from sqlalchemy import Column, Index, Integer, Table, Text

from fieldbridge.store.schema.columns import Id, Instant, metadata, of_connection

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
