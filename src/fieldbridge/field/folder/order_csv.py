"""Order files of plain CSV: a row of headings, then a row for each line, payment or new customer of an order.

Source: field-sales facts §1 (CSV is one of the formats the cloud writes); the headings are ours or the site's.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import NewCustomer, Order, OrderLine, Tender
from fieldbridge.field.folder.csv_rows import CsvRow, plain
from fieldbridge.field.folder.order_build import (
    Piece,
    assembled,
    attempt,
    header_of,
    line_of,
    new_customer_of,
    tender_of,
)
from fieldbridge.field.folder.order_fields import Line, TextRow, read_whole, refusal, refused
from fieldbridge.field.folder.order_layouts import (
    CSV_NEEDED,
    CUSTOMER_FIELDS,
    HEADER_FIELDS,
    LINE_FIELDS,
    TENDER_FIELDS,
)
from fieldbridge.field.folder.profile import Profile

_ISO = "%Y-%m-%d"


class PlainCsv:
    """Reads one file of plain CSV. The rows of an order must stand together."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._layout = profile.orders_csv
        self._headings: TextRow | None = None
        self._fields: list[str | None] = []
        self._finished: set[bytes] = set()
        self._scattered: set[int] = set()

    def blocks(self, rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
        """The rows of one order at a time; the headings belong to the first."""
        block: list[CsvRow] = []
        number: bytes | None = None
        for row in rows:
            if self._headings is not None and not row.is_blank and "order_no" in self._fields:
                found = self._number(row)
                if number is not None and found != number:
                    self._finished.add(number)
                    yield block
                    block = []
                if found in self._finished:
                    self._scattered.add(row.line)
                number = found
            elif self._headings is None and not row.is_blank:
                self._keep_headings(row)
            block.append(row)
        if block:
            yield block

    def order_of(self, rows: Sequence[TextRow]) -> tuple[Order | None, list[RefusedError]]:
        """One order from its rows, or every reason why they are none."""
        if faults := self._heading_faults():
            return None, faults
        refusals: list[RefusedError] = []
        body = self._body(rows)
        if not body:
            nothing = "The file holds headings and no orders."
            return None, [RefusedError("order.empty", nothing, remedy="Nothing needs doing.")]
        named = [one for row in body if (one := attempt(partial(self._named, row), refusals)) is not None]
        header = attempt(partial(header_of, named[0]), refusals) if named else None
        refusals += [fault for line in named[1:] for fault in _differences(line, named[0])]
        pieces = [piece for line in named for piece in self._pieces(line, refusals)]
        refusals += _repeated(named, pieces)
        if header is None or refusals:
            return None, refusals
        orders_something = any(isinstance(one, OrderLine) for one in pieces)
        return assembled(header, named[0].number, _once(pieces), orders_something=orders_something)

    def key_of(self, rows: Sequence[TextRow]) -> str:
        """The order's key as far as it can be made out."""
        body = self._body(rows)
        return (self._value(body[0], "cloud_id") or self._value(body[0], "order_no")) if body else ""

    def is_whole(self, raw: bytes, rows: Sequence[TextRow]) -> bool:
        """Whether the file's last row looks finished. Where it ends between two rows of an order, the total tells."""
        if self._headings is None or not rows or not raw.endswith(b"\n") or rows[-1].flaw == "open":
            return False
        return len(rows[-1].fields) == len(self._headings.fields)

    def _body(self, rows: Sequence[TextRow]) -> list[TextRow]:
        return [row for row in rows if self._headings is not None and row.line != self._headings.line]

    def _keep_headings(self, row: CsvRow) -> None:
        shown = tuple(plain(one.decode("utf-8", "replace")) for one in row.fields)
        self._headings = TextRow(row.line, shown, row.flaw)
        self._fields = [self._layout.field_of(one) for one in shown]

    def _number(self, row: CsvRow) -> bytes:
        return dict(zip(self._fields, row.fields, strict=False)).get("order_no", b"").strip()

    def _value(self, row: TextRow, name: str) -> str:
        return dict(zip(self._fields, row.fields, strict=False)).get(name, "")

    def _heading_faults(self) -> list[RefusedError]:
        assert self._headings is not None  # the first row that is not blank
        known = [name for name in self._fields if name]
        unknown = [one for one, name in zip(self._headings.fields, self._fields, strict=True) if name is None]
        told = [f"there is no field for the heading '{one[:60]}'" for one in unknown if one.strip()]
        told += [f"no heading stands for {name}" for name in CSV_NEEDED if name not in known]
        told += [f"two headings stand for {name}" for name in sorted({one for one in known if known.count(one) > 1})]
        remedy = "Correct the headings, or map them in profile.orders_csv.headings, and put the file back."
        return [refusal(self._headings, "order.headings", one, remedy) for one in told]

    def _named(self, row: TextRow) -> Line:
        assert self._headings is not None
        if row.line in self._scattered:
            told = f"order {self._value(row, 'order_no')} came before other orders; its rows must stand together"
            raise refusal(row, "order.parts", told)
        read_whole(row, self._headings.fields, "a row")
        values = {name: value for name, value in zip(self._fields, row.fields, strict=True) if name}
        called = {name: one.strip() for name, one in zip(self._fields, self._headings.fields, strict=True) if name}
        day_format = "" if self._layout.date_format == _ISO else self._layout.date_format
        return Line(row.line, values, called, day_format)

    def _pieces(self, line: Line, refusals: list[RefusedError]) -> list[Piece]:
        """What one row adds to its order."""
        found: list[Piece | None] = []
        if _any(line, LINE_FIELDS):
            found.append(attempt(partial(line_of, line, self._profile.note_code), refusals))
        if _any(line, TENDER_FIELDS):
            found.append(attempt(partial(tender_of, _renamed(line, TENDER_FIELDS)), refusals))
        if _any(line, CUSTOMER_FIELDS):
            found.append(attempt(partial(new_customer_of, _renamed(line, CUSTOMER_FIELDS)), refusals))
        return [one for one in found if one is not None]


def _differences(line: Line, first: Line) -> Iterator[RefusedError]:
    """What belongs to the whole order must be the same in each of its rows, or left empty."""
    for name in HEADER_FIELDS:
        if line.text(name).strip() and line.text(name) != first.text(name):
            yield refused(line, name, "order.parts", f"and line {first.number} of the same order says another thing")


def _any(line: Line, names: Iterable[str]) -> bool:
    return any(line.text(name).strip() for name in names)


def _renamed(line: Line, names: dict[str, str]) -> Line:
    values = {ours: line.text(name) for name, ours in names.items()}
    called = {ours: line.called.get(name, name) for name, ours in names.items()}
    return Line(line.number, values, called, line.day_format)


def _repeated(named: Sequence[Line], pieces: Sequence[Piece]) -> list[RefusedError]:
    """A payment that each row of an order repeats would be made as often."""
    tenders = [one for one in pieces if isinstance(one, Tender)]
    if len(set(tenders)) == len(tenders):
        return []
    told = f"Line {named[0].number}: the order has the same payment in two rows; a payment stands in one row only."
    return [RefusedError("order.parts", told, remedy="Put it into one row, or give each its own reference.")]


def _once(pieces: Sequence[Piece]) -> list[Piece]:
    """A new customer may stand in each row of its order."""
    customers = dict.fromkeys(one for one in pieces if isinstance(one, NewCustomer))
    return [*(one for one in pieces if not isinstance(one, NewCustomer)), *customers]
