"""Deep links into Xero, for people. Source: Xero, deep links by the organisation's short code."""

GO = "https://go.xero.com/app"


def contact_link(short_code: str, contact_id: str) -> str:
    """Where a contact can be seen."""
    return f"{GO}/{short_code}/contacts/contact/{contact_id}"


def invoice_link(short_code: str, invoice_id: str) -> str:
    """Where an invoice can be seen."""
    return f"{GO}/{short_code}/invoicing/view/{invoice_id}"


def quote_link(short_code: str, quote_id: str) -> str:
    """Where a quote can be seen."""
    return f"{GO}/{short_code}/quotes/view/{quote_id}"
