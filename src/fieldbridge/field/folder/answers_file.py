"""From answers to the rows of Answers.csv: one for each changed line, the transaction's own values repeated."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from fieldbridge.core.money import to_cents
from fieldbridge.core.records.answers import LineChange, PartAnswer, Told
from fieldbridge.field.folder.master_files import Row, day, number
from fieldbridge.field.folder.profile import Profile

DOCUMENT_TYPES = {"invoice": "I", "credit note": "C", "quote": "Q", "payment": "P", "on account": "P", "contact": "N"}


def answer_rows(told: Iterable[Told], profile: Profile) -> Iterator[Row]:
    """Rows of Answers.csv, those of one transaction together. Units: money to 2 dp; AnsweredAt is UTC."""
    for one in told:
        head = _head(one, profile)
        if not one.answer.parts:
            yield Row(one.answer.key, head)
        for part in one.answer.parts:
            document = head | _document(part)
            if not part.changes:
                yield Row(one.answer.key, document)
            for change in part.changes:
                yield Row(one.answer.key, document | _line(change))


def _head(one: Told, profile: Profile) -> dict[str, str]:
    answer = one.answer
    return {
        "OpmetrixID": answer.key,
        "OrderNumber": answer.order_no,
        "TransactionType": answer.kind,
        "CustomerCode": answer.customer,
        "StaffCode": answer.rep,
        "CapturedDate": day(answer.captured_on, profile),
        "Status": answer.became,
        "StatusText": answer.said,
        "AnsweredAt": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _document(part: PartAnswer) -> dict[str, str]:
    return {
        "ExternalTransactionID": part.number,
        "DocumentType": DOCUMENT_TYPES.get(part.kind, part.kind),
        "DocumentStatus": part.became,
        "InvoiceTotal": _money(part.subtotal),
        "TaxTotal": _money(part.tax),
        "AmountDue": _money(part.due),
    }


def _line(change: LineChange) -> dict[str, str]:
    named = change.after if change.what == "added" else change.before
    before = None if change.what == "added" else change.before
    after = None if change.what == "removed" else change.after
    return {
        "LineStatus": change.what,
        "ProductCode": named.product,
        "ProductDescription": named.description,
        "QuantityOrdered": number(before.quantity if before else None),
        "QuantityNow": number(after.quantity if after else None),
        "UnitPriceOrdered": number(before.unit_price if before else None),
        "UnitPriceNow": number(after.unit_price if after else None),
        "DiscountPercentOrdered": number(before.discount if before else None),
        "DiscountPercentNow": number(after.discount if after else None),
    }


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{to_cents(amount):f}"
