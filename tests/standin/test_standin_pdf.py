"""Documents as PDF, read by a reader of the tests' own."""

from __future__ import annotations

import re

import pytest


class Pdf:
    """A reader strict about what readers rely on: where the table is, where objects begin, how long streams are."""

    def __init__(self, body: bytes) -> None:
        assert body.startswith(b"%PDF-1.")
        assert body.endswith(b"%%EOF\n")
        start = int(re.search(rb"startxref\n(\d+)\n", body)[1])
        assert body[start : start + 5] == b"xref\n"
        entries = re.findall(rb"(\d{10}) \d{5} n \n", body[start:])
        self.objects = {}
        for number, at in enumerate(map(int, entries), start=1):
            found = re.compile(rb"%d 0 obj\n(.*?)\nendobj\n" % number, re.DOTALL).match(body, at)
            self.objects[number] = found[1]
        assert int(re.search(rb"/Size (\d+)", body[start:])[1]) == len(self.objects) + 1

    @property
    def pages(self) -> list[str]:
        kids = re.search(rb"/Kids \[([^]]*)\]", self.objects[2])[1]
        contents = [
            re.search(rb"/Contents (\d+) 0 R", self.objects[int(one)])[1] for one in re.findall(rb"(\d+) 0 R", kids)
        ]
        return [self.shown(self.objects[int(one)]) for one in contents]

    @staticmethod
    def shown(stream: bytes) -> str:
        length, drawn = re.fullmatch(rb"<< /Length (\d+) >>\nstream\n(.*)\nendstream", stream, re.DOTALL).groups()
        assert int(length) == len(drawn)
        lines = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", drawn)
        return "\n".join(re.sub(rb"\\(.)", rb"\1", line).decode("cp1252") for line in lines)


def pdf(caller, path):
    answer = caller.send("GET", path, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return Pdf(answer.content)


def test_an_invoice_on_paper_has_its_number_customer_lines_and_totals(caller, invoice):
    line = {
        "Description": "Kūmara (red) \\ £5",
        "Quantity": 3,
        "UnitAmount": 4.35,
        "DiscountRate": 10,
        "AccountCode": "200",
    }
    caller.put("Invoices", invoice | {"LineItems": [line], "Status": "AUTHORISED"})
    (page,) = pdf(caller, "Invoices/SO-1").pages
    assert "TAX INVOICE SO-1" in page
    assert "Kerikeri Foodmart" in page
    assert re.search(r"Kumara \(red\) \\ £5 +3 +4.3500 +10% +11.75", page)
    assert re.search(r"Subtotal +11.75\n +GST +1.76\n +Total NZD +13.51\n +Amount due +13.51", page)
    assert str(invoice["DueDate"]) in page
    assert pdf(caller, "Invoices/SO-1/pdf").pages == [page]


def test_a_long_document_goes_on_over_pages(caller, invoice):
    lines = [{"Description": f"Row {at}", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200"} for at in range(130)]
    caller.put("Invoices", invoice | {"LineItems": lines})
    pages = pdf(caller, "Invoices/SO-1").pages
    assert len(pages) == 3
    assert [f"Row {at} " in "\n".join(pages) for at in range(130)] == [True] * 130


@pytest.mark.parametrize(("collection", "title"), [("CreditNotes", "CREDIT NOTE"), ("Quotes", "QUOTE")])
def test_credit_notes_and_quotes_too(caller, invoice, collection, title):
    sent = {name: value for name, value in invoice.items() if name in ("Contact", "Date", "LineItems")}
    kind = {"Type": "ACCRECCREDIT"} if collection == "CreditNotes" else {}
    made = caller.put(collection, sent | kind).json()[collection][0]
    identity = made["CreditNoteID" if kind else "QuoteID"]
    assert title in pdf(caller, f"{collection}/{identity}").pages[0]


def test_an_unknown_document_is_a_404_and_lists_are_no_pdf(caller):
    headers = {"Accept": "application/pdf"}
    assert caller.send("GET", "Invoices/none", headers=headers).status_code == 404
    assert caller.send("GET", "Items", headers=headers).headers["content-type"].startswith("text/xml")
