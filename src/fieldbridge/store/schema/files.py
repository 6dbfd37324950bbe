"""What is read from an office's files, and published to tablets."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from fieldbridge.store.schema.columns import Id, Instant, metadata, of_connection

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
