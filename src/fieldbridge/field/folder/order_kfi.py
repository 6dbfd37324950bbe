"""Order files of Attaché's keystroke import, for sites that move over: a header row, product lines, an end.

A file of variable position begins with a head row that lists the fields; a standard file follows the site's screen.
Nothing in it says what the tablet's total was. Source: field-sales facts §14.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.csv_rows import CsvRow
from fieldbridge.field.folder.order_build import assembled, attempt, header_of, line_of
from fieldbridge.field.folder.order_fields import Line, TextRow, read_whole, refusal
from fieldbridge.field.folder.order_layouts import KFI_NEEDED
from fieldbridge.field.folder.profile import Profile

_HEAD = re.compile(r"<headrow>\W*<header>(.*?)<productline>(.*?)<endheadrow>", re.IGNORECASE | re.DOTALL)
_BEGINS, _ENDS = "<headrow>", "<endheadrow>"


class Kfi:
    """Reads one KFI file."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._layout = profile.orders_kfi
        self._header, self._line = self._layout.header, self._layout.line
        self._called: dict[str, str] = {}
        self._end = self._layout.end.strip().casefold()

    def blocks(self, rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
        """The rows of one document at a time; a head row belongs to the first, blank lines to what they follow."""
        block: list[CsvRow] = []
        is_finished = False
        for row in rows:
            if is_finished and not row.is_blank:
                yield block
                block, is_finished = [], False
            block.append(row)
            is_finished = is_finished or self._is_end(row.fields[0].decode("latin-1"))
        if block:
            yield block

    def order_of(self, rows: Sequence[TextRow]) -> tuple[Order | None, list[RefusedError]]:
        """One document from its rows, or every reason why they are none."""
        refusals: list[RefusedError] = []
        body = attempt(partial(self._body, rows), refusals)
        if not body:
            nothing = RefusedError("order.empty", "The file holds no document.", remedy="Nothing needs doing.")
            return None, refusals or [nothing]
        if not self._is_end(body[-1].kind):
            told = f"no {self._layout.end} stands under this document, so lines may be missing"
            return None, [refusal(body[0], "order.parts", told)]
        header = attempt(partial(self._header_of, body[0]), refusals)
        lines = [attempt(partial(self._line_of, row), refusals) for row in body[1:-1]]
        if header is None or refusals:
            return None, refusals
        found = [one for one in lines if one is not None]
        return assembled(header, body[0].line, found, orders_something=bool(found))

    def key_of(self, rows: Sequence[TextRow]) -> str:
        """The document's number, as far as it can be made out."""
        try:
            body = self._body(rows)
        except RefusedError:
            return ""
        place = self._header.index("order_no")
        return body[0].fields[place] if body and place < len(body[0].fields) else ""

    def is_whole(self, raw: bytes, rows: Sequence[TextRow]) -> bool:
        """Whether the last document is finished by its end."""
        return bool(rows) and raw.endswith(b"\n") and self._is_end(rows[-1].kind)

    def _is_end(self, field: str) -> bool:
        return field.strip().casefold() == self._end

    def _body(self, rows: Sequence[TextRow]) -> Sequence[TextRow]:
        """The rows of the document itself; what a head row says is kept for this and all that follow."""
        if not rows[0].kind.strip().casefold().startswith(_BEGINS):
            return rows
        ends = next((at for at, row in enumerate(rows) if _ENDS in ",".join(row.fields).casefold()), len(rows) - 1)
        found = _HEAD.search(",".join(",".join(row.fields) for row in rows[: ends + 1]))
        if found is None:
            told = "the head row is not <HEADROW><header> fields <productline> fields <ENDHEADROW>"
            raise refusal(rows[0], "order.headings", told)
        self._header, self._line = self._names(found[1]), self._names(found[2])
        self._refuse_unknown(rows[0])
        return rows[ends + 1 :]

    def _names(self, listed: str) -> tuple[str, ...]:
        shown = [one.strip() for one in listed.strip(", ").split(",")]
        self._called |= {self._layout.field_of(one): one for one in shown}
        return tuple(self._layout.field_of(one) for one in shown)

    def _refuse_unknown(self, row: TextRow) -> None:
        for names, needed in ((self._header, KFI_NEEDED["header"]), (self._line, KFI_NEEDED["line"])):
            if missing := needed.difference(names):
                told = f"no field of the head row stands for {', '.join(sorted(missing))}"
                remedy = "Map the fields in profile.orders_kfi.names, and put the file back."
                raise refusal(row, "order.headings", told, remedy)

    def _header_of(self, row: TextRow) -> Order:
        return header_of(self._named(row, self._header, "a header row"), self._layout.kind)

    def _line_of(self, row: TextRow) -> OrderLine:
        return line_of(self._named(row, self._line, "a product line"), self._profile.note_code)

    def _named(self, row: TextRow, names: tuple[str, ...], what: str) -> Line:
        """A row by name. A spreadsheet pads short rows with empty fields; those are no fields."""
        kept = list(row.fields)
        while len(kept) > len(names) and not kept[-1].strip():
            kept.pop()
        values = read_whole(row._replace(fields=tuple(kept)), names, what)
        return Line(row.line, values, self._called, self._layout.date_format)
