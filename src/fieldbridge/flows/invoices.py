"""Orders and van sales: an invoice of what was sold, and a credit note of what came back with it.

Xero is said to refuse negative quantities, so negative lines go apart. Source: field-sales facts §4 and §12.
"""

from collections.abc import Sequence

from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Invoice
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.approvals import held_for
from fieldbridge.flows.credits import credit_note
from fieldbridge.flows.drafts import Draft, draft_of, money
from fieldbridge.flows.due_dates import due_on
from fieldbridge.flows.orders import Shelf

APPROVED = "AUTHORISED"


def invoices_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """The documents of an order or a van sale. Errors: RefusedError with the reason why it cannot go."""
    draft = draft_of(order, shelf, rules)
    back = draft.has(is_back=True)
    if back and not draft.has(is_back=False):
        return [credit_note(draft, draft.all_lines(is_back=True), _credit_status(order, rules), draft.notes)]
    invoice = _invoice(draft)
    if not back:
        return [invoice]
    status = APPROVED if _status_of(invoice) == APPROVED else rules.credits.status
    return [invoice, credit_note(draft, draft.lines(is_back=True), status, ())]


def change_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Change:
    """The first document of an order. Errors: RefusedError with the reason why it cannot go."""
    return invoices_of(order, shelf, rules)[0]


def _invoice(draft: Draft) -> Change:
    order, rules, shelf = draft.order, draft.rules, draft.shelf
    totals = draft.totals(is_back=False)
    terms = draft.contact.terms or shelf.organisation.sales_terms
    held = held_for(order, draft.contact, money(totals), shelf, rules)
    invoice = Invoice(
        **draft.document(rules.number_prefix, totals),
        status=rules.approvals.status if held else _status(order, rules),
        due_on=due_on(draft.issued_on, terms, rules.due_days_without_terms),
        lines=tuple(draft.all_lines(is_back=False)),
    )
    notes = (*draft.notes, *(f"Not approved by itself: {reason}" for reason in held))
    return Change(
        key=order.key,
        document=invoice,
        number=invoice.number or invoice.reference,
        total=invoice.total,
        notes=notes,
    )


def _status(order: Order, rules: TransactionRules) -> str:
    """Goods that have left and money that was taken need an invoice that counts."""
    return APPROVED if order.kind == "I" or order.tenders else rules.order_status


def _credit_status(order: Order, rules: TransactionRules) -> str:
    return APPROVED if order.kind == "I" else rules.credits.status


def _status_of(change: Change) -> str:
    return change.document.status if isinstance(change.document, Invoice) else ""
