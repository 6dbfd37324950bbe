"""Who is connected, and how: credentials, settings and what this installation is called."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from fieldbridge.store.schema.columns import PASSING, Id, Instant, metadata, of_connection

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
