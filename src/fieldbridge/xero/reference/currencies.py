"""Currencies: the ones the organisation uses. A document in any other is refused."""

from fieldbridge.core.records.reference import Currency
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection


class CurrencyWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    code: str = ""
    description: str = ""


def _record(one: CurrencyWire) -> Currency:
    return Currency(code=one.code, description=one.description)


CURRENCIES = Collection("Currencies", CurrencyWire, _record, sees_changes=False)
pages = CURRENCIES.pages
