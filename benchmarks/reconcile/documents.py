"""Each transaction is one document or one Problem, never both; and the document is what was taken and edited."""

from collections.abc import Iterator
from fractions import Fraction

from reconcile.arithmetic import NOUGHT, cents
from reconcile.ground import Ground, Laid, Row

GONE = ("VOIDED", "DELETED")


def faults(ground: Ground) -> Iterator[str]:
    """What does not tie between what was laid and the books."""
    for key in ground.ours.keys() - ground.laid.keys():
        yield f"{key}: in the books, but nobody took it"
    for key, one in ground.laid.items():
        found = ground.ours.get(key, [])
        if key in ground.parked:
            if found:
                yield f"{key}: in the books, and a Problem ({ground.parked[key]}) as well"
            if not _has_reason(ground, key, one):
                yield f"{key}: a Problem ({ground.parked[key]}) without a reason in the files"
        elif len(found) != (one.kind != "P"):
            yield f"{key}: taken once, {len(found)} times in the books"
        elif found:
            yield from (f"{key}: {said}" for said in _document(ground, one, found[0]))


def _has_reason(ground: Ground, key: str, one: Laid) -> bool:
    """Whether the files show why it is parked."""
    goods = {item["Code"] for item in ground.books["items"]}
    contact = ground.contacts[ground.holder(ground.codes[one.customer])] if one.customer in ground.codes else {}
    reasons = {
        "order.product_unknown": any(line.product not in goods for line in one.lines),
        "order.total_differs": one.worth != one.shown,
        "order.customer_archived": contact.get("ContactStatus") != "ACTIVE",
        "order.credit_too_much": bool(one.against) and _is_too_much(ground, one),
        "order.invoice_not_payable": any(
            bill["InvoiceNumber"] == one.against and bill["Status"] in GONE for bill in ground.invoices.values()
        ),
    }
    return reasons.get(ground.parked[key], False)


def _is_too_much(ground: Ground, one: Laid) -> bool:
    """Whether less is left of the invoice it names: for all, or for what was credited before."""
    (bill,) = (bill for bill in ground.invoices.values() if bill["InvoiceNumber"] == one.against)
    return sum(one.worth) > Fraction(bill["Total"]) - ground.credited.get(bill["InvoiceID"], NOUGHT)


def _document(ground: Ground, one: Laid, found: Row) -> Iterator[str]:
    goods = [line for line in found["LineItems"] if line.get("ItemCode")]
    shown = [(line["ItemCode"], Fraction(line["Quantity"]), Fraction(line["LineAmount"])) for line in goods]
    wanted = [(line.product, line.quantity, cents(line.quantity * line.price * line.share)) for line in one.lines]
    if shown != wanted:
        yield f"other lines in the books: {shown}"
    if (Fraction(found["SubTotal"]), Fraction(found["TotalTax"])) != one.worth:
        said = " + ".join(f"{float(some):.2f}" for some in one.worth)
        yield f"{found['SubTotal']} + {found['TotalTax']} in the books, {said} by the files"
    if one.lines and (found["LineAmountTypes"].upper() == "INCLUSIVE") != one.lines[0].has_tax_inside:
        yield f"amounts are {found['LineAmountTypes']} in the books"
    if "InvoiceID" in found:
        yield from _standing(ground, one, found)
    elif "CreditNoteID" in found:
        if found["Status"] != (one.status if Fraction(found["RemainingCredit"]) else "PAID"):
            yield f"{found['Status']} in the books, with {found['RemainingCredit']} of the credit left"
    elif found["Status"] != one.status:
        yield f"{found['Status']} in the books, {one.status} by the files"
    if ground.holder(found["Contact"]["ContactID"]) != ground.holder(ground.codes[one.customer]):
        yield f"made out to another than {one.customer}"
    if one.rep not in found.get("Reference", ""):
        yield f"the reference {found.get('Reference')!r} lacks the rep {one.rep}"


def _standing(ground: Ground, one: Laid, found: Row) -> Iterator[str]:
    """What is still due of an invoice: money of the office is in its journal, money of reps names its transaction.

    Credit notes say themselves what they were put against.
    """
    for_it = (Fraction(paid["Amount"]) for paid in ground.taken_for[found["InvoiceID"]])
    less = one.paid + sum(for_it) + ground.credited.get(found["InvoiceID"], NOUGHT)
    due = NOUGHT if one.status in GONE else sum(one.worth) - less
    status = "PAID" if one.status == "AUTHORISED" and not due else one.status
    if (found["Status"], Fraction(found["AmountDue"])) != (status, due):
        yield f"{found['Status']} with {found['AmountDue']} due; by the files {status} with {float(due)}"


def money(ground: Ground) -> Iterator[str]:
    """What a rep took is in the books under its transaction, to the cent: for invoices, or on account."""
    for key, one in ground.laid.items():
        booked = ground.taken_by[key]
        if booked != (NOUGHT if key in ground.parked else one.money):
            yield f"{key}: {float(one.money)} taken, {float(booked)} in the books"
