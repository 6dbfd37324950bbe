"""What came of a stretch of trade, as files without anything that differs from one time to the next, such as ids."""

import csv
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
INVOICE = ("InvoiceNumber", "Status", "Date", "DueDate", "Reference", "CurrencyCode", "LineAmountTypes", "SubTotal",
           "TotalTax", "Total", "AmountPaid", "AmountDue")  # fmt: skip
LINE = ("Description", "Quantity", "UnitAmount", "DiscountRate", "LineAmount", "TaxType", "TaxAmount", "AccountCode")


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
    codes = {one["ContactID"]: one.get("AccountNumber", "") for one in books["contacts"]}
    ours = sorted((one for one in books["invoices"] if one["Type"] == "ACCREC"), key=lambda one: one["InvoiceNumber"])
    numbers = {one["InvoiceID"]: one["InvoiceNumber"] for one in ours}
    _csv(made / "books" / "invoices.csv", ("Customer", *INVOICE),
         ([codes[one["Contact"]["ContactID"]], *_fields(one, INVOICE)] for one in ours))  # fmt: skip
    _csv(made / "books" / "lines.csv", ("InvoiceNumber", "ItemCode", *LINE),
         ([one["InvoiceNumber"], line.get("ItemCode", ""), *_fields(line, LINE)]
          for one in ours for line in one["LineItems"]))  # fmt: skip
    paid = [(numbers[one["Invoice"]["InvoiceID"]], one) for one in books["payments"] if "Invoice" in one]
    rows = ([number, *_fields(one, ("Date", "Amount", "Status"))] for number, one in paid)
    _csv(made / "books" / "payments.csv", ("InvoiceNumber", "Date", "Amount", "Status"), sorted(rows))
    return made


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
