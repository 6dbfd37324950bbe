"""What a month would cost: Xero's tiers of 2026. Source: Xero, pricing (AUD without tax, per app, a month)."""

from decimal import Decimal

import msgspec

GIB = 1024**3


class Tier(msgspec.Struct, frozen=True):
    """One tier. Shape: None means no limit. Units: AUD a month, GiB a month."""

    name: str
    connections: int | None
    fee: Decimal
    included_gib: int | None
    overage_per_gib: Decimal
    calls_per_day: int


TIERS = (
    Tier("Starter", 5, Decimal(0), None, Decimal(0), 1000),
    Tier("Core", 50, Decimal(35), 10, Decimal("2.40"), 5000),
    Tier("Plus", 1000, Decimal(245), 50, Decimal("2.40"), 5000),
    Tier("Advanced", 10_000, Decimal(1445), 250, Decimal("2.40"), 5000),
)


def cost(tier: Tier, connections: int, egress_bytes: int) -> Decimal | None:
    """A month in one tier. Shape: None when it does not allow so many connections. Units: AUD, whole GiB begun."""
    if tier.connections is not None and connections > tier.connections:
        return None
    if tier.included_gib is None:
        return tier.fee
    over = max(0, -(-egress_bytes // GIB) - tier.included_gib)
    return tier.fee + tier.overage_per_gib * over
