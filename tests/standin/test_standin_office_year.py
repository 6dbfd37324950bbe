"""Whatever an office does, in whatever order: stock, amounts due and balances are what the documents say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from standin_office import Office

ON_HAND = 40
QUANTITIES = some.integers(1, 25)
OUT = {"ACCREC": -1, "ACCPAY": 1, "ACCRECCREDIT": 1, "ACCPAYCREDIT": -1}
APPROVED = ("AUTHORISED", "PAID")


class Year(RuleBasedStateMachine):
    """Two tracked items, one customer who is a supplier too. `stock` is what the accepted calls must have left."""

    invoices = Bundle("invoices")
    notes = Bundle("notes")
    payments = Bundle("payments")
    allocations = Bundle("allocations")

    @initialize()
    def open(self) -> None:
        self.office = Office()
        books = self.office.books
        tracked = [item for item in books.items.rows() if item["IsTrackedAsInventory"] and item["IsSold"]][:2]
        self.codes = [item["Code"] for item in tracked]
        self.stock = dict.fromkeys(self.codes, Decimal(ON_HAND))
        for item in tracked:
            books.items.put({**item, "QuantityOnHand": Decimal(ON_HAND)})
        made = self.office.call("PUT", "Contacts", {"Name": "Both Ways Limited"})
        self.contact = made["Contacts"][0]["ContactID"]

    def lines(self, quantities: tuple[int, int]) -> list[dict[str, Any]]:
        return [
            {"ItemCode": code, "Description": code, "Quantity": quantity, "UnitAmount": "3.35", "AccountCode": account}
            for code, quantity, account in zip(self.codes, quantities, ("200", "200"), strict=True)
        ]

    def document(self, kind: str, quantities: tuple[int, int], status: str) -> dict[str, Any]:
        account = "200" if kind in ("ACCREC", "ACCRECCREDIT") else "400"
        lines = [{**line, "AccountCode": account} for line in self.lines(quantities)]
        if account == "400":
            lines = [{**line, "TaxType": "INPUT2"} for line in lines]
        return {"Type": kind, "Contact": {"ContactID": self.contact}, "Status": status, "LineItems": lines}

    def effect(self, document: dict[str, Any] | None) -> dict[str, Decimal]:
        """What a document did to the shelves, by the books."""
        moved = dict.fromkeys(self.codes, Decimal(0))
        if document and document["Status"] in APPROVED:
            for line in document["LineItems"]:
                moved[line["ItemCode"]] += OUT[document["Type"]] * Decimal(str(line["Quantity"]))
        return moved

    def write(self, collection: str, method: str, body: dict[str, Any], identity: str = "") -> dict[str, Any] | None:
        """Make or change a document; the stock must move as it says, or for a refusal not at all."""
        table = {"Invoices": self.office.books.invoices, "CreditNotes": self.office.books.credit_notes}[collection]
        known = table.get(identity) if identity else None
        before, after = self.effect(known), self.effect({**(known or {}), **body})
        moved = {code: after[code] - before[code] for code in self.codes}
        is_short = any(one < 0 and self.stock[code] + one < 0 for code, one in moved.items())
        path = f"{collection}/{identity}" if identity else collection
        status, content = self.office.try_call(method, path, body)
        if status != 200:
            assert content["Type"] == "ValidationException", content
            assert is_short or "exceeds the quantity on hand" not in str(content)
            return None
        assert not is_short
        for code, quantity in moved.items():
            self.stock[code] += quantity
        document: dict[str, Any] = content[collection][0]
        return document

    @rule(
        target=invoices, kind=some.sampled_from(("ACCREC", "ACCREC", "ACCPAY")),
        quantities=some.tuples(QUANTITIES, QUANTITIES), status=some.sampled_from(("DRAFT", "AUTHORISED", "AUTHORISED")),
    )  # fmt: skip
    def invoice(self, kind: str, quantities: tuple[int, int], status: str) -> Any:
        shown = self.write("Invoices", "PUT", self.document(kind, quantities, status))
        return shown["InvoiceID"] if shown else multiple()

    @rule(target=notes, kind=some.sampled_from(("ACCRECCREDIT", "ACCPAYCREDIT")), quantity=QUANTITIES)
    def credit(self, kind: str, quantity: int) -> Any:
        shown = self.write("CreditNotes", "PUT", self.document(kind, (quantity, 1), "AUTHORISED"))
        return shown["CreditNoteID"] if shown else multiple()

    @rule(invoice=invoices, quantities=some.tuples(QUANTITIES, QUANTITIES))
    def change(self, invoice: str, quantities: tuple[int, int]) -> None:
        kind = self.office.books.invoices[invoice]["Type"]
        lines = self.document(kind, quantities, "")["LineItems"]
        self.write("Invoices", "POST", {"LineItems": lines}, invoice)

    @rule(invoice=invoices, status=some.sampled_from(("AUTHORISED", "VOIDED", "DELETED", "SUBMITTED")))
    def turn(self, invoice: str, status: str) -> None:
        self.write("Invoices", "POST", {"Status": status}, invoice)

    @rule(target=payments, invoice=invoices, share=some.sampled_from(("0.5", "0.99", "1", "1.01")))
    def pay(self, invoice: str, share: str) -> Any:
        due = self.office.books.invoices[invoice]["AmountDue"]
        amount = max((due * Decimal(share)).quantize(Decimal("0.01")), Decimal("0.01"))
        body = {"Invoice": {"InvoiceID": invoice}, "Account": {"Code": "090"}, "Amount": amount}
        status, content = self.office.try_call("PUT", "Payments", body)
        assert (status == 200) == (amount <= due and self.was_approved(invoice)), content
        return content["Payments"][0]["PaymentID"] if status == 200 else multiple()

    def was_approved(self, invoice: str) -> bool:
        return self.office.books.invoices[invoice]["Status"] in APPROVED

    @rule(payment=consumes(payments))
    def reverse(self, payment: str) -> None:
        self.office.call("POST", f"Payments/{payment}", {"Status": "DELETED"})

    @rule(target=allocations, credit=notes, invoice=invoices, amount=some.decimals("0.01", "60", places=2))
    def allocate(self, credit: str, invoice: str, amount: Decimal) -> Any:
        body = {"Amount": amount, "Invoice": {"InvoiceID": invoice}}
        status, content = self.office.try_call("PUT", f"CreditNotes/{credit}/Allocations", body)
        return f"{credit}/Allocations/{content['Allocations'][0]['AllocationID']}" if status == 200 else multiple()

    @rule(allocation=consumes(allocations))
    def take_back(self, allocation: str) -> None:
        self.office.call("DELETE", f"CreditNotes/{allocation}")

    @invariant()
    def shelves_hold_what_the_documents_left(self) -> None:
        if hasattr(self, "office"):
            held = {code: self.office.books.item(code)["QuantityOnHand"] for code in self.codes}
            assert held == self.stock

    @invariant()
    def every_amount_due_follows_from_payments_and_allocations(self) -> None:
        if not hasattr(self, "office"):
            return
        books = self.office.books
        for invoice in books.invoices.rows():
            paid = sum(one["Amount"] for one in books.payments.find("document", invoice["InvoiceID"])
                       if one["Status"] == "AUTHORISED")  # fmt: skip
            credited = sum(
                entry["Amount"] for note in books.credit_notes.rows() for entry in note["Allocations"]
                if entry["Invoice"]["InvoiceID"] == invoice["InvoiceID"]
            )  # fmt: skip
            gone = invoice["Status"] in ("VOIDED", "DELETED")
            assert (invoice["AmountPaid"], invoice["AmountCredited"]) == (paid, credited)
            assert invoice["AmountDue"] == (0 if gone else invoice["Total"] - paid - credited)
            assert invoice["AmountDue"] >= 0
            if invoice["Status"] in APPROVED:
                assert (invoice["Status"] == "PAID") == (invoice["AmountDue"] == 0)

    @invariant()
    def the_customer_owes_what_is_open(self) -> None:
        if not hasattr(self, "office"):
            return
        books = self.office.books
        shown = self.office.call("GET", f"Contacts/{self.contact}")["Contacts"][0]["Balances"]
        for side, kind, credit in (
            ("AccountsReceivable", "ACCREC", "ACCRECCREDIT"), ("AccountsPayable", "ACCPAY", "ACCPAYCREDIT"),
        ):  # fmt: skip
            owed = sum(one["AmountDue"] for one in books.invoices.rows()
                       if one["Type"] == kind and one["Status"] == "AUTHORISED")  # fmt: skip
            left = sum(one["RemainingCredit"] for one in books.credit_notes.rows()
                       if one["Type"] == credit and one["Status"] == "AUTHORISED")  # fmt: skip
            assert shown[side]["Outstanding"] == owed - left


TestYear = Year.TestCase
TestYear.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
