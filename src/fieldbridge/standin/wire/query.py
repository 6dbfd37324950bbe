"""The query string of a call: names without regard to case, values as the caller meant them."""

from __future__ import annotations

from urllib.parse import parse_qsl


class Query:
    """Parameters by name. A repeated name keeps its first value."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, str] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            self._values.setdefault(name.lower(), value)

    def text(self, name: str) -> str:
        """The value, or nothing."""
        return self._values.get(name.lower(), "")

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false; `default` when absent."""
        value = self.text(name).lower()
        return value == "true" if value else default

    def names(self, name: str) -> list[str]:
        """A comma list; empty when absent."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def whole(self, name: str) -> int | None:
        """A whole number, or None when absent or not a number."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    @property
    def unit_decimals(self) -> int:
        """4 with `unitdp=4`, else 2."""
        return 4 if self.text("unitdp") == "4" else 2
