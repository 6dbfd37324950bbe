"""From which day each customer's rep was which."""

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import rep_since

IDS_PER_QUERY = 500


def known(tx: sa.Connection, connection_id: str, contact_ids: Iterable[str]) -> dict[str, list[tuple[date, str]]]:
    """Some customers' reps. Shape: by contact, (from when, rep), the earliest first."""
    found: dict[str, list[tuple[date, str]]] = {}
    for some in chunks(sorted(set(contact_ids)), IDS_PER_QUERY):
        query = sa.select(rep_since.c.contact_id, rep_since.c.since, rep_since.c.rep).where(
            rep_since.c.connection_id == connection_id, rep_since.c.contact_id.in_(some)
        )
        for contact_id, since, rep in tx.execute(query.order_by(rep_since.c.since)):
            found.setdefault(contact_id, []).append((since, rep))
    return found


def note(tx: sa.Connection, connection_id: str, since: Mapping[str, tuple[date, str]]) -> None:
    """Remember that a customer's rep is another from a day on."""
    rows = [
        {"connection_id": connection_id, "contact_id": contact_id, "since": day, "rep": rep}
        for contact_id, (day, rep) in since.items()
    ]
    upsert(tx, rep_since, rows)
