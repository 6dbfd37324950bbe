"""Who is which of the tablets' customers: by Link, so that neither a new code nor a merge in Xero makes another."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Record
from fieldbridge.core.rules import CustomerRules
from fieldbridge.flows.customers import fault, is_living, is_wanted, minted
from fieldbridge.store import books
from fieldbridge.store.ledger import links, problems
from fieldbridge.store.ledger.links import Agreed

REFUSED = "customer.code_refused"


def with_keys(tx: sa.Connection, connection_id: str, records: Sequence[Record]) -> Sequence[Record]:
    """Contacts as they were read, each with the key that was agreed before; other records as they are."""
    contacts = [one for one in records if isinstance(one, Contact)]
    known = links.customers(tx, connection_id, (one.contact_id for one in contacts)) if contacts else {}
    if not known:
        return records
    return [_named(one, known[one.contact_id].key) if one.contact_id in known else one for one in contacts]


def _named(contact: Contact, key: str) -> Contact:
    return msgspec.structs.replace(contact, key=key)


def agree(context: Context, tx: sa.Connection) -> list[Problem]:
    """Agree on a key for every new customer, follow codes that changed, and say who cannot be one."""
    rules = context.settings.customers
    living = {one.contact_id: one.own_code for one in books.every(tx, context.id, Contact) if is_living(one)}
    agreeing = _Agreeing(rules, links.customers(tx, context.id), living)
    changed = [one for contact in books.every(tx, context.id, Contact) if (one := agreeing.decided(contact)) != contact]
    links.agree(tx, context.id, agreeing.new, context.now())
    for contact in changed:
        books.rename(tx, context.id, contact)
    context.log_each(tx, "customer.code_changed", agreeing.told)
    return agreeing.found + _still_refused(tx, context.id, agreeing)


@dataclass
class _Agreeing:
    """One look at all contacts. Shape: known and new are Links by contact; living are codes in Xero by contact."""

    rules: CustomerRules
    known: dict[str, Agreed]
    living: Mapping[str, str]
    new: dict[str, Agreed] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)
    told: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.holders = {one.key: contact_id for contact_id, one in self.known.items()}
        self.taken = set(self.holders) | set(self.living.values())

    def decided(self, contact: Contact) -> Contact:
        """The contact with its key: none while it is no customer. What was merged or archived keeps its own."""
        wanted = is_wanted(contact, self.rules)
        agreed = self.known.get(contact.contact_id) or (self._agreed(contact) if wanted else None)
        if agreed is None:
            return _named(contact, "")
        self._follow(contact, agreed)
        if wanted and len(agreed.key) > self.rules.longest_code:
            said = f"The code {agreed.key} of {contact.name} is longer than {self.rules.longest_code} characters."
            self.found.append(fault(contact, "customer.code_long", said, "Give it a shorter Account Number in Xero."))
            return _named(contact, "")
        return _named(contact, agreed.key if wanted or not is_living(contact) else "")

    def _agreed(self, contact: Contact) -> Agreed | None:
        code = contact.own_code or (minted(contact, self.taken) if self.rules.mint else "")
        holder = self.holders.get(code, "")
        if not code:
            said = f"{contact.name} is a customer of the tablets, but has no code."
            self.found.append(fault(contact, "customer.no_code", said, "Give it an Account Number in Xero."))
            return None
        if holder in self.living:
            said = f"{contact.name} has the code {code}, which another active contact had first."
            self.found.append(fault(contact, "customer.code_shared", said, "Give each its own Account Number in Xero."))
            return None
        return self._note(contact, Agreed(code, contact.own_code))

    def _follow(self, contact: Contact, agreed: Agreed) -> None:
        if is_living(contact) and contact.own_code not in ("", agreed.code):
            self._note(contact, Agreed(agreed.key, contact.own_code))
            if contact.own_code != agreed.key:
                self.told.append({"key": agreed.key, "name": contact.name, "code": contact.own_code})

    def _note(self, contact: Contact, agreed: Agreed) -> Agreed:
        self.new[contact.contact_id] = agreed
        self.holders[agreed.key] = contact.contact_id
        self.taken.add(agreed.key)
        return agreed


def _still_refused(tx: sa.Connection, connection_id: str, agreeing: _Agreeing) -> list[Problem]:
    """What Xero refused to write stays a Problem until the contact has a code, or a person dismissed it."""
    lacking = {
        one.key
        for contact_id, one in {**agreeing.known, **agreeing.new}.items()
        if agreeing.living.get(contact_id) == ""
    }
    return [one for one in told(tx, connection_id, REFUSED) if one.key in lacking]


def told(tx: sa.Connection, connection_id: str, code: str) -> list[Problem]:
    """Open Problems of one code, as they were told."""
    fields = Problem.__struct_fields__
    known = [one for one in problems.still_open(tx, connection_id) if one.code == code]
    return [Problem(**{name: getattr(one, name) for name in fields}) for one in known]


def holders(tx: sa.Connection, connection_id: str, keys: Collection[str]) -> dict[str, list[Contact]]:
    """Who has each key: the contact it was agreed with, or its heir, and whoever has it as a code in Xero.

    What a tablet alone calls a contact counts where nobody has the key.
    """
    found = books.by_code(tx, connection_id, Contact, keys)
    known = links.known_as(tx, connection_id, set(keys) - found.keys())
    there = books.by_ids(tx, connection_id, Contact, known.values())
    found |= {key: [there[contact_id]] for key, contact_id in known.items() if contact_id in there}
    merged = {one.merged_to for some in found.values() for one in some if one.merged_to}
    heirs = standing_for(tx, connection_id, merged)
    return {key: list(_with_heirs(some, heirs)) for key, some in found.items()}


def _with_heirs(some: Iterable[Contact], heirs: Mapping[str, Contact]) -> Iterator[Contact]:
    for one in some:
        yield heirs.get(one.merged_to, one)


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


def merged_into(tx: sa.Connection, connection_id: str, contact_ids: Collection[str]) -> dict[str, str]:
    """Every contact that was merged into one of these, however often. Shape: contact to the one of these."""
    merged = {one.contact_id: one.merged_to for one in books.every(tx, connection_id, Contact) if one.merged_to}
    heirs = {contact_id: heir_of(contact_id, merged) for contact_id in merged}
    return {contact_id: heir for contact_id, heir in heirs.items() if heir in contact_ids}


def heir_of(contact_id: str, merged: Mapping[str, str]) -> str:
    """Who stands for a contact now, however often it was merged. Each step is taken once, so a ring ends too."""
    passed = set()
    while contact_id in merged and contact_id not in passed:
        passed.add(contact_id)
        contact_id = merged[contact_id]
    return contact_id
