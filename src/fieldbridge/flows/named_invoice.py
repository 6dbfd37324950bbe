"""The invoice a payment or a credit names, if it can be settled at all. Source: Xero: only approved invoices are."""

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import Order
from fieldbridge.flows.orders import RETRY, Shelf
from fieldbridge.flows.owing import Debt

WITHOUT = "or have it sent again without the invoice's number: it then settles the oldest."
NOT_PAYABLE = {
    "VOIDED": f"Ask the rep what it was for, {WITHOUT}",
    "DELETED": f"Ask the rep what it was for, {WITHOUT}",
    "DRAFT": f"Approve the invoice in Xero, {RETRY}",
    "SUBMITTED": f"Approve the invoice in Xero, {RETRY}",
}


def named_invoice(order: Order, contact: Contact, currency: str, shelf: Shelf) -> Debt:
    """The invoice; nothing may be due on it any more. Errors: RefusedError when it cannot be settled."""
    found = shelf.owing.named(order.against)
    if found is None:
        raise _refused(order, "unknown", "is not in Xero", f"Correct the number, {WITHOUT}")
    if found.contact_id != contact.contact_id:
        raise _refused(order, "of_another", f"is not one of {contact.name}", f"Correct the number, {WITHOUT}")
    if remedy := NOT_PAYABLE.get(found.status):
        raise _refused(order, "not_payable", f"is {found.status.lower()} in Xero", remedy)
    if found.currency != currency:
        said = f"is in {found.currency}, and not in {currency}"
        raise _refused(order, "currency", said, "Enter it by hand in Xero, with its rate.")
    return found


def _refused(order: Order, what: str, said: str, remedy: str) -> RefusedError:
    kind = "credit" if order.kind == "C" else "payment"
    message = f"Order {order.order_no}: the {kind} is for the invoice {order.against}, which {said}."
    return RefusedError(f"order.invoice_{what}", message, remedy=remedy)
