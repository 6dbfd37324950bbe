"""Who stands behind an id at Xero, when contacts have been merged."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from fieldbridge.core.records.books import Contact
from fieldbridge.store import books


def standing_for(tx: sa.Connection, connection_id: str, contact_ids: Iterable[str]) -> dict[str, Contact]:
    """Who each contact is now: itself, or the one it was merged into. Shape: those we do not hold are absent."""
    asked = set(contact_ids)
    found: dict[str, Contact] = {}
    wanted = asked
    while wanted:
        some = books.by_ids(tx, connection_id, Contact, wanted)
        found |= some
        wanted = {one.merged_to for one in some.values() if one.merged_to} - found.keys()
    merged = {one.contact_id: one.merged_to for one in found.values() if one.merged_to in found}
    return {contact_id: found[heir_of(contact_id, merged)] for contact_id in asked & found.keys()}


def heir_of(contact_id: str, merged: Mapping[str, str]) -> str:
    """Who stands for a contact now, however often it was merged. Each step is taken once, so a ring ends too."""
    passed = set()
    while contact_id in merged and contact_id not in passed:
        passed.add(contact_id)
        contact_id = merged[contact_id]
    return contact_id
