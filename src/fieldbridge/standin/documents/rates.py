"""What a document in another currency is worth when it does not say: Xero takes the day's rate, here one for ever."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books

_ONE = Decimal("1.000000")
_PER_BASE_UNIT = {"AUD": Decimal("0.917300")}


def day_rate(books: Books, currency: str) -> Decimal:
    """How much of `currency` one unit of base currency is. Source: Xero, invoices (CurrencyRate)."""
    return _ONE if currency == books.organisation["BaseCurrency"] else _PER_BASE_UNIT.get(currency, _ONE)
