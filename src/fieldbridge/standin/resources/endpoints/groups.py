"""Contact groups: made, renamed and deleted, and who belongs to them."""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import is_active
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.contact_views import show_contact, show_group, show_group_with_members
from fieldbridge.standin.resources.listing import View
from fieldbridge.standin.resources.listings import GROUPS
from fieldbridge.standin.resources.writing import Writing, addressed
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Answer, Record, RefusedError, not_found, validation_fault

MOST = 100
_GROUP: fields.Shape = {
    "ContactGroupID": fields.guid,
    "Name": fields.text,
    "Status": fields.choice("ACTIVE", "DELETED"),
}
_MEMBER: fields.Shape = {"ContactID": fields.guid}


def read_group(call: Call) -> Answer:
    """One contact group, the only way to see its members."""
    return call.answer("ContactGroups", [show_group_with_members(View(call.books, 2), _found(call))])


def _found(call: Call) -> Record:
    row = GROUPS.find(call.books, call.key)
    if row is None:
        raise not_found()
    return row


def _save(call: Call, sent: Record) -> tuple[Record, list[str]]:
    """PUT makes one, POST changes the one its path or its id names."""
    books, known = call.books, addressed(GROUPS, call)
    if call.method == "POST" and known is None:
        known = books.groups.get(sent.get("ContactGroupID", ""))
    if known is None and not sent.get("Name"):
        raise RefusedError(books.switches.text_group_name)
    if known is None and sum(row["Status"] == "ACTIVE" for row in books.groups.rows()) >= MOST:
        raise RefusedError(f"You’ve reached the limit of {MOST} contact groups.")
    fresh = known or {"ContactGroupID": books.new_id(), "Status": "ACTIVE"}
    after = {**fresh, **sent, "ContactGroupID": fresh["ContactGroupID"]}
    if _is_taken(books, after):
        raise RefusedError(books.switches.text_group_taken.format(name=after["Name"]))
    return books.groups.put(after), []


def _is_taken(books: Books, group: Record) -> bool:
    others = (row for row in books.groups.rows() if row["ContactGroupID"] != group["ContactGroupID"])
    return any(row["Status"] == "ACTIVE" and row["Name"].casefold() == group["Name"].casefold() for row in others)


def add_members(call: Call) -> Answer:
    """Put contacts into the group. Errors: 400 naming the contacts that do not exist; then nobody was added."""
    group, books = _found(call), call.books
    wanted = [fields.read(element, _MEMBER).get("ContactID", "") for element in call.elements("Contacts")]
    unknown = [identity for identity in wanted if identity not in books.contacts]
    if unknown:
        errors = [{"Message": books.switches.text_contact_unknown}]
        raise validation_fault([{"ContactID": one, "ValidationErrors": errors} for one in unknown])
    if archived := [identity for identity in wanted if not is_active(books.contacts[identity])]:
        errors = [{"Message": "Unable to assign an Archived contact."}]
        raise validation_fault([{"ContactID": one, "ValidationErrors": errors} for one in archived])
    for identity in wanted:
        _set_groups(books, books.contacts[identity], group, is_member=True)
    return call.answer("Contacts", [show_contact(View(books, 2), books.contacts[one]) for one in wanted])


def remove_members(call: Call) -> Answer:
    """204: one contact when the path names one, else everybody."""
    group, books = _found(call), call.books
    only = call.segments[3].lower() if len(call.segments) > 3 else ""
    if only and only not in books.contacts:
        raise not_found()
    for contact in list(books.contacts.rows()):
        if only in ("", contact["ContactID"]):
            _set_groups(books, contact, group, is_member=False)
    return Answer(204)


def _set_groups(books: Books, contact: Record, group: Record, *, is_member: bool) -> None:
    identity, before = group["ContactGroupID"], contact["ContactGroups"]
    if (identity in before) == is_member:
        return
    after = [*before, identity] if is_member else [one for one in before if one != identity]
    books.contacts.put({**contact, "ContactGroups": after, "UpdatedDateUTC": books.now()})


WRITE_GROUPS = Writing("ContactGroups", "ContactGroupID", _GROUP, _save, show_group)
