"""The pages' templates."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from fieldbridge.standin.wire.answers import Answer

_PAGES = Environment(
    loader=PackageLoader("fieldbridge.standin.signin"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def html(name: str, **values: Any) -> str:
    """One template, filled in."""
    return _PAGES.get_template(name).render(**values)


def html_answer(name: str, status: int = 200, **values: Any) -> Answer:
    """One template as an answer."""
    return Answer(status, html(name, **values).encode(), "text/html; charset=utf-8")
