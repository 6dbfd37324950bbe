"""Transactions: what one tablet transaction becomes at Xero, as Changes that may wait for each other.

DOCUMENTS says by kind of transaction what its own document is; BESIDE adds what any transaction may carry besides.
"""

from collections.abc import Callable, Iterable, Sequence

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.allocations import allocations_with
from fieldbridge.flows.credits import credits_of
from fieldbridge.flows.enclosures import files_with, note_with, told_of_files
from fieldbridge.flows.invoices import invoices_of
from fieldbridge.flows.new_customers import new_customer_with, refuse_awaited, waiting_for_contact
from fieldbridge.flows.orders import Shelf
from fieldbridge.flows.payments import payments_alone, payments_with
from fieldbridge.flows.quotes import quotes_of

Documents = Callable[[Order, Shelf, TransactionRules], Sequence[Change]]
Beside = Callable[[Order, Shelf, TransactionRules, Sequence[Change]], Iterable[Change]]


def _nothing(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    return ()


DOCUMENTS: dict[str, Documents] = {
    "O": invoices_of,
    "I": invoices_of,
    "C": credits_of,
    "Q": quotes_of,
    "P": payments_alone,
    "N": _nothing,
}
BESIDE: tuple[Beside, ...] = (payments_with, allocations_with, files_with, note_with)


def changes_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """Everything a transaction becomes, in an order in which it can be sent.

    Errors: RefusedError with the reason why it cannot go; then nothing of it does.
    """
    if order.kind not in DOCUMENTS:
        raise RefusedError(
            "order.kind",
            f"Order {order.order_no} is of kind {order.kind}, which cannot be posted.",
            remedy="Enter it in Xero by hand.",
        )
    refuse_awaited(order, shelf)
    made = [*new_customer_with(order, shelf, rules), *DOCUMENTS[order.kind](order, shelf, rules)]
    for beside in BESIDE:
        made += beside(order, shelf, rules, made)
    return told_of_files(order, rules, waiting_for_contact(made))
