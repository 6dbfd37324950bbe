"""Which endpoint answers which method and path, and the books' promise around every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from fieldbridge.standin.resources import listings, money_listings, money_writings, writings
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.endpoints import attachments, groups, sending, special
from fieldbridge.standin.resources.listing import read_list, read_one, read_pdf
from fieldbridge.standin.resources.printing import PRINTED
from fieldbridge.standin.resources.writing import write
from fieldbridge.standin.wire.answers import Answer, CallFailedError, Record, fault, not_found, not_supported
from fieldbridge.standin.wire.fields import DataInvalidError

Endpoint = Callable[[Call], Answer]
_READ = (
    listings.CONTACTS, listings.INVOICES, listings.CREDIT_NOTES, listings.PAYMENTS, listings.ITEMS, listings.ACCOUNTS,
    listings.TAX_RATES, listings.TRACKING, listings.THEMES, listings.CURRENCIES, listings.USERS, listings.GROUPS,
    money_listings.QUOTES, money_listings.OVERPAYMENTS, money_listings.PREPAYMENTS, money_listings.BANK_TRANSACTIONS,
)  # fmt: skip
_WRITE = (
    writings.WRITE_CONTACTS, writings.WRITE_INVOICES, writings.WRITE_CREDIT_NOTES, writings.WRITE_PAYMENTS,
    writings.WRITE_ITEMS, groups.WRITE_GROUPS, money_writings.WRITE_QUOTES, money_writings.WRITE_BANK_TRANSACTIONS,
)  # fmt: skip
_ATTACHED = (
    listings.CONTACTS, listings.INVOICES, listings.CREDIT_NOTES, listings.ACCOUNTS, money_listings.QUOTES,
    money_listings.BANK_TRANSACTIONS,
)  # fmt: skip
_NOTED = (
    listings.CONTACTS, listings.INVOICES, listings.CREDIT_NOTES, listings.PAYMENTS, listings.ITEMS,
    money_listings.QUOTES, money_listings.OVERPAYMENTS, money_listings.PREPAYMENTS, money_listings.BANK_TRANSACTIONS,
)  # fmt: skip


def _routes() -> dict[str, dict[str, Endpoint]]:
    """Path pattern to method to endpoint; `*` stands for an id, number or code."""
    routes: dict[str, dict[str, Endpoint]] = {}
    for listing in _READ:
        routes[listing.name.lower()] = {"GET": partial(read_list, listing)}
        routes[f"{listing.name.lower()}/*"] = {"GET": partial(read_one, listing)}
        if listing.name in PRINTED:
            routes[f"{listing.name.lower()}/*/pdf"] = {"GET": partial(read_pdf, listing)}
    for writing in _WRITE:
        routes[writing.name.lower()] |= {"PUT": partial(write, writing), "POST": partial(write, writing)}
        routes[f"{writing.name.lower()}/*"]["POST"] = partial(write, writing)
    for listing in _NOTED:
        routes[f"{listing.name.lower()}/*/history"] = {
            "GET": partial(special.notes, listing),
            "PUT": partial(special.write_notes, listing),
        }
    for listing in _ATTACHED:
        path = f"{listing.name.lower()}/*/attachments"
        save = partial(attachments.write_file, listing)
        routes[path] = {"GET": partial(attachments.list_files, listing)}
        routes[f"{path}/*"] = {"GET": partial(attachments.read_file, listing), "PUT": save, "POST": save}
    for kind, listing in money_writings.CREDIT_LISTINGS:
        path = f"{listing.name.lower()}/*/allocations"
        routes[path] = {"PUT": partial(write, money_writings.write_allocations(kind, listing))}
        routes[f"{path}/*"] = {"DELETE": partial(money_writings.remove_allocation, kind, listing)}
    routes["contactgroups/*"]["GET"] = groups.read_group
    routes["contactgroups/*/contacts"] = {"PUT": groups.add_members, "DELETE": groups.remove_members}
    routes["contactgroups/*/contacts/*"] = {"DELETE": groups.remove_members}
    routes["invoices/*/email"] = {"POST": sending.email}
    routes["invoices/*/onlineinvoice"] = {"GET": sending.online_invoice}
    routes["items/*"]["DELETE"] = special.remove_item
    for name in ("organisation", "organisations"):
        routes[name] = {"GET": special.organisation}
        routes[f"{name}/actions"] = {"GET": special.organisation_actions}
    return routes


_ROUTES = _routes()


def _endpoint(call: Call) -> Endpoint:
    """Errors: 404 for an unknown path, 501 for a method the path does not have."""
    names = [name.lower() for name in call.segments]
    pattern = [name if at % 2 == 0 else "*" for at, name in enumerate(names)]
    methods = _ROUTES.get("/".join(names)) or _ROUTES.get("/".join(pattern))
    if methods is None:
        raise not_found()
    if call.method not in methods:
        raise not_supported()
    return methods[call.method]


def answer_call(call: Call) -> Answer:
    """Answer one signed-in call. What a failed call began is undone; `committed` says whether anything changed.

    The books' journal then tells what.
    """
    journal = call.books.journal
    journal.forget()
    try:
        answer = _endpoint(call)(call)
    except DataInvalidError as error:
        journal.undo(0)
        elements: list[Record] | None = [] if call.books.switches.data_invalid_has_elements else None
        answer = fault(14, "PostDataInvalidException", str(error), elements).answer
    except CallFailedError as failed:
        answer = failed.answer
    except Exception:
        journal.undo(0)
        raise
    return replace(answer, committed=journal.mark() > 0)
