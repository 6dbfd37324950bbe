"""Taxes: the codes tablets may use. Source: field-sales facts §9."""

from collections.abc import Iterable, Mapping

from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import TaxRate
from fieldbridge.core.records.field import Tax


def may_sell(rate: TaxRate) -> bool:
    """Whether a rate can stand on a sales invoice."""
    return rate.status == "ACTIVE" and rate.applies_to_revenue


def taxes_of(rates: Iterable[TaxRate], tax_codes: Mapping[str, str]) -> list[Tax]:
    """One row for each mapped code whose rate may be sold with."""
    by_type = {rate.tax_type: rate for rate in rates if may_sell(rate)}
    return [
        Tax(code=code, description=by_type[tax_type].name, rate=by_type[tax_type].rate)
        for code, tax_type in sorted(tax_codes.items())
        if tax_type in by_type
    ]


def faults(rates: Iterable[TaxRate], tax_codes: Mapping[str, str]) -> list[Problem]:
    """Codes that are mapped to a tax rate Xero does not have, or not for sales."""
    usable = {rate.tax_type for rate in rates if may_sell(rate)}
    return [
        Problem(
            kind="tax",
            key=code,
            code="tax.unusable",
            message=f"Tax code {code} is mapped to {tax_type}, which Xero does not offer for sales.",
            remedy="Change tax_codes in the connection's settings.",
            cause=tax_type,
        )
        for code, tax_type in sorted(tax_codes.items())
        if tax_type not in usable
    ]


def proposed_codes(rates: Iterable[TaxRate], default: str) -> dict[str, str]:
    """A first mapping for a new connection: code 1 for what is usually charged, then the others by name."""
    usable = sorted((rate for rate in rates if may_sell(rate)), key=lambda rate: (-rate.rate, rate.name))
    ordered = [rate for rate in usable if rate.tax_type == default] + [
        rate for rate in usable if rate.tax_type != default
    ]
    return {str(number): rate.tax_type for number, rate in enumerate(ordered, start=1)}
