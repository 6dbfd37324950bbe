"""Quotes: how an offer a rep made becomes a quote. Source: field-sales facts §4; Xero, quotes."""

from collections.abc import Sequence
from datetime import timedelta

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.documents import Quote
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.drafts import draft_of
from fieldbridge.flows.orders import Shelf, name_of

KIND = "quote"


def quotes_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """The quote. Errors: RefusedError with the reason why it cannot go."""
    draft = draft_of(order, shelf, rules)
    if draft.has(is_back=True):
        raise RefusedError(
            "order.quantity_negative",
            f"{name_of(order)} is a quote, and a line of it has a quantity below zero.",
            remedy="Have the quote sent again without it.",
        )
    made = Quote(
        **draft.document(rules.quotes.number_prefix, draft.totals(is_back=False)),
        status=rules.quotes.status,
        lines=tuple(draft.all_lines(is_back=False)),
        expires_on=draft.issued_on + timedelta(days=rules.quotes.valid_days),
    )
    return [
        Change(
            key=order.key,
            kind=KIND,
            part=KIND,
            document=made,
            number=made.number or made.reference,
            total=made.total,
            notes=draft.notes,
        )
    ]
