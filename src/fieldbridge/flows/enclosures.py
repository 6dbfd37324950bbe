"""What goes with a document: files the rep added, and a note of where it came from.

Source: Xero, attachments and history.
"""

from collections.abc import Iterator, Sequence

import msgspec

from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Change
from fieldbridge.core.records.documents import Enclosure, Remark
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import Shelf, contact_of

COLLECTIONS = {"invoice": "Invoices", "credit note": "CreditNotes", "quote": "Quotes"}
CONTACTS = "Contacts"
MARK = 8


def files_with(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Iterator[Change]:
    """A part for each file, on the first document, or on the customer where there is none; if the office wants them."""
    if not rules.attach_files:
        return
    document = next((one for one in made if one.kind in COLLECTIONS), None)
    collection = COLLECTIONS[document.kind] if document else CONTACTS
    contact_id = "" if document else contact_of(order, shelf.contacts).contact_id
    needs = {} if contact_id else {document.part if document else "contact": "record_id"}
    for number, name in enumerate(order.files, start=1):
        mark = digest(order.key.encode())[:MARK]
        file = Enclosure(collection=collection, record_id=contact_id, name=name, mark=mark)
        yield Change(key=order.key, kind="attachment", part=f"file {number}", number=name, document=file, needs=needs)


def told_of_files(order: Order, rules: TransactionRules, made: Sequence[Change]) -> Sequence[Change]:
    """The same Changes; the first says so when files are left where they are."""
    if not order.files or rules.attach_files or not made:
        return made
    note = f"{', '.join(order.files)}: not attached, because transactions.attach_files is off"
    return [msgspec.structs.replace(made[0], notes=(*made[0].notes, note)), *made[1:]]


def note_with(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Iterator[Change]:
    """A note on each document with the tablet's own id, where the office wants one."""
    for one in made if rules.history_note else ():
        if one.kind in COLLECTIONS:
            note = Remark(collection=COLLECTIONS[one.kind], record_id="", text=told(order))
            part = f"note on {one.part}"
            yield Change(
                key=order.key, kind="note", part=part, number=part, document=note, needs={one.part: "record_id"}
            )


def told(order: Order) -> str:
    """Where a document came from, in a sentence."""
    by = f" by {order.rep}" if order.rep else ""
    return f"Taken on a tablet{by}, {order.captured_at or order.captured_on}: order {order.order_no}, id {order.key}."
