"""Deep links into Xero, for people. Source: Xero, deep links by the organisation's short code."""

from dataclasses import dataclass

from fieldbridge.xero import API

GO = "https://go.xero.com/app"


@dataclass(frozen=True)
class Links:
    """Where the records of one organisation can be seen. Shape: empty for a local Xero, which has no such pages."""

    xero_url: str
    short_code: str

    def contact(self, contact_id: str) -> str:
        """Where a contact can be seen."""
        return self._to(f"contacts/contact/{contact_id}")

    def invoice(self, invoice_id: str) -> str:
        """Where an invoice can be seen."""
        return self._to(f"invoicing/view/{invoice_id}")

    def quote(self, quote_id: str) -> str:
        """Where a quote can be seen."""
        return self._to(f"quotes/view/{quote_id}")

    def _to(self, page: str) -> str:
        return f"{GO}/{self.short_code}/{page}" if self.xero_url == API else ""
