"""Order files of layout hd-1: H, D, T, P and N lines, no headings. Source: field-sales facts §12."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.csv_rows import CsvRow
from fieldbridge.field.folder.order_build import (
    Piece,
    assembled,
    attempt,
    header_of,
    line_of,
    new_customer_of,
    tender_of,
)
from fieldbridge.field.folder.order_fields import Line, TextRow, read_whole, refusal
from fieldbridge.field.folder.profile import Profile

_UNDER = (b"D", b"T", b"P", b"N")
_SHOWN = 20


class Hd1:
    """Reads hd-1.

    A line whose record type is damaged starts an entry of its own when it is as long as a header and names another
    order; any other stray line faults the order it stands in, because the order may be missing it.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._layout = profile.orders

    def blocks(self, rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
        """Rows of one order at a time; blank lines stay with what they follow, or with the first order."""
        block: list[CsvRow] = []
        opening: CsvRow | None = None
        for row in rows:
            if opening is not None and self._opens(row, opening):
                yield block
                block, opening = [], None
            block.append(row)
            opening = opening or (None if row.is_blank else row)
        if block:
            yield block

    def order_of(self, rows: Sequence[TextRow]) -> tuple[Order | None, list[RefusedError]]:
        """One order from its rows, the first of which should be its H line; or every reason."""
        refusals: list[RefusedError] = []
        header = attempt(partial(self._header, rows[0]), refusals)
        order_no = self._order_no(rows[0].kind, rows[0].fields)
        pieces = [attempt(partial(self._piece, row, order_no), refusals) for row in rows[1:]]
        if header is None or refusals:
            return None, refusals
        found = [one for one in pieces if one is not None]
        return assembled(header, rows[0].line, found, orders_something=any(row.kind == "D" for row in rows))

    def key_of(self, rows: Sequence[TextRow]) -> str:
        """The order's key as far as its first line can be trusted: the cloud's id, else the order number, or empty."""
        row = rows[0]
        names = self._names(row)
        if row.kind == "H" and not row.flaw and names is not None and len(row.fields) == len(names) + 1:
            found = dict(zip(names, row.fields[1:], strict=True)).get("cloud_id")
            return found or self._order_no(row.kind, row.fields)
        return self._order_no(row.kind, row.fields)

    def is_whole(self, raw: bytes, rows: Sequence[TextRow]) -> bool:
        """Whether the file's last entry looks finished: its last line is whole, and it has what its kind needs."""
        if not rows or not raw.endswith(b"\n") or rows[-1].flaw == "open":
            return False
        names = self._names(rows[-1])
        has_all_fields = names is not None and len(rows[-1].fields) == len(names) + 1
        return has_all_fields and any(row.kind == self._wanted(rows[0]) for row in rows)

    def _wanted(self, row: TextRow) -> str:
        at = self._layout.header.index("type") + 1
        kind = row.fields[at] if at < len(row.fields) else ""
        return kind if kind in ("P", "N") else "D"

    def _opens(self, row: CsvRow, opening: CsvRow) -> bool:
        if row.fields[0] == b"H":
            return True
        lengths = {len(self._layout.header), len(self._layout.header) + len(self._layout.header_more)}
        is_header_long = len(row.fields) - 1 in lengths
        return row.fields[0] not in _UNDER and is_header_long and self._number(row) != self._number(opening)

    def _number(self, row: CsvRow) -> str:
        fields = [field.decode("latin-1") for field in row.fields]
        return self._order_no(fields[0], fields)

    def _order_no(self, kind: str, fields: Sequence[str]) -> str:
        """The order number, empty when the row is too short for one. An unknown kind is taken for a damaged header."""
        position = (self._layout.fields_of(kind) or self._layout.header).index("order_no") + 1
        return fields[position] if position < len(fields) else ""

    def _names(self, row: TextRow) -> tuple[str, ...] | None:
        return self._layout.fields_of(row.kind, len(row.fields) - 1)

    def _named(self, row: TextRow) -> Line:
        """The row's fields by name. Errors: RefusedError order.quote, order.record_type or order.fields."""
        names = self._names(row)
        if names is None and not row.flaw:
            told = f"'{row.kind[:_SHOWN]}' is not a record type; H, D, T, P and N are"
            raise refusal(row, "order.record_type", told)
        return Line(row.line, read_whole(row, ("", *(names or ())), f"a {row.kind} line"))

    def _header(self, row: TextRow) -> Order:
        line = self._named(row)
        if row.kind != "H":
            told = f"this {row.kind} line belongs to order {line.text('order_no')}, and no H line stands above it"
            raise refusal(row, "order.no_header", told)
        return header_of(line)

    def _piece(self, row: TextRow, order_no: str) -> Piece:
        line = self._named(row)
        if line.text("order_no") != order_no:
            told = f"this {row.kind} line belongs to order {line.text('order_no')}, but stands under order {order_no}"
            raise refusal(row, "order.no_header", told)
        match row.kind:
            case "P":
                return tender_of(line)
            case "N":
                return new_customer_of(line)
            case "T":
                return OrderLine(description=line.text("text"))
        return line_of(line, self._profile.note_code)
