"""What Xero tells subscribers, held against the description of its webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import yaml
from known import LATER_CATEGORIES
from schemas import FORMATS, Fault, Plain


class Webhooks:
    """One published description of webhooks, which is OpenAPI 3.1 and so JSON Schema as it stands."""

    def __init__(self, file: Path) -> None:
        schemas = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["components"]["schemas"]
        self._any, self._credit_note = (
            jsonschema_rs.Draft202012Validator(
                {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}},
                formats=FORMATS, validate_formats=True,
            )
            for name in ("WebhookEvent", "CreditNoteWebhookEvent")
        )  # fmt: skip

    def faults(self, body: str) -> Iterator[Fault]:
        """What is wrong with one call: as a whole, and with each event that is described by itself."""
        content = json.loads(body)
        for error in self._any.iter_errors(content):
            yield fault_of(error, content)
        for event in content["events"]:
            if event.get("eventCategory") == "CREDITNOTE":
                for error in self._credit_note.iter_errors({**content, "events": [event]}):
                    yield fault_of(error, content)


def fault_of(error: jsonschema_rs.ValidationError, content: Plain) -> Fault:
    """An error's place and text, and its excuse."""
    where = ".".join("*" if isinstance(part, int) else str(part) for part in error.instance_path)
    excuse = ""
    if error.kind.name == "minimum" and not content["events"]:
        excuse = "intent"
    elif where.endswith("eventCategory") and error.instance in LATER_CATEGORIES:
        excuse = "category"
    return Fault(f"{where}: {error.message[:200]}", excuse)
