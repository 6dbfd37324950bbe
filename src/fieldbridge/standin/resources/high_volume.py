"""The guard of organisations with very many records: what looks through too many of them is refused.

Source: Xero, limits, high volume; the tables of optimised filters on the pages of the endpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.wire.answers import validation_fault
from fieldbridge.standin.wire.where import Where


@dataclass(frozen=True)
class Optimised:
    """The fields `where` asks quickly by equality, also by range, and under OR, and those `order` sorts quickly by."""

    equal: frozenset[str]
    ranged: frozenset[str]
    alternatives: frozenset[str]
    order: frozenset[str]

    def covers(self, where: Where | None, order: list[str]) -> bool:
        """Neither the filter nor the order makes Xero look at every record."""
        is_quick = where is None or (
            where.named <= self.equal | self.ranged
            and where.ranged <= self.ranged
            and where.alternatives <= self.alternatives
        )
        return is_quick and set(order) <= self.order


def optimised(equal: str, ranged: str, alternatives: str, order: str) -> Optimised:
    """From names separated by spaces."""
    return Optimised(*(frozenset(names.split()) for names in (equal, ranged, alternatives, order)))


INVOICES = optimised(
    "Status Contact.ContactID Contact.Name Contact.ContactNumber Reference InvoiceNumber InvoiceID Type AmountPaid",
    "Date AmountDue DueDate", "InvoiceID", "InvoiceID UpdatedDateUTC Date",
)  # fmt: skip
CONTACTS = optimised("Name EmailAddress AccountNumber", "", "", "ContactID UpdatedDateUTC Name")
CREDIT_NOTES = optimised(
    "Status Reference Contact.ContactID Contact.Name Contact.ContactNumber Type", "Date", "",
    "CreditNoteID UpdatedDateUTC Date",
)  # fmt: skip
PAYMENTS = optimised(
    "PaymentType Status Invoice.InvoiceID Reference", "Date", "PaymentID Invoice.InvoiceID",
    "UpdatedDateUTC Date PaymentID",
)  # fmt: skip
BANK_TRANSACTIONS = optimised(
    "Type Status Contact.ContactID", "Date", "", "BankTransactionID UpdatedDateUTC Date"
)  # fmt: skip


def check_volume(call: Call, name: str, records: int) -> None:
    """Errors: 400 for more records than may be answered at once or looked through one by one."""
    switches = call.books.switches
    if switches.high_volume_records and records > switches.high_volume_records:
        errors = [{"Message": switches.text_high_volume.format(name=name)}]
        raise validation_fault([{"HasValidationErrors": True, "ValidationErrors": errors}])
