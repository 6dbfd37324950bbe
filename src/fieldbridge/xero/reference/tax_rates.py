"""TaxRates: always everything, because Xero cannot say what changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from fieldbridge.core.records.books import TaxRate
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection, Page
from fieldbridge.xero.session import Session


class TaxRateWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    tax_type: str = ""
    name: str = ""
    status: str = "ACTIVE"
    effective_rate: Decimal = Decimal(0)
    can_apply_to_revenue: bool = False


def _record(one: TaxRateWire) -> TaxRate:
    return TaxRate(
        tax_type=one.tax_type,
        name=one.name,
        rate=one.effective_rate,
        status=one.status,
        applies_to_revenue=one.can_apply_to_revenue,
    )


TAX_RATES = Collection("TaxRates", TaxRateWire, _record, sees_changes=False)


def pages(session: Session, since: datetime | None = None) -> Iterator[Page[TaxRate]]:
    """All tax rates that have a code, on one page, whatever `since` says."""
    for page in TAX_RATES.pages(session, since):
        yield replace(page, records=tuple(one for one in page.records if one.tax_type))
