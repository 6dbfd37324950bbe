"""Answers: what a rep is told about a transaction, in a word a program can use and in a sentence a person can."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.delivery import State
from fieldbridge.core.plan import IntakeState
from fieldbridge.core.records.answers import Answer, Became, Figures, LineChange, PartAnswer
from fieldbridge.core.records.books import SalesDocument
from fieldbridge.core.records.documents import BookedInvoice
from fieldbridge.core.records.field import Order
from fieldbridge.flows.drift import changes

WAITING_STATES: dict[State, Became] = {
    "pending": "posting", "sending": "posting", "unsure": "posting", "refused": "parked",
}  # fmt: skip
OF_STATUS: dict[str, Became] = {
    "DRAFT": "posted", "SUBMITTED": "submitted", "AUTHORISED": "approved", "PAID": "paid", "VOIDED": "voided",
    "DELETED": "deleted", "SENT": "sent", "ACCEPTED": "accepted", "DECLINED": "declined", "INVOICED": "invoiced",
}  # fmt: skip
SENTENCES: dict[Became, str] = {
    "received": "Received; not in Xero yet.",
    "posting": "On its way to Xero.",
    "parked": "Set aside; the office has to look at it.",
    "dismissed": "Set aside; the office has settled it otherwise.",
    "posted": "{number} is in Xero, a draft the office has not approved yet.",
    "submitted": "{number} is in Xero and waits for approval.",
    "approved": "{number} is approved.",
    "part-paid": "{number} is approved and partly paid; {due} is still due.",
    "paid": "{number} is paid.",
    "credited": "{number} was credited in full.",
    "sent": "{number} was sent to the customer.",
    "accepted": "{number} was accepted.",
    "declined": "{number} was declined.",
    "invoiced": "{number} was invoiced.",
    "voided": "The office voided {number}.",
    "deleted": "The office deleted {number}.",
    "past": "{number} went to Xero; how it stands is to be seen there.",
}
BESIDES = {
    "contact": "{number} is a customer in Xero.",
    "payment": "The payment of {amount} is in Xero.",
    "on account": "{amount} is on account in Xero.",
}
"""What may go beside a document, or alone, and how it is told once it is in Xero."""
OTHERWISE: dict[tuple[str, Became], str] = {
    ("credit note", "paid"): "{number} is used up: put against invoices, or paid back.",
    ("quote", "posted"): "{number} is in Xero, a draft the office has not sent yet.",
}
"""What is told of some kinds in other words."""
GONE: tuple[Became, ...] = ("voided", "deleted")


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One part on its way or in Xero.

    Shape: document is what was to be created, None where it is no document with lines, or is forgotten; booked is what
    the Books hold of it, None while it was not read. Units: total is with tax.
    """

    kind: str
    state: State
    number: str
    total: Decimal = Decimal(0)
    document: SalesDocument | None = None
    booked: BookedInvoice | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one transaction.

    Shape: problems are messages of those still open; order is None for one that could not be read, or is forgotten.
    """

    key: str
    state: IntakeState
    order: Order | None = None
    sent: Sequence[Sent] = ()
    problems: Sequence[str] = ()


def answer_of(known: Known) -> Answer:
    """What the rep is told."""
    order = known.order
    settled = any(one.kind in ("payment", "credit note") for one in known.sent)
    parts = tuple(_part(one, settled=settled) for one in known.sent if one.state != "refused")
    became = _became(known, parts)
    sentences = dict.fromkeys(_sentence(part) for part in parts) or [SENTENCES[became]]
    return Answer(
        key=known.key,
        became=became,
        said=" ".join((*sentences, *known.problems)),
        order_no=order.order_no if order else "",
        kind=order.kind if order else "",
        customer=order.customer if order else "",
        rep=order.rep if order else "",
        captured_on=order.captured_on if order else None,
        parts=parts,
    )


def _became(known: Known, parts: Sequence[PartAnswer]) -> Became:
    if known.state == "parked":
        return "parked" if known.problems else "dismissed"
    if known.state == "waiting":
        return "received"
    own = [part for part in parts if part.kind not in BESIDES]
    counting = own or parts
    return counting[0].became if counting else "posting"


def _part(one: Sent, *, settled: bool) -> PartAnswer:
    sent, booked = one.document, one.booked
    if one.state != "posted":
        return PartAnswer(kind=one.kind, became=WAITING_STATES[one.state], number=one.number)
    if booked is None:
        return _unread(one, settled=settled)
    became = _standing(booked)
    number = booked.number or one.number
    if became in GONE:
        return PartAnswer(kind=one.kind, became=became, number=number)
    return PartAnswer(
        kind=one.kind,
        became=became,
        number=number,
        subtotal=booked.subtotal,
        tax=booked.total_tax,
        due=booked.due if one.kind == "invoice" else None,
        changes=changes(sent.lines, booked, sent.amounts) if sent else (),
    )


def _unread(one: Sent, *, settled: bool) -> PartAnswer:
    """A part that is in Xero, of which the Books hold nothing. Beside money or a credit, what is due is not known."""
    sent = one.document
    if sent is None:
        became: Became = "posted" if one.kind in BESIDES else "past"
        return PartAnswer(kind=one.kind, became=became, number=one.number, subtotal=one.total)
    return PartAnswer(
        kind=one.kind,
        became=OF_STATUS.get(sent.status, "posted"),
        number=one.number,
        subtotal=sent.total - sent.total_tax,
        tax=sent.total_tax,
        due=sent.total if one.kind == "invoice" and not settled else None,
    )


def _standing(booked: BookedInvoice) -> Became:
    became = OF_STATUS.get(booked.status, "posted")
    if became == "paid" and booked.credited and not booked.paid:
        return "credited"
    is_partly = became == "approved" and bool(booked.paid or booked.credited)
    return "part-paid" if is_partly else became


def _sentence(part: PartAnswer) -> str:
    if part.kind in BESIDES and part.became == "posted":
        return BESIDES[part.kind].format(number=part.number, amount=f"{part.subtotal:.2f}")
    template = OTHERWISE.get((part.kind, part.became), SENTENCES[part.became])
    said = template.format(number=part.number, due=f"{part.due or Decimal(0):.2f}")
    if not part.changes:
        return said
    return f"{said} The office changed it: {'; '.join(in_words(part.changes))}."


def in_words(changed: Iterable[LineChange]) -> Iterator[str]:
    """Each change of a line as a few words."""
    for one in changed:
        if one.what == "added":
            yield f"{_line(one.after)} added"
        elif one.what == "removed":
            yield f"{_line(one.before)} removed"
        else:
            yield f"{_name(one.before)} {', '.join(_differences(one.before, one.after))}"


def _differences(before: Figures, after: Figures) -> Iterator[str]:
    if before.quantity != after.quantity:
        yield f"quantity {_plain(before.quantity)} to {_plain(after.quantity)}"
    if before.unit_price != after.unit_price:
        yield f"price {_plain(before.unit_price)} to {_plain(after.unit_price)}"
    if before.discount != after.discount:
        yield f"discount {_plain(before.discount)} to {_plain(after.discount)} %"
    if before.product != after.product:
        yield f"now {_name(after)}"
    elif not before.product and before.description != after.description:
        yield f'now "{after.description}"'
    elif before.amount != after.amount and before.quantity == after.quantity and before.unit_price == after.unit_price:
        yield f"amount {before.amount:.2f} to {after.amount:.2f}"


def _line(one: Figures) -> str:
    return f"{_plain(one.quantity)} {_name(one)}" if one.quantity else _name(one)


def _name(one: Figures) -> str:
    return one.product or f'"{one.description}"'


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
