"""Payments a rep took together with an invoice: one for each tender. Source: field-sales facts §4."""

from collections.abc import Iterator, Sequence

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Account
from fieldbridge.core.records.documents import Payment
from fieldbridge.core.records.field import Order, Tender
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import Shelf

REFERENCE_MAX = 255


def payments_with(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Iterator[Change]:
    """The payments of the invoice among some Changes. Errors: RefusedError for a tender that has no account."""
    invoice = next((one for one in made if one.kind == "invoice"), None)
    for number, tender in enumerate(order.tenders if invoice else (), start=1):
        reference = f"{order.key}/{number} {tender.reference}".strip()[:REFERENCE_MAX]
        payment = Payment(
            invoice_id="",
            account_id=_account(order, tender, shelf, rules).account_id,
            paid_on=tender.paid_on or order.captured_on,
            amount=tender.amount,
            reference=reference,
        )
        yield Change(
            key=order.key,
            kind="payment",
            part=f"payment {number}",
            number=reference,
            total=tender.amount,
            document=payment,
            needs={"invoice": "invoice_id"},
        )


def _account(order: Order, tender: Tender, shelf: Shelf, rules: TransactionRules) -> Account:
    code = rules.tenders.get(tender.kind, "")
    account = shelf.accounts.get(code)
    if account is None or account.status != "ACTIVE":
        raise RefusedError(
            "order.tender_unknown",
            f"Order {order.order_no}: the tender {tender.kind} has no account in Xero that can be used.",
            remedy=f"Add {tender.kind} to tenders in the connection's settings, then: fieldbridge retry",
        )
    return account
