"""One organisation's endpoints, called without the wire: for tests that make many documents."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.options import Options
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.routes import answer_call
from fieldbridge.standin.wire.query import Query

EMPTY = Options(contacts=5, items=5, history_months=0)


class Office:
    """Amounts of answers are Decimal."""

    def __init__(self) -> None:
        self.xero = LocalXero(EMPTY, "http://localhost")
        self.books = self.xero.books[next(iter(self.xero.books))]
        self.made = 0

    def try_call(self, method: str, path: str, body: Any = None, query: str = "", **headers: str) -> tuple[int, Any]:
        """The status and what came with it."""
        content = b"" if body is None else json.dumps(body, default=str).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = answer_call(Call(method, tuple(path.split("/")), Query(query), named, content, self.books, "App"))
        return answer.status, json.loads(answer.body, parse_float=Decimal) if answer.body else None

    def call(self, method: str, path: str, body: Any = None, query: str = "", **headers: str) -> Any:
        """What came with a call that must succeed."""
        status, content = self.try_call(method, path, body, query, **headers)
        assert status == 200, content
        return content

    def sell(self) -> None:
        """One more approved sales invoice of one line: SO-1, SO-2 and so on."""
        self.made += 1
        line = {"Description": "Freight", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
        sale = {"Type": "ACCREC", "Status": "AUTHORISED", "InvoiceNumber": f"SO-{self.made}", "LineItems": [line]}
        self.call("PUT", "Invoices", {**sale, "DueDate": "2030-01-31", "Contact": {"Name": f"Shop {self.made % 40}"}})

    def pay(self) -> None:
        """A cent for SO-7."""
        paid = {"Invoice": {"InvoiceNumber": "SO-7"}, "Account": {"Code": "090"}, "Amount": 0.01}
        self.call("PUT", "Payments", paid)
