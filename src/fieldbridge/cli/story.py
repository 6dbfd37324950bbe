"""A transaction's story in words, for a terminal of any width."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import to_builtins

from fieldbridge.cli.output import visible
from fieldbridge.core.records.books import SalesDocument
from fieldbridge.flows.answers import in_words

if TYPE_CHECKING:
    from fieldbridge.app.evidence.story import Arrived, Fate, Story
    from fieldbridge.core.records.books import Record
    from fieldbridge.core.records.documents import BookedInvoice
    from fieldbridge.core.records.field import Order
    from fieldbridge.store.ledger.calls import Attempt
    from fieldbridge.store.ledger.evidence import Arrival, Part, PastProblem

Lines = Iterator[str]
LONGEST_SHOWN = 200
KINDS = {"O": "order", "I": "invoice", "C": "credit", "Q": "quote", "P": "payment", "N": "new customer"}


def told(story: "Story") -> Lines:
    """The lines of one story, by chapters."""
    yield f"{visible(story.key)} at {story.connection}: {story.answer.became}"
    yield visible(story.answer.said)
    yield from _chapter("Taken", (_taken(one) for one in story.arrived))
    orders = [one.arrival.order for one in story.arrived if one.arrival.order and one.arrival.state != "ignored"]
    yield from _chapter("Understood", (_understood(order) for order in orders))
    yield from _chapter("Planned", (_planned(one) for one in story.fates))
    yield from _chapter("Sent", (_sent(one) for one in story.fates if one.attempts))
    asked = "asked just now" if story.is_fresh else "as it was read last; --fresh asks Xero"
    yield from _chapter(f"In Xero ({asked})", (_held(one) for one in story.fates if one.part.state == "posted"))
    answers = (iter([f"{_moment(one.at)} {one.answer.became}: {visible(one.answer.said)}"]) for one in story.told)
    yield from _chapter("Told the rep", answers)
    yield from _chapter("Problems", (_problem(one) for one in story.problems))
    events = (f"{_moment(one.at)} {one.event} {_fields(one.fields)}" for one in story.events)
    yield from _chapter("Activity log", (iter([line]) for line in events))


def _chapter(title: str, parts: Iterable[Lines]) -> Lines:
    lines = list(chain.from_iterable(parts))
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _taken(one: "Arrived") -> Lines:
    arrival = one.arrival
    because = f" ({visible(arrival.reason)})" if arrival.reason else ""
    yield f"{_moment(arrival.taken_at)} from {visible(arrival.file)}, number {arrival.position + 1} in it"
    yield f"  {arrival.state}{because}; {_kept(arrival)}"
    yield from (f"  | {visible(line)}" for line in one.text.splitlines())


def _kept(arrival: "Arrival") -> str:
    if arrival.forgotten_at is not None:
        return f"bytes, plan, calls, answers and log were forgotten {_moment(arrival.forgotten_at)}"
    kept = f"the file is kept in the database as file {arrival.file_id}"
    if arrival.moved_to is None:
        return f"{kept}, and lies in the folder"
    return f"{kept}, and as {visible(arrival.moved_to)} among the processed" if arrival.moved_to else kept


def _understood(order: "Order") -> Lines:
    named = f"{KINDS.get(order.kind, order.kind)} {visible(order.order_no)}"
    whose = visible(f"{order.customer} {order.customer_name}".strip())
    yield f"{named} of {whose}, captured {order.captured_on} by {visible(order.rep) or 'nobody named'}"
    for line in order.lines:
        if line.product:
            yield f"  {_goods(line.quantity, line.product, line.unit_price, line.discount)} = {line.total:.2f}"
        else:
            yield f'  "{visible(line.description or line.note)}"'
    yield f"  {order.total:.2f} + {order.tax:.2f} tax = {order.total + order.tax:.2f} on the tablet"


def _planned(fate: "Fate") -> Lines:
    part, document = fate.part, fate.planned
    named = f"{_moment(part.planned_at)} {_named(part)}"
    if document is None:
        yield named
        return
    if not isinstance(document, SalesDocument):
        yield named
        yield from (f"  {line}" for line in _plain_fields(document))
        return
    yield f"{named}, {document.status}, dated {document.issued_on}"
    yield from (f"  {line}" for line in _document_lines(document))
    yield f"  {_sum(document.total - document.total_tax, document.total_tax, document.total)}"


def _named(part: "Part") -> str:
    """Shape: what has no number of its own, such as a note, is numbered by what it is."""
    number = visible(part.number)
    return number if number.startswith(part.kind) else f"{part.kind} {number}"


def _plain_fields(document: "Record") -> Lines:
    """What has no lines, field by field; what is long is cut."""
    for name, value in to_builtins(document).items():
        if value:
            yield f"{name.replace('_', ' ')}: {visible(str(value))[:LONGEST_SHOWN]}"


def _document_lines(document: SalesDocument) -> Lines:
    for line in document.lines:
        if line.quantity is None or line.unit_amount is None:
            yield f'"{visible(line.description)}"'
        else:
            name = line.item_code or line.description
            yield (
                f"{_goods(line.quantity, name, line.unit_amount, line.discount_rate)}, "
                f"account {line.account_code}, {line.tax_type}"
            )


def _goods(quantity: Decimal, name: str, price: Decimal, discount: Decimal) -> str:
    less = f" less {discount:f} %" if discount else ""
    return f"{quantity:f} {visible(name)} at {price:f}{less}"


def _sum(without: Decimal, tax: Decimal, total: Decimal) -> str:
    return f"{without:.2f} + {tax:.2f} tax = {total:.2f}"


def _sent(fate: "Fate") -> Lines:
    for one in fate.attempts:
        yield f"{_moment(one.sent_at)} {_named(fate.part)}, attempt {one.number}"
        yield f"  under the idempotency key {one.idempotency_key}"
        yield from (f"  {line}" for line in _answered(one))
    yield f"  → {fate.part.state}" + (f" {_moment(fate.part.settled_at)}" if fate.part.settled_at else "")


def _answered(one: "Attempt") -> Lines:
    for answer in one.answers:
        took_s = (answer.answered_at - one.sent_at).total_seconds()
        named = f", Xero's request id {visible(answer.request_id)}" if answer.request_id else ""
        yield f"{answer.method} {answer.resource} answered {answer.status} after {took_s:.1f} s{named}"
    if not one.answers:
        yield "no answer is on record"


def _held(fate: "Fate") -> Lines:
    if fate.booked is None:
        since = ", not read since it was posted" if isinstance(fate.planned, SalesDocument) else ""
        amount = f", {fate.part.total:.2f}" if fate.part.total else ""
        yield f"{_named(fate.part)}{amount}{since}"
    else:
        yield from _document(fate.booked)
    if fate.page:
        yield f"  {fate.page}"
    if fate.changes:
        yield "  the office changed:"
        yield from (f"    {visible(line)}" for line in in_words(fate.changes))
    for note in fate.notes:
        said = " ".join(part for part in (note.changes, note.details, f"by {note.user}" if note.user else "") if part)
        yield f"  {_moment(note.made_at)} {visible(said)}"


def _document(held: "BookedInvoice") -> Lines:
    changed = f", last changed {_moment(held.updated_at)}" if held.updated_at else ""
    yield f"{visible(held.number)} {held.status}{changed}"
    due = f"; {held.due:.2f} due" if held.kind == "ACCREC" else ""
    yield f"  {_sum(held.subtotal, held.total_tax, held.total)}{due}"
    for money in held.settlements:
        yield f"  {money.amount:.2f} by {money.kind} on {money.settled_on} {visible(money.reference)}".rstrip()


def _problem(one: "PastProblem") -> Lines:
    yield f"{_moment(one.opened_at)} {one.code}: {visible(one.message)}"
    if one.closed_at is None:
        yield f"  open → {visible(one.remedy)}"
    else:
        yield f"  closed {_moment(one.closed_at)}: {visible(one.closed_because or '')}"


def _fields(fields: dict[str, object]) -> str:
    return " ".join(f"{name}={visible(str(value))}" for name, value in fields.items() if name != "key")


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
