"""A local Xero in a process of its own, and what a test may do to it past any connection."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx2

ARGUMENTS = "--port 0 --contacts 20 --items 30 --history-months 0 --calls-per-minute 100000 --calls-per-day 1000000"
API = "/api.xro/2.0"
Row = dict[str, Any]


class Xero:
    """The control routes of one local Xero. Amounts in answers are Decimal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=60)

    def close(self) -> None:
        self._http.close()

    def reset(self, *, keep_applications: bool = False) -> None:
        """The books as they were seeded; no calls, faults, limits or clock of an earlier test."""
        self.control("POST", "reset", {"keep_applications": keep_applications})

    def fault(self, kind: str, path: str = "*", method: str = "*", **more: Any) -> None:
        """Plan a fault: fault("lost_after", "Invoices", "PUT", times=2). Kinds: standin/gate/faults.py."""
        full = path if path.startswith(("*", "/")) else f"{API}/{path}"
        self.control("POST", "faults", {"kind": kind, "path": full, "method": method, **more})

    def faults(self) -> list[Row]:
        """Faults no call has met yet."""
        return self.control("GET", "faults")["faults"]

    def forget_faults(self) -> None:
        self.control("DELETE", "faults")

    def books(self) -> Row:
        """Everything the first organisation holds: contacts, items, invoices, credit_notes, payments."""
        return self.control("GET", "books")["organisations"][0]

    def invoices(self, prefix: str = "SO-") -> dict[str, list[Row]]:
        """Our invoices. Shape: number to all documents that carry it, so that a duplicate shows."""
        found: dict[str, list[Row]] = {}
        for one in self.books()["invoices"]:
            if str(one.get("InvoiceNumber", "")).startswith(prefix):
                found.setdefault(one["InvoiceNumber"], []).append(one)
        return found

    def received(self) -> list[Row]:
        """Every API call that arrived, oldest first."""
        return self.control("GET", "received")["received"]

    def forget_received(self) -> None:
        self.control("DELETE", "received")

    def archive(self, code: str) -> None:
        self.edit("contacts", code, ContactStatus="ARCHIVED")

    def restore(self, code: str) -> None:
        self.edit("contacts", code, ContactStatus="ACTIVE")

    def edit(self, table: str, identity: str, **changes: Any) -> Row:
        """Change one contact (by account number), item (by code) or invoice (by number) as an office would."""
        return self.control("POST", f"{table}/{identity}", changes)

    def switch(self, **changes: Any) -> None:
        """Change how the unconfirmed points behave: standin/options.py."""
        self.control("POST", "switches", changes)

    def advance_clock(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_s": seconds})

    def control(self, method: str, path: str, body: Row | None = None) -> Row:
        answer = self._http.request(method, f"/standin/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content, parse_float=Decimal)


@contextmanager
def started() -> Iterator[Xero]:
    """A local Xero for as long as the block lasts."""
    command = [sys.executable, "-m", "fieldbridge.standin", *ARGUMENTS.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            xero = Xero(json.loads(process.stdout.readline())["url"])
            try:
                yield xero
            finally:
                xero.close()
        finally:
            process.terminate()
