"""The two sides of an exchange, part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from description import Operation, path_faults
from known import HEADER_NAMES
from parameters import value_faults
from schemas import Fault, Plain

OURS = "fieldbridge/"
FILE = "application/octet-stream"


def is_ours(exchange: Plain) -> bool:
    """Our connector says its name."""
    return exchange["headers"].get("user-agent", "").startswith(OURS)


def is_xml(kind: str) -> bool:
    """A content type Xero has besides the described ones."""
    return "xml" in kind or "x-www-form-urlencoded" in kind


def is_pdf(kind: str) -> bool:
    """A document on paper."""
    return kind == "application/pdf"


def request_faults(operation: Operation, values: dict[str, str], exchange: Plain) -> Iterator[Fault]:
    """What is wrong with path, headers, query and body."""
    for fault in path_faults(operation, values):
        yield Fault(fault.text, "key")
    yield from _header_faults(operation, exchange)
    yield from _query_faults(operation, exchange["query"])
    yield from _body_faults(operation, exchange["headers"].get("content-type", ""), exchange["body"])


def _header_faults(operation: Operation, exchange: Plain) -> Iterator[Fault]:
    for one in operation.placed("header"):
        text = exchange["headers"].get(HEADER_NAMES.get(one["name"], one["name"].lower()), "")
        if text:
            yield from value_faults(one, text)
        elif one.get("required"):
            yield Fault(f"header {one['name']} is missing", "tenant" if _needs_no_tenant(one, exchange) else "")


def _needs_no_tenant(header: Plain, exchange: Plain) -> bool:
    """Xero refuses a call that names no organisation with 403 unless its sign-in has only one."""
    return header["name"] == "xero-tenant-id" and (exchange["status"] != 403 or exchange["fault"] != "")


def _query_faults(operation: Operation, query: str) -> Iterator[Fault]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    known = {one["name"]: one for one in operation.placed("query")}
    in_any_case = {name.lower() for name in known}
    for name, text in given.items():
        if name in known:
            yield from value_faults(known[name], text)
        else:
            yield Fault(f"query {name} is not described", "case" if name.lower() in in_any_case else "ignored")
    for name, one in known.items():
        if one.get("required") and name not in given:
            yield Fault(f"query {name} is missing")


def _body_faults(operation: Operation, kind: str, body: Any) -> Iterator[Fault]:
    if not operation.request:
        if body:
            yield Fault("a body is not described")
    elif FILE in operation.request:
        if not body:
            yield Fault("the file is missing")
    elif schema := _schema(operation.request, kind):
        yield from _element_faults(operation, schema, _content(kind, body))
    else:
        yield Fault(f"content type {kind!r} is not described", "xml" if is_xml(kind) else "")


def _element_faults(operation: Operation, schema: Plain, content: Any) -> Iterator[Fault]:
    """The faults of what was sent; elements alone, or under the list's name in another case, count as in their list."""
    name = operation.list_name
    if isinstance(content, dict) and (not name or name in content):
        yield from operation.request_faults(schema, content)
        return
    named = {key.lower(): value for key, value in content.items()} if isinstance(content, dict) else {}
    yield Fault(f"{name} is not around the elements", "case" if name.lower() in named else "bare")
    elements = named.get(name.lower(), content)
    yield from operation.request_faults(schema, {name: elements if isinstance(elements, list) else [elements]})


def answer_faults(operation: Operation, exchange: Plain) -> Iterator[Fault]:
    """What is wrong with status, content type and body."""
    status, kind, body = exchange["status"], exchange["content_type"], exchange["answer"]
    if status not in operation.answers:
        yield Fault("not described")
    elif not (described := operation.answers[status]):
        if body:
            yield Fault("a body is not described")
    elif FILE in described:
        if not body:
            yield Fault("the file is missing")
    elif schema := _schema(described, kind):
        yield from operation.answer_faults(schema, _content(kind, body))
    else:
        yield Fault(f"content type {kind!r} is not described")


def _schema(content: Plain, kind: str) -> Plain | None:
    """That of the content type."""
    described = content.get(kind.partition(";")[0])
    return described and described["schema"]


def _content(kind: str, body: Any) -> Any:
    """What a body says: nothing when it is empty."""
    if "json" in kind:
        return json.loads(body) if body else None
    return dict(parse_qsl(body, keep_blank_values=True))
