"""What somebody in the office would do in Xero itself, and a look at the books. Called with the lock held."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.documents.kinds import INVOICE
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.pricing.money import rounded, total_discount, totals
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.dates import day_in, instant_in

_DUMPED = ("contacts", "items", "invoices", "credit_notes", "payments")
_DAYS = ("Date", "DueDate", "PeriodLockDate", "EndOfYearLockDate", "ExpectedPaymentDate", "FullyPaidOnDate")
_MONEY = ("QuantityOnHand", "UnitPrice", "TotalCostPool", "UnitAmount", "Quantity", "LineAmount", "TaxAmount",
          "DiscountRate", "Discount")  # fmt: skip


class NoSuchRecordError(Exception):
    """No organisation has a record with this id, number or code."""


def books(xero: LocalXero, body: Record, _: str) -> Record:
    """Everything, per organisation, in Xero's field names with ISO dates."""
    return {"organisations": [_dump(held) for held in xero.books.values()]}


def _dump(held: Books) -> Record:
    organisation = {
        "id": held.organisation["OrganisationID"],
        "name": held.organisation["Name"],
        "short_code": held.organisation["ShortCode"],
    }
    tables: dict[str, Table] = {name: getattr(held, name) for name in _DUMPED}
    groups = {name: list(table.rows()) for name, table in (*tables.items(), ("contact_groups", held.groups))}
    return {**organisation, **groups}


def edit_organisation(xero: LocalXero, body: Record, _: str) -> Record:
    """Merge-patch; {"organisation": name or id} chooses one when there are several."""
    wanted = str(body.pop("organisation", ""))
    for held in xero.books.values():
        if wanted in ("", held.organisation["Name"], held.organisation["OrganisationID"]):
            held.organisation = merged(held.organisation, _typed(body))
            return held.organisation
    raise NoSuchRecordError(f"No organisation {wanted}")


def edit_contact(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by ContactID or AccountNumber. `ContactGroups` may list group names; unknown ones are made."""
    held, contact = _find(xero, "contacts", "account_number", identity)
    if "ContactGroups" in body:
        body["ContactGroups"] = [_group_id(held, name) for name in body["ContactGroups"]]
    if body.get("MergedToContactID"):
        body.setdefault("ContactStatus", "ARCHIVED")
    return held.contacts.put(_edited(held, contact, body))


def _group_id(held: Books, name: str) -> str:
    for group in held.groups.rows():
        if name in (group["Name"], group["ContactGroupID"]):
            return str(group["ContactGroupID"])
    return str(held.groups.put({"ContactGroupID": held.new_id(), "Name": name, "Status": "ACTIVE"})["ContactGroupID"])


def edit_item(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by ItemID or Code; QuantityOnHand too, which callers of the API cannot write."""
    held, item = _find(xero, "items", "code", identity)
    return held.items.put(_edited(held, item, body))


def delete_item(xero: LocalXero, body: Record, identity: str) -> Record:
    """Remove an item, used or not."""
    held, item = _find(xero, "items", "code", identity)
    held.items.remove(item["ItemID"])
    return {"deleted": item["Code"]}


def edit_invoice(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by InvoiceID or number, without any rule; totals and amounts due follow from the lines."""
    held, invoice = _find(xero, "invoices", "number", identity)
    changed = _edited(held, invoice, body)
    changed |= totals(changed["LineItems"], changed["LineAmountTypes"])
    changed["TotalDiscount"] = total_discount(changed["LineItems"])
    return held.invoices.put(settle(held, INVOICE, changed))


def _find(xero: LocalXero, table: str, key: str, identity: str) -> tuple[Books, Record]:
    for held in xero.books.values():
        rows: Table = getattr(held, table)
        if found := rows.get(identity.lower()) or rows.first(key, identity.casefold()):
            return held, found
    raise NoSuchRecordError(f"No record {identity} among the {table}")


def _edited(held: Books, record: Record, body: Record) -> Record:
    return {**merged(record, _typed(body)), "UpdatedDateUTC": held.now()}


def merged(record: Record, patch: Record) -> Record:
    """JSON merge patch: null removes, objects merge, anything else replaces. Source: RFC 7396."""
    result = dict(record)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result


def _typed(value: Any, name: str = "") -> Any:
    """JSON values in the books' types: days, instants, amounts."""
    if isinstance(value, dict):
        return {key: _typed(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_typed(member, name) for member in value]
    if name in _MONEY and isinstance(value, (int, Decimal)):
        return rounded(Decimal(value), 4 if name in ("QuantityOnHand", "UnitPrice", "UnitAmount", "Quantity") else 2)
    return _time(value, name) if isinstance(value, str) else value


def _time(value: str, name: str) -> str | date | datetime:
    if name in _DAYS:
        return day_in(value)
    return instant_in(value) if name == "UpdatedDateUTC" else value
