"""Hold the local Xero's answers against Xero's published OpenAPI description.

Usage: python tests/openapi/check.py path/to/xero_accounting.yaml

Runs the SDK's tests (tests/standin/test_standin_sdk.py), notes every accounting call they make, and checks that
each has a described path, method and status and that its answer fits the schema. Members the description does not
have are faults too, except those in UNDESCRIBED. The description is not part of this repository.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from xero_python import rest

# Members the local Xero sends although the description has none of the kind: around every answer, on every
# record, and dates a second time as text.
UNDESCRIBED = {
    *("Id", "Status", "ProviderName", "DateTimeUTC", "SummarizeErrors"),
    *("HasErrors", "HasValidationErrors", "ID", "AllocationID"),
    *("DateString", "DueDateString", "DateUTCString"),
}
# The description lists a few members of refused elements; the element as it was sent comes back whole.
OPEN_SCHEMAS = {"Element"}
BASE = "/api.xro/2.0"
TESTS = Path(__file__).parent.parent / "standin" / "test_standin_sdk.py"


@dataclass(frozen=True)
class Exchange:
    """One call and its answer."""

    method: str
    path: str
    status: int
    body: Any


class Recorder:
    """A pytest plugin: notes what the SDK sends and gets while the tests run."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    @pytest.fixture(autouse=True)
    def _listening(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send = rest.RESTClientObject.request

        def request(client: Any, method: str, url: str, *given: Any, **named: Any) -> Any:
            try:
                answer = send(client, method, url, *given, **named)
            except Exception as refusal:
                self.note(method, url, getattr(refusal, "status", 0), getattr(refusal, "body", None))
                raise
            self.note(method, url, answer.status, answer.data)
            return answer

        monkeypatch.setattr(rest.RESTClientObject, "request", request)

    def note(self, method: str, url: str, status: int, body: Any) -> None:
        if BASE in url:
            path = url.split(BASE)[1].split("?", maxsplit=1)[0]
            self.exchanges.append(Exchange(method.lower(), path, status, body))


class Description:
    """The published description, its objects closed."""

    def __init__(self, file: Path) -> None:
        self.doc = cleaned(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
        for name, schema in self.doc["components"]["schemas"].items():
            if "properties" in schema and name not in OPEN_SCHEMAS:
                schema["additionalProperties"] = False
        resource = Resource(contents=self.doc, specification=DRAFT4)
        self.registry = Registry().with_resource("urn:xero", resource)
        # Literal paths before those with parameters
        self.paths = [
            (re.compile(re.sub(r"\\?\{[^}]+\}", "[^/]+", path) + "$", re.IGNORECASE), operations)
            for path, operations in sorted(self.doc["paths"].items(), key=lambda entry: entry[0].count("{"))
        ]

    def faults(self, exchange: Exchange) -> list[str]:
        """What is wrong with an answer, in words."""
        operation = next(
            (
                operations[exchange.method]
                for pattern, operations in self.paths
                if exchange.method in operations and pattern.match(exchange.path)
            ),
            None,
        )
        if operation is None:
            return ["no such path and method"]
        answer = operation["responses"].get(str(exchange.status))
        if answer is None:
            return [f"status {exchange.status} is not described"]
        if "$ref" in answer:
            answer = self.doc["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if not schema or not exchange.body:
            return []
        errors = Draft4Validator(schema, registry=self.registry).iter_errors(json.loads(exchange.body))
        return [fault for error in errors if (fault := fault_of(error))]


def cleaned(node: Any) -> Any:
    """Without the keywords of OpenAPI that JSON Schema reads otherwise; references made absolute."""
    if isinstance(node, list):
        return [cleaned(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {name: cleaned(value) for name, value in node.items() if name not in {"example", "default", "readOnly"}}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = f"urn:xero{kept['$ref']}"
    return kept


def fault_of(error: Any) -> str:
    """An error's place and text; empty for members that are known to be undescribed."""
    where = ".".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
    if error.validator != "additionalProperties":
        return f"{where}: {error.message[:200]}"
    unknown = sorted(set(error.instance) - set(error.schema["properties"]) - UNDESCRIBED)
    return f"{where}: not described: {', '.join(unknown)}" if unknown else ""


def main(file: Path) -> int:
    recorder = Recorder()
    if pytest.main(["-q", "-p", "no:cacheprovider", str(TESTS)], plugins=[recorder]) != 0:
        return 1
    description = Description(file)
    found = Counter(
        f"{exchange.method.upper()} /{exchange.path.split('/')[1]} {fault}"
        for exchange in recorder.exchanges
        for fault in description.faults(exchange)
    )
    for fault, times in sorted(found.items()):
        sys.stdout.write(f"{times} x {fault}\n")
    sys.stdout.write(f"{len(recorder.exchanges)} answers held against {file.name}: {found.total()} faults\n")
    return 1 if found or not recorder.exchanges else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
