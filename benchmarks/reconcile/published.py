"""What lies in the folder of the tablets, against the books."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from reconcile.arithmetic import NOUGHT
from reconcile.ground import Ground, Row

TOLD = {
    "DRAFT": ("posted",),
    "AUTHORISED": ("approved", "part-paid"),
    "PAID": ("paid", "credited"),
    "VOIDED": ("voided",),
    "DELETED": ("deleted",),
    **{status: (status.lower(),) for status in ("SENT", "ACCEPTED", "DECLINED", "INVOICED")},
}
DOCUMENTS = ("I", "C", "Q")
LESS = (
    ("credit_notes", "ACCRECCREDIT"),
    ("overpayments", "RECEIVE-OVERPAYMENT"),
    ("prepayments", "RECEIVE-PREPAYMENT"),
)


def balances(ground: Ground) -> Iterator[str]:
    """Customer.csv shows active customers, each with what the books say is owed."""
    shown = {row["CustomerID"]: Fraction(row["BalanceTotal"] or 0) for row in ground.published("Customer.csv")}
    active = {code: one for code, one in ground.codes.items() if ground.contacts[one]["ContactStatus"] == "ACTIVE"}
    if shown.keys() != active.keys():
        yield f"Customer.csv and the active contacts differ: {sorted(shown.keys() ^ active.keys())}"
    owed = _owed(ground)
    for code in shown.keys() & active.keys():
        if shown[code] != owed[active[code]]:
            yield f"{code}: owes {float(owed[active[code]])} by the books, {float(shown[code])} on the tablets"


def _owed(ground: Ground) -> dict[str, Fraction]:
    owed: dict[str, Fraction] = defaultdict(Fraction)
    for name, kind, field, sign in (
        ("invoices", "ACCREC", "AmountDue", 1), *((name, kind, "RemainingCredit", -1) for name, kind in LESS),
    ):  # fmt: skip
        for one in ground.books[name]:
            if one["Type"] == kind and one["Status"] == "AUTHORISED":
                owed[ground.holder(one["Contact"]["ContactID"])] += sign * Fraction(one[field])
    return owed


def prices(ground: Ground) -> Iterator[str]:
    """Product.csv shows what is sold, at Xero's price."""
    shown = {row["SKUCode"]: row["SellPrice1"] for row in ground.published("Product.csv")}
    sold = {one["Code"]: one["SalesDetails"]["UnitPrice"] for one in ground.books["items"] if one["IsSold"]}
    for code, price in sold.items():
        if Fraction(shown.get(code) or 0) != Fraction(price):
            yield f"{code}: {price} in the books, {shown.get(code)} on the tablets"


def answers(ground: Ground) -> Iterator[str]:
    """Answers.csv says of each document what the books say, and of what is parked that it is."""
    for row in ground.published("Answers.csv"):
        key, booked = row["OpmetrixID"], ground.ours.get(row["OpmetrixID"])
        if (key in ground.parked) != (row["Status"] == "parked"):
            yield f"{key}: the rep was told {row['Status']}"
        elif row["DocumentType"] in DOCUMENTS and booked and row["DocumentStatus"] not in TOLD[booked[0]["Status"]]:
            yield f"{key}: {booked[0]['Status']} in the books, and the rep was told {row['DocumentStatus']}"


def history(ground: Ground) -> Iterator[str]:
    """A cloud that replaces a document by every newer version ends with all that was approved, to the cent."""
    told = _told(ground)
    for key, (one, *_) in ground.ours.items():
        number = one.get("InvoiceNumber") or one.get("CreditNoteNumber") or one["QuoteNumber"]
        rows = told.get(number, [])
        if one["Status"] in ("AUTHORISED", "PAID"):
            yield from (f"{number}: {said}" for said in _approved(ground, key, one, rows))
        elif one["Status"] == "VOIDED" and any(Fraction(row[16]) for row in rows):
            yield f"{number}: voided in the books, sold in the history of the tablets"
        elif one["Status"] != "VOIDED" and rows:
            yield f"{number}: never approved, and in the history of the tablets"


def _approved(ground: Ground, key: str, one: Row, rows: list[list[str]]) -> Iterator[str]:
    goods = [line for line in one["LineItems"] if line.get("ItemCode")]
    sign = -1 if "CreditNoteID" in one else 1
    lines = [(line["ItemCode"], sign * Fraction(line["Quantity"]), sign * _without_tax(one, line)) for line in goods]
    if [(row[14], Fraction(row[16]), Fraction(row[20])) for row in rows] != lines:
        yield "the history of the tablets differs from the books"
    elif (rows[0][1], rows[0][9]) != (key, ground.laid[key].rep):
        yield f"the history says {rows[0][1]} by {rows[0][9]}"


def _without_tax(one: Row, line: Row) -> Fraction:
    inside = Fraction(line["TaxAmount"]) if one["LineAmountTypes"] == "Inclusive" else NOUGHT
    return Fraction(line["LineAmount"]) - inside


def _told(ground: Ground) -> dict[str, list[list[str]]]:
    """Rows by document, each as it was last published."""
    told: dict[str, list[list[str]]] = {}
    for file in sorted((ground.folder / "seen").iterdir()):
        fresh: dict[str, list[list[str]]] = defaultdict(list)
        with file.open(encoding="cp1252", newline="") as rows:
            for row in csv.reader(rows):
                fresh[row[0]].append(row)
        told |= fresh
    return told
