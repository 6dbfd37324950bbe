"""A far side that answers what a test says, for what the local Xero does not have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from fieldbridge.core.records.books import Invoice, InvoiceLine
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.xero.session import Session

NOW = datetime.now(UTC)
TODAY = NOW.date()
STAMP = {"Id": "be4f43a7-ef02-497a-96c2-fc0bc047a82a", "Status": "OK", "DateTimeUTC": "/Date(1783814400000)/"}


class Script:
    """Gives its answers in turn, and remembers what it was asked."""

    def __init__(self, *answers: object, status: int = 200) -> None:
        self._left = [self._bytes(one) for one in answers]
        self._status = status
        self.calls: list[Call] = []
        self.session = Session(self._send, "http://xero.example", lambda: NOW)

    @staticmethod
    def _bytes(one: object) -> bytes:
        return one if isinstance(one, bytes) else json.dumps({**STAMP, **one}).encode()  # type: ignore[dict-item]

    def _send(self, call: Call) -> Answer:
        self.calls.append(call)
        body = self._left.pop(0)
        return Answer(status=self._status, headers={}, body=body, wire_bytes=len(body))

    @property
    def asked(self) -> list[tuple[str, str, dict[str, str]]]:
        """Shape: (method, what follows the API's root, query) of every call."""
        return [(one.method, one.url.partition("/2.0/")[2], dict(one.query)) for one in self.calls]

    @property
    def sent(self) -> object:
        """The body of the last call."""
        return json.loads(self.calls[-1].body)


def line(**changes: object) -> InvoiceLine:
    plain = {
        "description": "Feijoa juice",
        "quantity": Decimal(2),
        "unit_amount": Decimal(50),
        "account_code": "200",
        "tax_type": "OUTPUT2",
    }
    return InvoiceLine(**plain | changes)


def drafted(kind: type, number: str, contact_id: str, **changes: object):
    """A document of one line: 100.00 and 15.00 tax."""
    plain = {
        "number": number,
        "contact_id": contact_id,
        "issued_on": TODAY,
        "status": "AUTHORISED",
        "reference": "PO 1",
        "currency_code": "NZD",
        "lines": (line(),),
        "total": Decimal(115),
        "total_tax": Decimal(15),
    }
    if kind is Invoice:
        plain["due_on"] = TODAY
    return kind(**plain | changes)
