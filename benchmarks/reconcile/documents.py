"""Each transaction is one document or one Problem, never both; and the document is what was taken and edited."""

from collections.abc import Iterator
from fractions import Fraction

from reconcile.arithmetic import NOUGHT
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
        elif len(found) != 1:
            yield f"{key}: taken once, {len(found)} times in the books"
        else:
            yield from (f"{key}: {said}" for said in _document(ground, one, found[0]))


def _has_reason(ground: Ground, key: str, one: Laid) -> bool:
    """Whether the files show why it is parked."""
    goods = {item["Code"] for item in ground.books["items"]}
    contact = ground.contacts[ground.holder(ground.codes[one.customer])]
    reasons = {
        "order.product_unknown": any(line.product not in goods for line in one.lines),
        "order.total_differs": one.worth != one.shown,
        "order.customer_archived": contact["ContactStatus"] != "ACTIVE",
    }
    return reasons.get(ground.parked[key], False)


def _document(ground: Ground, one: Laid, found: Row) -> Iterator[str]:
    goods = [line for line in found["LineItems"] if line.get("ItemCode")]
    shown = [(line["ItemCode"], Fraction(line["Quantity"]), Fraction(line["UnitAmount"])) for line in goods]
    if shown != [(line.product, line.quantity, line.price) for line in one.lines]:
        yield f"other lines in the books: {shown}"
    if (Fraction(found["SubTotal"]), Fraction(found["TotalTax"])) != one.worth:
        said = " + ".join(f"{float(some):.2f}" for some in one.worth)
        yield f"{found['SubTotal']} + {found['TotalTax']} in the books, {said} by the files"
    due = NOUGHT if one.status in GONE else sum(one.worth) - one.paid
    status = "PAID" if one.status == "AUTHORISED" and not due else one.status
    if (found["Status"], Fraction(found["AmountDue"])) != (status, due):
        yield f"{found['Status']} with {found['AmountDue']} due; by the files {status} with {float(due)}"
    if ground.holder(found["Contact"]["ContactID"]) != ground.holder(ground.codes[one.customer]):
        yield f"made out to another than {one.customer}"
    if one.rep not in found.get("Reference", ""):
        yield f"the reference {found.get('Reference')!r} lacks the rep {one.rep}"
