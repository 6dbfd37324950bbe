"""What credits and money alone were put against: the invoice that is named, else the oldest, and as far as they go.

What was open at that moment is judged by what is still open in the end: what is due only falls.
"""

from collections.abc import Iterator
from fractions import Fraction

from reconcile.arithmetic import NOUGHT
from reconcile.ground import Ground, Row

Put = tuple[str, Fraction]


def credit_notes(ground: Ground) -> Iterator[str]:
    """Each credit note of ours is put against an invoice as far as there is one, and both sides say so."""
    for key, (note, *_) in ground.ours.items():
        if "CreditNoteID" in note:
            puts = [(one["Invoice"]["InvoiceID"], Fraction(one["Amount"])) for one in note["Allocations"]]
            left = Fraction(note["RemainingCredit"])
            if sum((amount for _, amount in puts), left) != Fraction(note["Total"]):
                yield f"{key}: a credit of {note['Total']}, put against {puts}, and {float(left)} of it left"
            yield from (f"{key}: {said}" for said in _chosen(ground, key, note["Contact"]["ContactID"], puts, left))
    noted = {(one["Invoice"]["InvoiceID"], note["CreditNoteID"], one["Amount"])
             for note in ground.books["credit_notes"] for one in note["Allocations"]}  # fmt: skip
    shown = {(bill["InvoiceID"], one["CreditNoteID"], one["AppliedAmount"])
             for bill in ground.invoices.values() for one in bill.get("CreditNotes", ())}  # fmt: skip
    yield from (f"an allocation that one side alone knows: {one}" for one in noted ^ shown)


def money_alone(ground: Ground) -> Iterator[str]:
    """Money that came by itself pays what is open, the oldest first; only what is beyond is on account."""
    for key, one in ground.laid.items():
        if one.kind == "P" and key not in ground.parked:
            puts = [(bill, Fraction(paid["Amount"])) for bill, paid in ground.paid_by[key]]
            contact_id = ground.codes[one.customer]
            left = ground.on_account.get(key, NOUGHT)
            yield from (f"{key}: {said}" for said in _chosen(ground, key, contact_id, puts, left))


def _chosen(ground: Ground, key: str, contact_id: str, puts: list[Put], left: Fraction) -> Iterator[str]:
    one = ground.laid.get(key)
    if one is None:
        return
    bills = [ground.invoices[bill] for bill, _ in puts]
    whose = ground.holder(contact_id, one.laid_at)
    if any(ground.holder(bill["Contact"]["ContactID"]) != ground.holder(contact_id) for bill in bills):
        yield "put against an invoice of another customer"
    if one.against:
        if [bill["InvoiceNumber"] for bill in bills] not in ([], [one.against]):
            yield f"put against {[bill['InvoiceNumber'] for bill in bills]}, and it names {one.against}"
        every = (bill for some in ground.left_open.values() for bill in some)
        open_ones = [bill for bill in every if bill["InvoiceNumber"] == one.against]
    else:
        # A merged customer's invoices are its heir's in the end, so no other can have been this customer's.
        known = ground.left_open[ground.holder(contact_id)]
        open_ones = [bill for bill in known if _was_open(ground, one.laid_at, whose, bill)]
    newest = max((_age(bill) for bill in bills), default=("", ""))
    for bill in open_ones:
        if left or _age(bill) < newest:
            yield f"{bill['InvoiceNumber']} was left open, with {float(left)} to spare, or for a newer one"


def _was_open(ground: Ground, at: int, whose: str, bill: Row) -> bool:
    """Whether it was that customer's, and the office had approved it, before this came."""
    approved = ground.approved_at.get(bill["InvoiceNumber"])
    return approved is not None and approved < at and ground.holder(bill["Contact"]["ContactID"], at) == whose


def _age(bill: Row) -> tuple[str, str]:
    return bill["Date"], bill["InvoiceNumber"]
