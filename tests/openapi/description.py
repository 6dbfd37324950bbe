"""One of Xero's published descriptions: which operation a call is, and what its parts must look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from known import PATH_ALIASES, TOKEN_ENDPOINT, TOKEN_SCOPE
from parameters import value_faults
from schemas import ANSWERED, ASKED, Fault, Plain, Schemas

METHODS = ("get", "put", "post", "delete", "patch")


class Operation:
    """One method of one path. `request` and `answers` have the described content types."""

    def __init__(self, doc: Plain, method: str, path: str, asked: Schemas, answered: Schemas) -> None:
        self._doc, self._asked, self._answered = doc, asked, answered
        spoken = doc["paths"][path][method]
        shared = doc["paths"][path].get("parameters", [])
        self.name, self.method, self.path = spoken["operationId"], method, path
        self._parameters = [self._whole(one) for one in (*shared, *spoken.get("parameters", []))]
        self.request = self._whole(spoken.get("requestBody", {})).get("content", {})
        self.answers = {int(status): self._whole(one).get("content", {}) for status, one in spoken["responses"].items()}
        # The description lists refusals of writes only; those of reads look the same.
        refused = doc["components"].get("responses", {}).get("400Error", {})
        self.answers.setdefault(400, refused.get("content", {}))
        self.pattern = re.compile(re.sub(r"\{([^}]+)\}", r"(?P<\1>[^/]+)", path), re.IGNORECASE)

    def _whole(self, node: Plain) -> Plain:
        while "$ref" in node:
            *_, kind, name = node["$ref"].split("/")
            node = self._doc["components"][kind][name]
        return node

    def placed(self, place: str) -> list[Plain]:
        """The parameters of the path, the query or the headers."""
        return [one for one in self._parameters if one["in"] == place]

    @cached_property
    def list_name(self) -> str:
        """The member of a request's body that holds the elements; empty when there is none."""
        schema = self._whole(self.request.get("application/json", {}).get("schema", {}))
        lists = [name for name, one in schema.get("properties", {}).items() if one.get("type") == "array"]
        return next((part for part in reversed(self.path.split("/")) if part in lists), "")

    def request_faults(self, schema: Plain, content: Any) -> Iterator[Fault]:
        """What is wrong with the body of a request. A change may leave out what a new record must have."""
        is_change = self.method == "post" and self.path.endswith("}")
        for fault in self._asked.faults(schema, content):
            yield fault._replace(excuse="change") if is_change and fault.excuse == "required" else fault

    def answer_faults(self, schema: Plain, content: Any) -> Iterator[Fault]:
        """What is wrong with the body of an answer."""
        return self._answered.faults(schema, content)


class Description:
    """Shape: `root` stands before every path."""

    def __init__(self, file: Path) -> None:
        doc = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if "AccessToken" in doc["components"]["schemas"]:
            doc["paths"]["/connect/token"] = TOKEN_ENDPOINT
            doc["components"]["schemas"]["AccessToken"]["properties"] |= TOKEN_SCOPE
        asked = Schemas(doc["components"], ASKED, to_xero=True)
        answered = Schemas(doc["components"], ANSWERED, to_xero=False)
        self.root = urlsplit(doc["servers"][0]["url"]).path
        self._operations = [
            Operation(doc, method, path, asked, answered)
            for path, spoken in sorted(doc["paths"].items(), key=lambda entry: entry[0].count("{"))
            for method in METHODS
            if method in spoken
        ]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and the values in its path: literal paths first, then those whose ids are ids."""
        path = path.removeprefix(self.root)
        path = PATH_ALIASES.get(path, path)
        found = [
            (operation, match.groupdict())
            for operation in self._operations
            if operation.method == method.lower() and (match := operation.pattern.fullmatch(path))
        ]
        fitting = (one for one in found if not list(path_faults(*one)))
        return next(fitting, found[0] if found else None)


def path_faults(operation: Operation, values: dict[str, str]) -> Iterator[Fault]:
    """What is wrong with the values in a path."""
    for one in operation.placed("path"):
        yield from value_faults(one, values[one["name"]])
