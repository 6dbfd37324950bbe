"""People at a customer, two-way: the last edit wins, wherever it was made.

Each of three parts of a person is the latest of all that was ever said of it, by moment and then by content. So the
order in which edits arrive does not matter, nor how often. Matched by name within the customer: Xero has no key.
Nobody is ever deleted: who is taken off either side is held here as no longer active.
Source: field-sales facts §3 (contact sync), §16.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fieldbridge.core.records.books import Person, Record
from fieldbridge.core.records.people import LONG_AGO, Edit, Held

IN_XERO_MAX = 5
People = Mapping[str, Held]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides should have.

    Shape: for_xero is the whole list; None while two people there have one name and nobody can tell them apart.
    left_out are those Xero has no room for; twice are such names.
    """

    people: dict[str, Held]
    for_xero: tuple[Person, ...] | None
    left_out: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()


def key_of(first_name: str, last_name: str) -> str:
    """What tells people of one customer apart. Shape: empty for somebody without a name."""
    return " ".join(f"{first_name} {last_name}".casefold().split())


def restored(edit: Edit, people: People, shown: Callable[[str], str]) -> Edit:
    """An edit as it was meant: what a tablet gives back as it was shown to it, it has not edited.

    Shape: shown is what becomes of a text on its way to the tablets, such as a name that loses its macrons. Somebody
    whose very name is known is meant first; else the one who is shown under it, if there is just one.
    """
    key = key_of(edit.first_name, edit.last_name)
    alike = [one for one in people.values() if key_of(shown(one.first_name), shown(one.last_name)) == key]
    held = people.get(key) or (alike[0] if len(alike) == 1 else None)
    if held is None:
        return edit

    def of(now: Record, before: Record, names: Iterable[str]) -> dict[str, Any]:
        pairs = ((name, getattr(now, name), getattr(before, name)) for name in names)
        return {name: before for name, now, before in pairs if isinstance(now, str) and now == shown(before).strip()}

    more = msgspec.structs.replace(edit.more, **of(edit.more, held.more, edit.more.__struct_fields__))
    return msgspec.structs.replace(edit, more=more, **of(edit, held, ("first_name", "last_name", "email")))


def edited(people: People, edits: Iterable[Edit]) -> dict[str, Held]:
    """The people after some edits on tablets."""
    after = dict(people)
    for edit in edits:
        key = key_of(edit.first_name, edit.last_name)
        made = Held(
            first_name=edit.first_name,
            last_name=edit.last_name,
            email=edit.email,
            is_active=edit.is_active,
            edited_at=edit.at,
            more=edit.more,
            more_at=edit.at,
            in_emails=bool(edit.in_emails),
            in_emails_at=LONG_AGO if edit.in_emails is None else edit.at,
        )
        after[key] = _later(after[key], made) if key in after else made
    return after


def merged(people: People, in_xero: Sequence[Person], changed_at: datetime) -> Merged:
    """The people after a look at Xero, and what Xero should have.

    Shape: changed_at is when the contact was last modified: Xero does not say it of a person.
    """
    often = Counter(key_of(one.first_name, one.last_name) for one in in_xero)
    twice = {key for key, count in often.items() if count > 1 and key}
    shown = {key_of(one.first_name, one.last_name): one for one in in_xero}
    after = {
        key: people[key] if key in twice else _looked_at(people.get(key), shown.get(key), changed_at)
        for key in (people.keys() | shown.keys()) - {""}
        if key in people or key not in twice
    }
    for_xero, left_out = _for_xero(after, in_xero)
    return Merged(
        people=after, for_xero=None if twice else for_xero, left_out=tuple(left_out), twice=tuple(sorted(twice))
    )


def _looked_at(held: Held | None, shown: Person | None, changed_at: datetime) -> Held:
    """A person with what was seen of them. What was seen before says nothing new, nor does an echo of what is held."""
    seen = held.seen if held else None
    known = held or Held(first_name="", last_name="")
    if shown == seen or changed_at < known.seen_as_of:
        return known  # what was read before a later look may be stored after it
    now_held = known
    if shown is None:
        if known.is_active:
            now_held = _later(known, msgspec.structs.replace(known, is_active=False, edited_at=changed_at))
    elif held is None or not known.is_active or known.person != shown:
        made = msgspec.structs.replace(
            known,
            first_name=shown.first_name,
            last_name=shown.last_name,
            email=shown.email,
            is_active=True,
            edited_at=changed_at,
            in_emails=shown.in_emails,
            in_emails_at=changed_at if held is None or shown.in_emails != known.in_emails else known.in_emails_at,
        )
        now_held = _later(known, made) if held else made
    return msgspec.structs.replace(now_held, seen=shown, seen_as_of=changed_at)


def _later(one: Held, other: Held) -> Held:
    """Of each part the later one. What was seen in Xero stays as it is with the first."""
    who, mails = max((one, other), key=_who), max((one, other), key=lambda held: (held.in_emails_at, held.in_emails))
    more = max((one, other), key=lambda held: (held.more_at, held.more))
    return Held(
        first_name=who.first_name,
        last_name=who.last_name,
        email=who.email,
        is_active=who.is_active,
        edited_at=who.edited_at,
        in_emails=mails.in_emails,
        in_emails_at=mails.in_emails_at,
        more=more.more,
        more_at=more.more_at,
        seen=one.seen,
        seen_as_of=one.seen_as_of,
    )


def _who(held: Held) -> tuple[datetime, bool, str, str, str]:
    return held.edited_at, held.is_active, held.email, held.first_name, held.last_name


def _for_xero(people: People, in_xero: Sequence[Person]) -> tuple[tuple[Person, ...], list[str]]:
    """Who is there stays in its place; who is new comes behind, the primary ones first, as far as there is room."""
    stay: list[Person] = []
    for one in in_xero:
        held = people.get(key_of(one.first_name, one.last_name))
        if held is None or held.is_active:
            stay.append(held.person if held else one)
    there = {key_of(one.first_name, one.last_name) for one in stay}
    new = sorted(
        (key for key, one in people.items() if one.is_active and key not in there),
        key=lambda key: (not people[key].more.is_primary, key),
    )
    room = max(0, IN_XERO_MAX - len(stay))
    names = [f"{people[key].first_name} {people[key].last_name}".strip() for key in new[room:]]
    return (*stay, *(people[key].person for key in new[:room])), names
