"""How order files are laid out, as data: hd-1, plain CSV with headings, and Attaché's KFI.

Source: field-sales facts §12 (hd-1: the evidenced positions kept, the rest proposed), §14 (KFI: a head row that lists
the fields, rows of header and of product lines; the layout is the site's own screen).
"""

from typing import Literal

import msgspec

LayoutName = Literal["hd-1", "csv", "kfi"]
DayFormat = Literal["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]

HEADER = (
    "order_no type captured_at required_date cloud_id customer customer_name order_discount tax_mode customer_order_no "
    "rep contact total_ex total_tax delivery_code header_note"
)
HEADER_MORE = "reason against freight files"
LINE = "order_no product description qty unit unit_price_ex discount_pct line_total_ex tax_code line_note"
CUSTOMER = (
    "order_no name first_name last_name email phone mobile address_1 address_2 address_3 address_4 city region "
    "post_code note"
)
# Headings of plain CSV stand in one row, so those of a payment and of a new customer say what they belong to.
TENDER_FIELDS = {
    "tender": "tender",
    "amount": "amount",
    "paid_at": "paid_at",
    "payment_reference": "reference",
    "currency": "currency",
}
CUSTOMER_FIELDS = {f"new_{name}": name for name in CUSTOMER.split()[1:]}
HEADER_FIELDS = (*HEADER.split(), *HEADER_MORE.split())
LINE_FIELDS = tuple(LINE.split()[1:])
CSV_FIELDS = (*HEADER_FIELDS, *LINE_FIELDS, *TENDER_FIELDS, *CUSTOMER_FIELDS)
CSV_NEEDED = ("order_no", "type", "captured_at", "customer", "total_ex", "total_tax")
_NEEDED = {
    "header": {"order_no", "type", "captured_at", "customer", "total_ex", "total_tax"},
    "line": {"order_no", "product", "qty", "unit_price_ex", "line_total_ex"},
    "text": {"order_no", "text"},
    "payment": {"order_no"},
    "customer": {"order_no", "name"},
}
KFI_NEEDED = {
    "header": {"order_no", "captured_at", "customer"},
    "line": {"product", "qty", "unit_price_ex"},
}


class OrderLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """hd-1: what stands after the record type (H, D, T, P, N) on each line.

    Shape: header_more are fields an H line has either all of or none, payment_more those of a P line. A position whose
    meaning is not known gets any other name and is ignored.
    """

    header: tuple[str, ...] = tuple(HEADER.split())
    header_more: tuple[str, ...] = tuple(HEADER_MORE.split())
    line: tuple[str, ...] = tuple(LINE.split())
    text: tuple[str, ...] = ("order_no", "text")
    payment: tuple[str, ...] = ("order_no", "tender", "amount", "paid_at", "reference")
    payment_more: tuple[str, ...] = ("currency",)
    customer: tuple[str, ...] = tuple(CUSTOMER.split())

    def __post_init__(self) -> None:
        """Refuse a layout an order cannot be built from."""
        _check(self, _NEEDED, "orders")

    def fields_of(self, record_type: str, count: int = 0) -> tuple[str, ...] | None:
        """The names after a record type; None when there is no such type. Shape: count is how many fields it has."""
        for kind, names, more in (("H", self.header, self.header_more), ("P", self.payment, self.payment_more)):
            if record_type == kind and more and count == len(names) + len(more):
                return names + more
        known = {"H": self.header, "D": self.line, "T": self.text, "P": self.payment, "N": self.customer}
        return known.get(record_type)


class CsvLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Plain CSV: the first row names the columns, and each row repeats what belongs to the whole order.

    Shape: headings maps a heading of the file to a field, or to "" to ignore it; a heading that is itself the name of
    a field needs no entry. Capitals and spaces around do not matter.
    """

    headings: dict[str, str] = {}
    date_format: DayFormat = "%Y-%m-%d"

    def __post_init__(self) -> None:
        """Refuse a heading that stands for no field."""
        if unknown := sorted({name for name in self.headings.values() if name and name not in CSV_FIELDS}):
            raise ValueError(f"orders_csv.headings: there is no field {', '.join(unknown)}")

    def field_of(self, heading: str) -> str | None:
        """The field of a heading; "" when it is ignored, None when nobody knows it."""
        plain = heading.strip().casefold()
        mapped = {name.strip().casefold(): field for name, field in self.headings.items()}
        return mapped.get(plain, plain if plain in CSV_FIELDS else None)


class KfiLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Attaché's keystroke file: a row of header, rows of product lines, and a row with end that finishes the document.

    Shape: header and line name the fields by position, as the site's screen has them; a position whose meaning is not
    known gets any other name. Where the file begins with a head row, names maps what that calls a field to ours. kind
    is what the file's documents are.
    """

    header: tuple[str, ...] = ("customer", "order_no", "captured_at", "customer_order_no", "rep", "delivery_code")
    line: tuple[str, ...] = ("product", "description", "qty", "unit_price_ex", "discount_pct")
    names: dict[str, str] = {}
    end: str = "<F9>"
    kind: Literal["O", "I", "C", "Q"] = "O"
    date_format: DayFormat = "%d/%m/%Y"

    def __post_init__(self) -> None:
        """Refuse a layout an order cannot be built from."""
        _check(self, KFI_NEEDED, "orders_kfi")
        if not self.end:
            raise ValueError("orders_kfi.end is empty: nothing would show where a document ends")

    def field_of(self, name: str) -> str:
        """What a field of the head row is called here."""
        plain = name.strip().casefold()
        return {key.strip().casefold(): field for key, field in self.names.items()}.get(plain, plain)


def _check(layout: OrderLayout | KfiLayout, wanted: dict[str, set[str]], place: str) -> None:
    for record, needed in wanted.items():
        if missing := needed.difference(getattr(layout, record)):
            raise ValueError(f"{place}.{record} lacks {', '.join(sorted(missing))}")
