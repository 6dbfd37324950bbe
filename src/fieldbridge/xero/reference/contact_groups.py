"""ContactGroups: all of them by name, the members of one, and new ones put into it.

Source: Xero shows members only by a group's id.
"""

import uuid
from collections.abc import Sequence

import msgspec

from fieldbridge.core.records.reference import ContactGroup
from fieldbridge.xero.codec import Wire, encode
from fieldbridge.xero.collection import Collection
from fieldbridge.xero.session import NO_QUERY, Session


class MemberWire(Wire, frozen=True, kw_only=True):
    """A contact of a group."""

    contact_id: str = msgspec.field(name="ContactID")


class GroupWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    group_id: str = msgspec.field(name="ContactGroupID")
    name: str = ""
    status: str = "ACTIVE"
    contacts: list[MemberWire] = []


def _record(one: GroupWire) -> ContactGroup:
    members = tuple(member.contact_id for member in one.contacts)
    return ContactGroup(group_id=one.group_id, name=one.name, status=one.status, members=members)


CONTACT_GROUPS = Collection("ContactGroups", GroupWire, _record, sees_changes=False)
pages = CONTACT_GROUPS.pages
with_members = CONTACT_GROUPS.one


def named(session: Session, name: str) -> ContactGroup | None:
    """The group of that name, whatever its capitals; None when there is none."""
    alive = (one for one in CONTACT_GROUPS.every(session) if one.status == "ACTIVE")
    return next((one for one in alive if one.name.casefold() == name.casefold()), None)


def body_of(contact_ids: Sequence[str]) -> bytes:
    """The request that puts contacts into a group."""
    return encode({"Contacts": [{"ContactID": one} for one in contact_ids]})


def add(session: Session, group_id: str, body: bytes, idempotency_key: str) -> None:
    """Put contacts into a group; who is in it already stays. Errors: RefusedError when Xero knows one of them not."""
    resource = f"{CONTACT_GROUPS.name}/{uuid.UUID(group_id)}/Contacts"
    session.create(resource, NO_QUERY, body, idempotency_key)
