"""One API call after sign-in, as the endpoints see it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.wire.answers import Answer, Record, fault, json_answer
from fieldbridge.standin.wire.bodies import content_of
from fieldbridge.standin.wire.dates import envelope_instant_out, plain
from fieldbridge.standin.wire.query import Query


@dataclass(frozen=True)
class Call:
    """Shape: `segments` is the path after /api.xro/2.0/; `headers` has lower-case names."""

    method: str
    segments: tuple[str, ...]
    query: Query
    headers: Mapping[str, str]
    body: bytes
    books: Books
    app_name: str

    @property
    def address(self) -> str:
        """Where the caller finds this API."""
        return f"http://{self.headers.get('host', 'localhost')}/api.xro/2.0"

    @property
    def key(self) -> str:
        """The id, number or code in the path."""
        return self.segments[1]

    def elements(self, name: str) -> list[Any]:
        """The elements sent: wrapped in the plural list (any case), a bare list, or one bare element.

        Errors: the 400 for no data, when there is nothing to process.
        """
        content = content_of(self.body, self.headers.get("content-type", "")) if self.body.strip() else None
        if isinstance(content, dict):
            wrapped = next((value for key, value in content.items() if key.lower() == name.lower()), content)
            content = wrapped if isinstance(wrapped, list) else [wrapped]
        if not content or not isinstance(content, list):
            number = self.books.switches.no_data_error_number
            raise fault(number, "NoDataProcessedException", "No data has been processed for this endpoint.")
        return content

    def answer(self, name: str, rows: list[Record], **extra: Any) -> Answer:
        """The envelope around `rows`; `extra` members stand before the list."""
        envelope: Record = {
            "Id": str(uuid.uuid4()),
            "Status": "OK",
            "ProviderName": self.app_name,
            "DateTimeUTC": envelope_instant_out(self.books.now()),
            **extra,
            name: [plain(row) for row in rows],
        }
        return json_answer(envelope)
