"""What a document becomes when a caller sends fields for it: contact, days, lines, totals, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.parties import party
from fieldbridge.standin.documents.approvals import cap_faults
from fieldbridge.standin.documents.kinds import INVOICE, Kind
from fieldbridge.standin.documents.locks import lock_faults
from fieldbridge.standin.documents.rates import day_rate
from fieldbridge.standin.documents.status import APPROVED, settled_faults, status_faults
from fieldbridge.standin.documents.terms import due_day
from fieldbridge.standin.pricing.lines import price_lines, recode_line
from fieldbridge.standin.pricing.money import total_discount, totals
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.wire.answers import Record, RefusedError


@dataclass
class Draft:
    """One document on its way: what it was, what was sent, and the faults found so far."""

    books: Books
    kind: Kind
    before: Record | None
    sent: Record
    unit_decimals: int
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def completed(self) -> Record:
        """The document as it will be. Errors: RefusedError with every text found."""
        after = self._headed()
        self.errors += status_faults(self.before, after["Status"])
        if self.errors:
            raise RefusedError(*self.errors)
        after["Contact"] = self._contact()
        after["LineItems"] = self._lines(after)
        after |= totals(after["LineItems"], after["LineAmountTypes"])
        mode = self.books.switches.rounding
        after["TotalDiscount"] = total_discount(after["LineItems"], mode) if self.kind.allows_discount else None
        self._check(after)
        if self.errors:
            raise RefusedError(*self.errors)
        return after

    def _headed(self) -> Record:
        """The fields above the lines, with their defaults."""
        fresh: Record = {
            self.kind.id_field: self.books.new_id(), "Date": self.books.today(), "Status": "DRAFT",
            "LineAmountTypes": "Exclusive", "CurrencyCode": self.books.organisation["BaseCurrency"],
            "LineItems": [],
        } if self.before is None else dict(self.before)  # fmt: skip
        header = {name: value for name, value in self.sent.items() if name not in ("Contact", "LineItems")}
        after = {**fresh, **header, self.kind.id_field: fresh[self.kind.id_field]}
        after.setdefault("CurrencyRate", day_rate(self.books, after["CurrencyCode"]))
        if self.before is not None:
            after["Type"] = self.before["Type"]
        elif "Type" not in after:
            raise RefusedError(self.books.switches.text_document_type)
        return after

    def _contact(self) -> Record:
        """The contact as {"ContactID"}; empty when there is none to be had, with the reason among the errors."""
        if self.before and "Contact" not in self.sent:
            return dict(self.before["Contact"])
        try:
            return {"ContactID": party(self.books, self.sent.get("Contact", {}))["ContactID"]}
        except RefusedError as refused:
            self.errors += refused.messages
            return {}

    def _lines(self, after: Record) -> list[Record]:
        known: list[Record] = self.before["LineItems"] if self.before else []
        pricing = self._pricing(after)
        if "LineItems" in self.sent:
            lines = price_lines(pricing, self.sent["LineItems"], known)
        elif self.before and self.before["LineAmountTypes"] != after["LineAmountTypes"]:
            lines = [recode_line(pricing, _without_tax(line)) for line in known]
        elif pricing.is_approved:
            lines = [recode_line(pricing, dict(line)) for line in known]
        else:
            lines = known
        self.errors += pricing.errors
        self.warnings += pricing.warnings
        return lines

    def _pricing(self, after: Record) -> Pricing:
        is_sale = self.kind.is_sale(after)
        return Pricing(
            self.books,
            "SalesDetails" if is_sale else "PurchaseDetails",
            after["LineAmountTypes"],
            after["Status"] in APPROVED,
            self.kind.allows_discount and is_sale,
            self.unit_decimals,
        )

    def _check(self, after: Record) -> None:
        self.errors += lock_faults(self.books, _ledger_day(after), _ledger_day(self.before))
        if after["CurrencyCode"] not in (row["Code"] for row in self.books.currencies.rows()):
            self.errors.append(f"Organisation is not subscribed to currency {after['CurrencyCode']}")
        if after["Status"] in APPROVED:
            self._check_approval(after)
        self.errors += settled_faults(self.before, after)

    def _check_approval(self, after: Record) -> None:
        switches = self.books.switches
        if not after["LineItems"]:
            self.errors.append(switches.text_lines_missing)
        if self.kind is INVOICE and not (self.before and self.before["Status"] in APPROVED):
            self.errors += cap_faults(self.books, after)
        if after["Total"] < 0:
            self.errors.append("The Total for this document must be greater than or equal to zero.")
        if "DueDate" not in after and self.kind.name == "Invoice" and after["Contact"]:
            self._fall_due(after)

    def _fall_due(self, after: Record) -> None:
        """Approved without DueDate: from the contact's terms, else the organisation's, unless a switch refuses it."""
        if self.books.switches.approval_needs_due_date:
            self.errors.append(self.books.switches.text_due_date_missing)
            return
        side = "Sales" if self.kind.is_sale(after) else "Bills"
        terms = self.books.contacts[after["Contact"]["ContactID"]].get("PaymentTerms") or {}
        chosen = terms.get(side) or self.books.organisation["PaymentTerms"][side]
        after["DueDate"] = due_day(chosen, after["Date"])


def _ledger_day(document: Record | None) -> date | None:
    """The day a document stands under in the ledger, where only approved ones are."""
    return document["Date"] if document and document["Status"] in (*APPROVED, "VOIDED") else None


def _without_tax(line: Record) -> Record:
    return {name: value for name, value in line.items() if name != "TaxAmount" or "Quantity" not in line}
