"""ContactGroups: all of them by name, and the members of one. Source: Xero shows members only by a group's id."""

import msgspec

from fieldbridge.core.records.reference import ContactGroup
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection


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
