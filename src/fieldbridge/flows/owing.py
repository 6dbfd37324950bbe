"""What customers owe while some transactions are planned: no two of them may claim the same cents."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

PAYABLE = "AUTHORISED"


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """One sales invoice, at Xero or about to be.

    Shape: part is that of the same transaction which makes it; invoice_id is empty until then.
    quantities are what was bought, by product.
    Units: amounts in the invoice's own currency; due is less what is on its way to it.
    """

    contact_id: str
    invoice_id: str = ""
    part: str = ""
    number: str = ""
    status: str = PAYABLE
    currency: str = ""
    issued_on: date = date.min
    due: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    quantities: Mapping[str, Decimal] = {}


class Owing:
    """The invoices some transactions may settle. It lasts for one planning, and remembers what that claims."""

    def __init__(self, debts: Iterable[Debt] = ()) -> None:
        self._debts = {one.invoice_id: one for one in debts}
        self._claimed: dict[str, Decimal] = {}

    def of(self, contact_id: str, currency: str) -> list[Debt]:
        """What one contact still owes, the oldest first."""
        found = (self._left(one) for one in self._debts.values() if one.contact_id == contact_id)
        owed = [one for one in found if one.status == PAYABLE and one.due > 0 and one.currency == currency]
        return sorted(owed, key=lambda one: (one.issued_on, one.number))

    def named(self, number: str) -> Debt | None:
        """The invoice of that number, whatever its state; None when there is none."""
        found = next((one for one in self._debts.values() if one.number.casefold() == number.casefold()), None)
        return self._left(found) if found else None

    def take(self, invoice_id: str, amount: Decimal) -> None:
        """Claim a part of what is owed on one invoice."""
        self._claimed[invoice_id] = self._claimed.get(invoice_id, Decimal(0)) + amount

    def _left(self, one: Debt) -> Debt:
        return msgspec.structs.replace(one, due=one.due - self._claimed.get(one.invoice_id, Decimal(0)))
