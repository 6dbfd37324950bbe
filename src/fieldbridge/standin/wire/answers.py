"""Answers and the ways a call can fail: what goes back over the wire, before compression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import msgspec

Record = dict[str, Any]
_ENCODER = msgspec.json.Encoder(decimal_format="number")
NO_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `committed` says whether the books changed because of the call.

    `fault` names the kind of planned fault that put this answer in place of the endpoint's, also when it is replayed.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    committed: bool = False
    fault: str = ""

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with these headers as well."""
        return replace(self, headers={**self.headers, **headers})


class CallFailedError(Exception):
    """Ends a call early with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class RefusedError(Exception):
    """One element breaks the rules of the books. `messages` are Xero's texts, in the order found."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)


def json_answer(content: Any, status: int = 200) -> Answer:
    """Money goes out as JSON numbers, and every slash is escaped as in live recordings."""
    body = _ENCODER.encode(content).replace(b"/", b"\\/")
    return Answer(status, body, "application/json; charset=utf-8")


def text_answer(text: str, status: int) -> Answer:
    """Plain text."""
    return Answer(status, text.encode(), "text/plain; charset=utf-8")


def problem_answer(problem: str, advice: str, status: int) -> Answer:
    """OAuth 1.0a's form-encoded text labelled text/html, as Xero sent it (Source: Xero, OAuth issues)."""
    body = f"oauth_problem={quote(problem, safe='')}&oauth_problem_advice={quote(advice, safe='')}"
    return Answer(status, body.encode(), "text/html; charset=utf-8")


def not_found() -> CallFailedError:
    """Unknown record: 404, text/html, empty body (live recording)."""
    return CallFailedError(Answer(404, b"", "text/html; charset=utf-8"))


def not_supported() -> CallFailedError:
    """A method the endpoint does not have: 501 (Source: Xero, response codes)."""
    return CallFailedError(Answer(501, b"", "text/html; charset=utf-8"))


def fault(number: int, kind: str, message: str, elements: list[Record] | None = None) -> CallFailedError:
    """The 400 body shared by all exceptions: ErrorNumber, Type, Message and, for some, Elements."""
    content: Record = {"ErrorNumber": number, "Type": kind, "Message": message}
    if elements is not None:
        content["Elements"] = elements
    return CallFailedError(json_answer(content, 400))


def validation_fault(elements: list[Record]) -> CallFailedError:
    """The 400 for refused elements."""
    return fault(10, "ValidationException", "A validation exception occurred", elements)
