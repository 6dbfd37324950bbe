"""A year of invoices, credit notes and payments, priced and settled by the books' own arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fieldbridge.standin.documents.allocations import allocate
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.documents.terms import due_day
from fieldbridge.standin.pricing.money import ZERO, line_amount, line_tax, total_discount, totals
from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.wire.answers import Record

_INVOICES_PER_CONTACT_MONTH = Decimal("0.625")
_ONE = Decimal("1.000000")


def sow_trade(sower: Sower) -> None:
    """About 1,500 invoices and 60 credit notes for 200 contacts over 12 months, oldest first."""
    customers = [row for row in sower.books.contacts.rows() if not row["IsSupplier"]]
    items = [row for row in sower.books.items.rows() if row["IsSold"]]
    if not customers or not items:
        return
    count = int(_INVOICES_PER_CONTACT_MONTH * len(sower.books.contacts) * sower.options.history_months)
    span = (sower.today - sower.first_day).days
    for at in range(count):
        day = sower.first_day + timedelta(days=span * at // count)
        _sow_invoice(sower, at, sower.chance.choice(customers), items, day)
        if at % 25 == 24:
            _sow_credit(sower, at, sower.chance.choice(customers), items, day)


def _sow_invoice(sower: Sower, at: int, customer: Record, items: list[Record], day: date) -> None:
    books, chance = sower.books, sower.chance
    due = due_day(_terms(sower, customer), day)
    draft = at % 41 == 40
    invoice = _document(sower, customer, day, [_discounted(sower, _line(sower, item)) for item in _some(sower, items)])
    invoice |= {
        "InvoiceID": books.new_id(), "Type": "ACCREC", "InvoiceNumber": books.next_number("INV-", books.invoices),
        "Reference": f"PO {chance.randrange(1000, 9999)}", "DueDate": due, "Status": "DRAFT" if draft else "AUTHORISED",
        "TotalDiscount": total_discount(invoice["LineItems"]), "CreditNotes": [], "SentToContact": not draft,
    }  # fmt: skip
    paid_on = min(due + timedelta(days=chance.randrange(-6, 10)), sower.today)
    overdue = chance.random() < 0.06
    if not draft and paid_on < sower.today and not overdue:
        _sow_payment(sower, invoice, paid_on)
    books.invoices.put(settle(books, INVOICE, invoice))
    if not customer["IsCustomer"]:
        books.contacts.put({**books.contacts[customer["ContactID"]], "IsCustomer": True})


def _sow_payment(sower: Sower, invoice: Record, day: date) -> None:
    """Mostly in full, now and then a part. The invoice's last change is its payment."""
    books, total = sower.books, invoice["Total"]
    amount = (total / 2).quantize(Decimal("0.01")) if sower.chance.random() < 0.03 else total
    account = books.account("090")
    instant = sower.instant_on(max(day, invoice["Date"]))
    invoice["UpdatedDateUTC"] = instant
    if account and amount:
        books.payments.put(
            {
                "PaymentID": books.new_id(), "Invoice": {"InvoiceID": invoice["InvoiceID"]},
                "Account": {"AccountID": account["AccountID"], "Code": "090"}, "Date": max(day, invoice["Date"]),
                "Amount": amount, "BankAmount": amount, "CurrencyRate": _ONE, "Reference": "Direct credit",
                "Status": "AUTHORISED", "PaymentType": "ACCRECPAYMENT", "IsReconciled": True,
                "UpdatedDateUTC": instant,
            }
        )  # fmt: skip


def _sow_credit(sower: Sower, at: int, customer: Record, items: list[Record], day: date) -> None:
    books = sower.books
    credit = _document(sower, customer, day, [_line(sower, sower.chance.choice(items))])
    credit |= {
        "CreditNoteID": books.new_id(), "Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Allocations": [],
        "CreditNoteNumber": books.next_number("CN-", books.credit_notes), "Reference": "Short dated stock",
    }  # fmt: skip
    stored = books.credit_notes.put(settle(books, CREDIT_NOTE, credit))
    if at % 3:
        _allocate(sower, stored, day)


def _allocate(sower: Sower, credit: Record, day: date) -> None:
    """Put the credit against an open invoice that is large enough, dated as on that day."""
    books = sower.books
    opened = books.invoices.find("open", credit["Contact"]["ContactID"])
    invoice = next((row for row in opened if row["AmountDue"] >= credit["RemainingCredit"] > 0), None)
    if invoice is None:
        return
    allocate(books, credit, {"Date": day, "Invoice": {"InvoiceID": invoice["InvoiceID"]}})
    changed = {"UpdatedDateUTC": sower.instant_on(day)}
    books.invoices.put({**books.invoices[invoice["InvoiceID"]], **changed})
    books.credit_notes.put({**books.credit_notes[credit["CreditNoteID"]], **changed})


def _document(sower: Sower, customer: Record, day: date, lines: list[Record]) -> Record:
    return {
        "Contact": {"ContactID": customer["ContactID"]}, "Date": day, "LineAmountTypes": "Exclusive",
        "LineItems": lines, **totals(lines, "Exclusive"), "CurrencyCode": "NZD", "CurrencyRate": _ONE,
        "UpdatedDateUTC": sower.instant_on(day),
    }  # fmt: skip


def _terms(sower: Sower, customer: Record) -> Record:
    own: Record = customer.get("PaymentTerms") or {}
    return own.get("Sales") or dict(sower.books.organisation["PaymentTerms"]["Sales"])


def _some(sower: Sower, items: list[Record]) -> list[Record]:
    return sower.chance.sample(items, min(len(items), sower.chance.randrange(1, 8)))


def _line(sower: Sower, item: Record) -> Record:
    details = item["SalesDetails"]
    line: Record = {
        "LineItemID": sower.books.new_id(), "Description": item["Description"], "ItemCode": item["Code"],
        "Quantity": Decimal(sower.chance.randrange(1, 37)), "UnitAmount": details["UnitPrice"], "AccountCode": "200",
        "TaxType": details["TaxType"], "Tracking": [],
    }  # fmt: skip
    return _priced(sower, line, ZERO)


def _discounted(sower: Sower, line: Record) -> Record:
    """Three lines in seven have a discount."""
    rate = Decimal(sower.chance.choice((0, 0, 0, 0, 4, 5, 10)))
    return _priced(sower, {**line, "DiscountRate": rate}, rate) if rate else line


def _priced(sower: Sower, line: Record, rate: Decimal) -> Record:
    amount = line_amount(line["Quantity"], line["UnitAmount"], rate)
    tax = sower.books.tax_rates[line["TaxType"]]["EffectiveRate"]
    return {**line, "LineAmount": amount, "TaxAmount": line_tax(amount, tax, "Exclusive")}
