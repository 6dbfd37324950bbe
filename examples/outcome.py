"""What came of a stretch of trade, as files without anything that differs from one time to the next, such as ids."""

import csv
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Table = tuple[str, Iterable[str], Iterable[Iterable[str]]]
DOCUMENT = ("Status", "Date", "Reference", "CurrencyCode", "LineAmountTypes", "SubTotal", "TotalTax", "Total")
INVOICE = ("DueDate", "AmountPaid", "AmountCredited", "AmountDue")
LINE = ("Description", "Quantity", "UnitAmount", "DiscountRate", "LineAmount", "TaxType", "TaxAmount", "AccountCode")
CONTACT = ("Name", "ContactStatus", "FirstName", "LastName")
KINDS = (("invoices", "InvoiceNumber", INVOICE), ("credit_notes", "CreditNoteNumber", ("RemainingCredit",)),
         ("quotes", "QuoteNumber", ("ExpiryDate",)))  # fmt: skip
OURS = {"invoices": "ACCREC", "credit_notes": "ACCRECCREDIT"}


def laid_out(ground: Path, books: Row, problems: list[Row]) -> Path:
    """Published files, sales history look by look, Problems, and sales documents; all of the books beside them."""
    made = ground / "outcome"
    shutil.copytree(ground / "site", made / "site", ignore=shutil.ignore_patterns("Processed", ".*"))
    _without_time_of_day(made / "site" / "Answers.csv")
    shutil.copytree(ground / "seen", made / "seen")
    _json(made / "problems.json", problems)
    _json(ground / "problems.json", problems)
    _json(ground / "books.json", books)
    (made / "books").mkdir()
    for name, header, rows in (*_documents(books), *_money(books), *_around(books)):
        _csv(made / "books" / f"{name}.csv", header, rows)
    return made


def _documents(books: Row) -> Iterator[Table]:
    """Invoices, credit notes and quotes, a file each, and the lines of all of them."""
    lines: list[list[str]] = []
    for kind, number, more in KINDS:
        documents = sorted(_sales(books, kind), key=lambda one, number=number: one[number])
        fields = (number, *DOCUMENT, *more)
        yield kind, ("Customer", *fields), [[_customer(books, one), *_fields(one, fields)] for one in documents]
        lines += ([one[number], line.get("ItemCode", ""), *_fields(line, LINE)]
                  for one in documents for line in one["LineItems"])  # fmt: skip
    yield "lines", ("Document", "ItemCode", *LINE), lines


def _money(books: Row) -> Iterator[Table]:
    """Payments for invoices, money on account, and what credit notes were put against."""
    numbers = {one["InvoiceID"]: one["InvoiceNumber"] for one in _sales(books, "invoices")}
    paid = [(numbers[one["Invoice"]["InvoiceID"]], one) for one in books["payments"] if "Invoice" in one]
    told = ("Date", "Amount", "Account", "Reference", "Status")
    rows = ([number, *_fields({**one, "Account": one["Account"]["Code"]}, told)] for number, one in paid)
    yield "payments", ("InvoiceNumber", *told), sorted(rows)
    beyond = (("Type", "Date", "Total", "Reference", "Status"), books["bank_transactions"])
    yield "on_account", ("Customer", *beyond[0]), sorted([_customer(books, one), *_fields(one, beyond[0])]
                                                         for one in beyond[1])  # fmt: skip
    against = ([note["CreditNoteNumber"], one["Invoice"]["InvoiceNumber"], *_fields(one, ("Amount", "Date"))]
               for note in _sales(books, "credit_notes") for one in note["Allocations"])  # fmt: skip
    yield "allocations", ("CreditNoteNumber", "InvoiceNumber", "Amount", "Date"), sorted(against)


def _around(books: Row) -> Iterator[Table]:
    """Customers, and the files that were attached to them and to documents."""
    names = {one["ContactID"]: one["Name"] for one in books["contacts"]}
    contacts = ([one.get("AccountNumber", ""), *_fields(one, CONTACT), names.get(one.get("MergedToContactID", ""), "")]
                for one in books["contacts"])  # fmt: skip
    yield "contacts", ("AccountNumber", *CONTACT, "MergedTo"), sorted(contacts)
    owners = names | {one[f"{number.removesuffix('Number')}ID"]: one[number]
                      for kind, number, _ in KINDS for one in _sales(books, kind)}  # fmt: skip
    told = ("FileName", "MimeType", "ContentLength", "SHA256")
    attached = ([owners[one["DocumentID"]], *_fields(one, told)] for one in books["attachments"])
    yield "attachments", ("AttachedTo", *told), sorted(attached)


def _sales(books: Row, kind: str) -> list[Row]:
    return [one for one in books[kind] if one.get("Type") == OURS.get(kind)]


def _customer(books: Row, one: Row) -> str:
    codes = {each["ContactID"]: each.get("AccountNumber", "") for each in books["contacts"]}
    return str(codes[one["Contact"]["ContactID"]])


def _without_time_of_day(file: Path) -> None:
    """When an answer was given depends on how often a busy machine had to wait."""
    if file.exists():
        file.write_bytes(re.sub(rb"(\d{4}-\d\d-\d\d)T[\d:]+Z", rb"\1", file.read_bytes()))


def _fields(row: Row, names: Iterable[str]) -> list[str]:
    return ["" if row.get(name) is None else f"{row[name]}" for name in names]


def _csv(file: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        written = csv.writer(handle, lineterminator="\n")
        written.writerow(header)
        written.writerows(rows)


def _json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")
