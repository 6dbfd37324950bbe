"""Somebody at a desk in Xero: makes, changes and pays documents through Xero's own API, as an application of theirs.

What no API offers (merging, stock, another clock, faults) goes by the local Xero's control routes.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import httpx2
import msgspec

Row = dict[str, Any]
SCOPES = "accounting.invoices accounting.payments accounting.contacts accounting.settings"
TOGETHER = 50
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Office:
    """The desk of the first organisation. Amounts in answers are Decimal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=120)
        self._organisation = self.control("GET", "books")["organisations"][0]["id"]
        self._credentials = self.custom_connection("Desk", SCOPES)
        self._token, self._signed_in_at = "", ""

    def close(self) -> None:
        """Leave the desk."""
        self._http.close()

    def at(self, moment: str) -> None:
        """Make a moment the present at the local Xero. Sign-ins last half an hour of it."""
        self.control("POST", "clock", {"set": moment})
        if moment != self._signed_in_at:
            form = {"grant_type": "client_credentials", "scope": SCOPES}
            answer = self._http.post("/connect/token", data=form, auth=self._credentials)
            self._token, self._signed_in_at = answer.raise_for_status().json()["access_token"], moment

    def control(self, method: str, path: str, body: Row | None = None) -> Row:
        """One control route."""
        answer = self._http.request(method, f"/standin/{path}", json=body)
        return json.loads(answer.raise_for_status().content, parse_float=Decimal)

    def books(self) -> Row:
        """Everything the organisation holds."""
        return self.control("GET", "books")["organisations"][0]

    def invoices(self, numbers: Sequence[str]) -> Iterator[Row]:
        """Documents by number."""
        for some in _parts(numbers):
            yield from self._call("GET", f"Invoices?InvoiceNumbers={','.join(some)}&page=1&unitdp=4")["Invoices"]

    def quotes(self, number: str) -> list[Row]:
        """The quote of a number, or none."""
        found = self._call("GET", f"Quotes?QuoteNumber={number}")["Quotes"]
        return [one for one in found if one["QuoteNumber"] == number]

    def contact_id(self, code: str) -> str:
        """Xero's id of a contact, by its Account Number."""
        (found,) = self._call("GET", f'Contacts?where=AccountNumber=="{code}"&page=1')["Contacts"]
        return str(found["ContactID"])

    def write(self, method: str, collection: str, elements: Sequence[Row]) -> list[Row]:
        """Documents or payments. Shape: what became of each, in order; one that was refused has errors."""
        path = f"{collection}?summarizeErrors=false&unitdp=4"
        return [one for some in _parts(elements) for one in self._call(method, path, {collection: some})[collection]]

    def _call(self, method: str, path: str, body: Row | None = None) -> Row:
        headers = {"Authorization": f"Bearer {self._token}", "xero-tenant-id": self._organisation}
        content = _encode(body) if body else None
        typed = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self._http.request(method, f"/api.xro/2.0/{path}", content=content, headers=headers | typed)
        return json.loads(answer.raise_for_status().content, parse_float=Decimal)

    def custom_connection(self, name: str, scopes: str) -> tuple[str, str]:
        """Add an application at the local Xero's pages. Shape: client id and client secret."""
        form = {"kind": "custom", "name": name, "organisation": self._organisation, "scopes": scopes}
        listed = self._http.post("/my-applications/add", data=form, follow_redirects=True).text
        page = self._http.get(_first(rf'href="(/my-applications/[^"/]+)"[^>]*>\s*{name}', listed)).text
        return _first(r'id="client-id"[^>]*>([^<]+)', page), _first(r'id="client-secret"[^>]*>([^<]+)', page)


def _parts(whole: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(whole), TOGETHER):
        yield list(whole[start : start + TOGETHER])


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if not found:
        raise LookupError(f"A page of the local Xero does not show {pattern}")
    return found[1].strip()
