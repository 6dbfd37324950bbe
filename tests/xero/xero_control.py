"""The control routes of a small local Xero, past any connection."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx2

from fieldbridge.standin import Options

SMALL = Options(contacts=20, items=12, history_months=2, calls_per_minute=100_000, calls_per_day=1_000_000)
API = "/api.xro/2.0"
Row = dict[str, Any]


class Control:
    """What a test may do to the local Xero past any connection. Amounts in answers are Decimal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=60)

    def close(self) -> None:
        self._http.close()

    def __call__(self, method: str, path: str, body: Row | None = None) -> Any:
        answer = self._http.request(method, f"/standin/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal)

    def books(self) -> Row:
        return self("GET", "books")["organisations"][0]

    def received(self) -> list[Row]:
        return self("GET", "received")["received"]

    def answers(self, path: str, status: int, body: object = "", **more: Any) -> None:
        """Have the next call of a path answered with exactly this, and nothing carried out."""
        text = body if isinstance(body, str) else json.dumps(body)
        self("POST", "faults", {"kind": "status", "path": f"{API}/{path}", "status": status, "body": text, **more})
