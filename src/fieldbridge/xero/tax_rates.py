"""GET TaxRates: always everything, because Xero cannot say what changed."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import TaxRate
from fieldbridge.xero.codec import Wire, decode, instant
from fieldbridge.xero.session import Page, Session


class TaxRateWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    tax_type: str = ""
    name: str = ""
    status: str = "ACTIVE"
    effective_rate: Decimal = Decimal(0)
    can_apply_to_revenue: bool = False


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    tax_rates: list[TaxRateWire] = []
    at: str = msgspec.field(name="DateTimeUTC")


def pages(session: Session, since: datetime | None) -> Iterator[Page]:
    """All tax rates on one page, whatever `since` says."""
    envelope = decode(session.read("TaxRates") or b"{}", Envelope, "tax rates")
    yield Page(tuple(_record(one) for one in envelope.tax_rates if one.tax_type), instant(envelope.at))


def _record(one: TaxRateWire) -> TaxRate:
    return TaxRate(
        tax_type=one.tax_type,
        name=one.name,
        rate=one.effective_rate,
        status=one.status,
        applies_to_revenue=one.can_apply_to_revenue,
    )
