"""Money that can be put against invoices: what credit notes, overpayments and prepayments have in common.

Source: Xero, allocations: creating a credit and allocating it are two calls; both documents must be AUTHORISED and of
the same contact. An allocation has no key of its own: before trying again, look at the credit's allocations.
"""

from dataclasses import dataclass
from decimal import Decimal

from fieldbridge.core.records.documents import Allocation, BookedAllocation, BookedCredit
from fieldbridge.xero.documents.shapes import AllocationWire, DocumentWire, settled
from fieldbridge.xero.outcomes import Writable
from fieldbridge.xero.session import Session

ALLOCATIONS = Writable("Allocations", AllocationWire, AllocationWire.record)


class CreditWire(DocumentWire, frozen=True, kw_only=True):
    """What all three have besides a document's fields."""

    remaining_credit: Decimal = Decimal(0)
    allocations: list[AllocationWire] = []

    def credit(self, document_id: str, number: str = "") -> BookedCredit:
        """The credit, under its own id and number."""
        return BookedCredit(
            document_id=document_id,
            number=number,
            remaining=self.remaining_credit,
            allocations=tuple(one.record() for one in self.allocations if not one.is_deleted),
            settlements=settled("payment", self.payments),
            **self.shared(),
        )


@dataclass(frozen=True)
class Allocating:
    """Putting the credits of one collection against invoices."""

    collection: str

    def allocate(self, session: Session, credit_id: str, wanted: Allocation, idempotency_key: str) -> BookedAllocation:
        """Put a part of a credit against an invoice. Errors: RefusedError when it is more than either has left."""
        day = wanted.allocated_on.isoformat()
        element = {"Amount": wanted.amount, "Invoice": {"InvoiceID": wanted.invoice_id}, "Date": day}
        return ALLOCATIONS.create_under(session, f"{self.collection}/{credit_id}", element, idempotency_key)

    def take_back(self, session: Session, credit_id: str, allocation_id: str, idempotency_key: str) -> None:
        """Undo one allocation. Errors: RefusedError when there is no such allocation."""
        session.delete(f"{self.collection}/{credit_id}/Allocations/{allocation_id}", idempotency_key)
