"""People at customers, as the Bridge holds them."""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.people import Held
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import person

IDS_PER_QUERY = 500


def of(tx: sa.Connection, connection_id: str, contact_ids: Iterable[str]) -> dict[str, dict[str, Held]]:
    """The people of some contacts. Shape: by contact, then by key; contacts without any are absent."""
    found: dict[str, dict[str, Held]] = {}
    for some in chunks(sorted(set(contact_ids)), IDS_PER_QUERY):
        query = sa.select(person.c.contact_id, person.c.key, person.c.record).where(
            person.c.connection_id == connection_id, person.c.contact_id.in_(some)
        )
        for contact_id, key, record in tx.execute(query.order_by(person.c.contact_id, person.c.key)):
            found.setdefault(contact_id, {})[key] = msgspec.json.decode(record, type=Held)
    return found


def keep(tx: sa.Connection, connection_id: str, contact_id: str, people: Mapping[str, Held]) -> None:
    """Hold these people of a contact. Nobody else of theirs is forgotten."""
    rows = [
        {
            "connection_id": connection_id,
            "contact_id": contact_id,
            "key": key,
            "record": msgspec.json.encode(one).decode(),
        }
        for key, one in people.items()
    ]
    upsert(tx, person, rows)
