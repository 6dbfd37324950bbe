"""A year of invoices, credit notes and payments, priced and settled by the books' own arithmetic."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from fieldbridge.standin.documents.allocations import allocate
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.documents.terms import due_day
from fieldbridge.standin.pricing.money import ZERO, line_amount, line_tax, total_discount, totals
from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.wire.answers import Record

_INVOICES_PER_CONTACT_MONTH = Decimal("0.625")
_ONE, _CENTS = Decimal("1.000000"), Decimal("0.01")
_NEVER_PAID, _HALF_PAID = 0.06, 0.03


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
        customer = sower.chance.choice(customers)
        identity = _sow_invoice(sower, customer, _some(sower, items), day, "DRAFT" if at % 41 == 40 else "AUTHORISED")
        if at % 25 == 24:
            _sow_credit(sower, sower.books.invoices[identity], is_allocated=at % 3 > 0)
        _sow_payment(sower, sower.books.invoices[identity])


def _sow_invoice(sower: Sower, customer: Record, items: list[Record], day: date, status: str) -> str:
    books = sower.books
    invoice = _document(sower, customer["ContactID"], day, [_discounted(sower, _line(sower, item)) for item in items])
    invoice |= {
        "InvoiceID": books.new_id(), "Type": "ACCREC", "InvoiceNumber": books.next_number("INV-", books.invoices),
        "Reference": f"PO {sower.chance.randrange(1000, 9999)}", "DueDate": due_day(_terms(sower, customer), day),
        "Status": status, "TotalDiscount": total_discount(invoice["LineItems"]), "CreditNotes": [],
        "SentToContact": status == "AUTHORISED",
    }  # fmt: skip
    books.invoices.put(settle(books, INVOICE, invoice))
    if not customer["IsCustomer"]:
        books.contacts.put({**books.contacts[customer["ContactID"]], "IsCustomer": True})
    return str(invoice["InvoiceID"])


def _sow_payment(sower: Sower, invoice: Record) -> None:
    """About when it is due, mostly in full, now and then half; some never. The last change is the payment."""
    chance = sower.chance
    day = max(invoice["DueDate"] + timedelta(days=chance.randrange(-6, 10)), invoice["Date"])
    is_never, share = chance.random() < _NEVER_PAID, 2 if chance.random() < _HALF_PAID else 1
    if invoice["Status"] != "AUTHORISED" or not invoice["AmountDue"] or day >= sower.today or is_never:
        return
    instant, amount = sower.instant_on(day), (invoice["AmountDue"] / share).quantize(_CENTS)
    sower.books.payments.put(_payment(sower, invoice["InvoiceID"], amount, day, instant))
    sower.books.invoices.put(settle(sower.books, INVOICE, {**invoice, "UpdatedDateUTC": instant}))


def _payment(sower: Sower, invoice_id: str, amount: Decimal, day: date, instant: datetime) -> Record:
    account = next(row for row in sower.books.accounts.rows() if row["Type"] == "BANK")
    return {
        "PaymentID": sower.books.new_id(), "Invoice": {"InvoiceID": invoice_id},
        "Account": {"AccountID": account["AccountID"], "Code": account["Code"]}, "Date": day, "Amount": amount,
        "BankAmount": amount, "CurrencyRate": _ONE, "Reference": "Direct credit", "Status": "AUTHORISED",
        "PaymentType": "ACCRECPAYMENT", "IsReconciled": True, "UpdatedDateUTC": instant,
    }  # fmt: skip


def _sow_credit(sower: Sower, invoice: Record, *, is_allocated: bool) -> None:
    """One of the invoice's first item comes back, put against the invoice or left open."""
    books, returned = sower.books, invoice["LineItems"][0]
    line = _priced(sower, {**_line(sower, books.item(returned["ItemCode"]) or {}), "Quantity": Decimal(1)}, ZERO)
    credit = _document(sower, invoice["Contact"]["ContactID"], invoice["Date"], [line])
    credit |= {
        "CreditNoteID": books.new_id(), "Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Allocations": [],
        "CreditNoteNumber": books.next_number("CN-", books.credit_notes), "Reference": "Short dated stock",
    }  # fmt: skip
    stored = books.credit_notes.put(settle(books, CREDIT_NOTE, credit))
    if is_allocated and invoice["Status"] == "AUTHORISED" and invoice["AmountDue"] >= stored["RemainingCredit"]:
        _allocate(sower, stored, invoice["InvoiceID"])


def _allocate(sower: Sower, credit: Record, invoice_id: str) -> None:
    """Put the credit against the invoice, dated as on its own day."""
    books = sower.books
    allocate(books, CREDIT_NOTE, credit, {"Date": credit["Date"], "Invoice": {"InvoiceID": invoice_id}})
    changed = {"UpdatedDateUTC": sower.instant_on(credit["Date"])}
    books.invoices.put({**books.invoices[invoice_id], **changed})
    books.credit_notes.put({**books.credit_notes[credit["CreditNoteID"]], **changed})


def _document(sower: Sower, contact_id: str, day: date, lines: list[Record]) -> Record:
    return {
        "Contact": {"ContactID": contact_id}, "Date": day, "LineAmountTypes": "Exclusive",
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
