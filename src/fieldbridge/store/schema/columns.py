"""What tables are made of, for SQLite and PostgreSQL alike.

Instants are aware UTC; SQLite keeps them as text of fixed width, so that they compare as they sort.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Text
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


def of_connection(**keys: Any) -> Column[str]:
    """The column that says which connection a row belongs to."""
    return Column("connection_id", Text, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False, **keys)


def only_where(name: str, condition: str, *columns: str) -> Index:
    """An index over the few rows that meet a condition."""
    return Index(name, *columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
