"""Xero's own Python SDK, xero-python, pointed at a local Xero: signed in, ready to call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from standin_oauth2 import App
from xero_python.accounting import AccountingApi
from xero_python.accounting import models as m
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

SCOPES = (
    "offline_access openid profile email accounting.invoices accounting.payments accounting.banktransactions "
    "accounting.contacts accounting.settings accounting.attachments"
)
HELLO = m.HistoryRecords(history_records=[m.HistoryRecord(details="hello")])
TODAY = datetime.now(UTC).date()
BANK = m.Account(code="090")


@dataclass
class Sdk:
    """An SDK client, and its calls bound to one organisation: `sdk.get_invoices(page=1)`."""

    url: str
    client: ApiClient
    tenant: str
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> IdentityApi:
        return IdentityApi(self.client, self.url)

    def __getattr__(self, name: str) -> Any:
        call = getattr(AccountingApi(self.client, f"{self.url}/api.xro/2.0"), name)
        return lambda *given, **named: call(self.tenant, *given, **named)

    def customer(self) -> m.Contact:
        """A seeded one, without members that could be taken for changes."""
        found = self.get_contacts(where='AccountNumber=="KER014"').contacts[0]
        return m.Contact(contact_id=found.contact_id)

    def invoices(self, *numbers: str, status: str = "AUTHORISED") -> m.Invoices:
        """Unsent sales invoices of 20.00 and 15 % GST."""
        contact = self.customer()
        made = [
            m.Invoice(
                type="ACCREC",
                contact=contact,
                line_items=[line()],
                date=TODAY,
                due_date=TODAY,
                invoice_number=number,
                status=status,
            )
            for number in numbers
        ]
        return m.Invoices(invoices=made)

    def approved(self, number: str) -> m.Invoice:
        """Created at Xero."""
        return self.create_invoices(self.invoices(number)).invoices[0]


def line() -> m.LineItem:
    return m.LineItem(description="d", quantity=2, unit_amount=Decimal(10), account_code="200", tax_type="OUTPUT2")


def new_client(url: str, app: App, tenant: str) -> Sdk:
    """A client which keeps its token in `kept`."""
    # The first Configuration ever made becomes the silent default of all later ones, credentials included.
    Configuration._default = None
    secrets = OAuth2Token(client_id=app.client_id, client_secret=app.client_secret)
    client = ApiClient(Configuration(oauth2_token=secrets), pool_threads=1)
    sdk = Sdk(url, client, tenant)
    client.oauth2_token_getter(lambda: sdk.kept.get("token"))
    client.oauth2_token_saver(lambda token: sdk.kept.update(token=token))
    return sdk


def signed_in(app: App, tenants: list[str]) -> Sdk:
    """Consent for all of `tenants`, given as the user gives it; calls go to the first."""
    app.sign_in(*tenants, scope=SCOPES)
    sdk = new_client(app.url, app, tenants[0])
    sdk.kept["token"] = app.tokens
    sdk.client.set_oauth2_token(app.tokens)
    return sdk
