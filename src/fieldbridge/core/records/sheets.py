"""What an office keeps in sheets because Xero has no place for it: one declaration for each sheet.

The declaration drives reading, checking, the template and the reference. A field is a column: its type says what a
cell may hold, its `Column` what it means. Source: field-sales facts §16 (what Xero lacks), §5-9 (columns of the field).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_type_hints

import msgspec

from fieldbridge.core.records.books import Record

CODE_MAX, TEXT_MAX, NOTES_MAX, STAFF_CODE_MAX = 50, 255, 4000, 10
LEVELS = range(1, 9)


class Column(NamedTuple):
    """What one column means. Units: most and least bound a number, decimals its places; longest is in characters."""

    meaning: str
    example: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 4
    longest: int = CODE_MAX


class Declared(NamedTuple):
    """One column as declared. Shape: kind is str, Decimal, int, date or bool."""

    name: str
    kind: type
    required: bool
    column: Column


class SheetRow(Record, frozen=True, kw_only=True):
    """One row of a sheet."""

    sheet: ClassVar[str]
    identity_columns: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> str:
        """What the row is about, and is looked up by."""
        return str(getattr(self, self.identity_columns[0]))

    @property
    def identity(self) -> str:
        """What two rows may not share at the same time."""
        return "\x1f".join(str(getattr(self, name)) for name in self.identity_columns)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What contradicts itself in the row. Shape: (column, what is wrong)."""
        yield from ()


ZERO, HUNDRED = Decimal(0), Decimal(100)


class PriceRow(SheetRow, frozen=True, kw_only=True):
    """A price that differs from Xero's: for everyone, a price group or one customer. Source: field-sales facts §8."""

    sheet = "prices"
    identity_columns = ("product", "product_group", "customer", "price_group", "kind", "least_quantity")

    product: Annotated[str, Column("the item's code in Xero; or fill product_group", "APL-1L")] = ""
    product_group: Annotated[str, Column("a `group` of the products sheet; or fill product", "JUICE")] = ""
    customer: Annotated[str, Column("the customer's code; empty: not for one customer", "KER014")] = ""
    price_group: Annotated[
        str, Column("customers of the contact group `Deal CAFE`; empty: not for a group", "CAFE")
    ] = ""
    price: Annotated[Decimal | None, Column("the fixed price, without tax; or fill percent_off", "3.90", ZERO)] = None
    percent_off: Annotated[
        Decimal | None, Column("percent off the customer's level; or fill price", "10", ZERO, HUNDRED)
    ] = None
    from_quantity: Annotated[Decimal | None, Column("holds from this quantity on; empty: from one", "12", ZERO)] = None
    start: Annotated[date | None, Column("the first day; empty: since always", "2026-07-01")] = None
    end: Annotated[date | None, Column("the last day; empty: until further notice", "2026-12-31")] = None
    note: Annotated[str, Column("why; shown when the price is explained", "winter deal", longest=TEXT_MAX)] = ""

    @property
    def kind(self) -> str:
        """How it changes the price: `fixed` or `percent`."""
        return "percent" if self.price is None else "fixed"

    @property
    def least_quantity(self) -> Decimal:
        """From which quantity it holds."""
        return self.from_quantity or ZERO

    @property
    def key(self) -> str:
        """The product, or the group of products."""
        return product_key(self.product) if self.product else group_key(self.product_group)

    def faults(self) -> Iterator[tuple[str, str]]:
        """Exactly one product or group, at most one customer or group, exactly one price; days in order."""
        if bool(self.product) == bool(self.product_group):
            yield "product", "needs a product or a product_group, and not both"
        if self.customer and self.price_group:
            yield "customer", "has a customer and a price_group; a rule is for one of them"
        if (self.price is None) == (self.percent_off is None):
            yield "price", "needs a price or a percent_off, and not both"
        if self.start and self.end and self.end < self.start:
            yield "end", f"ends on {self.end}, before it starts on {self.start}"


def product_key(code: str) -> str:
    """The key of price rows about one product."""
    return f"product {code}"


def group_key(group: str) -> str:
    """The key of price rows about a group of products."""
    return f"group {group}"


def _level(number: int) -> Column:
    return Column(f"the price at level {number}, without tax; empty: by the settings, else level 1", "", ZERO)


class ProductRow(SheetRow, frozen=True, kw_only=True):
    """What tablets show of a product and Xero's item does not hold. Source: field-sales facts §6."""

    sheet = "products"
    identity_columns = ("product",)

    product: Annotated[str, Column("the item's code in Xero", "APL-1L")]
    barcode: Annotated[str, Column("the barcode; format the column as text", "9421000000017")] = ""
    group: Annotated[str, Column("the group of products that price rules name", "JUICE")] = ""
    vendor: Annotated[str, Column("the brand or supplier", "Orchard Co")] = ""
    unit: Annotated[str, Column("the unit it is sold in; empty: EA", "CTN")] = ""
    pack: Annotated[Decimal | None, Column("how many make one sales unit; empty: 1", "12", Decimal("0.0001"))] = None
    price_2: Annotated[Decimal | None, _level(2)] = None
    price_3: Annotated[Decimal | None, _level(3)] = None
    price_4: Annotated[Decimal | None, _level(4)] = None
    price_5: Annotated[Decimal | None, _level(5)] = None
    price_6: Annotated[Decimal | None, _level(6)] = None
    price_7: Annotated[Decimal | None, _level(7)] = None
    price_8: Annotated[Decimal | None, _level(8)] = None
    category_1: Annotated[str, Column("category 1, for filters and reports", "Drinks", longest=TEXT_MAX)] = ""
    category_2: Annotated[str, Column("category 2", "Juice", longest=TEXT_MAX)] = ""
    category_3: Annotated[str, Column("category 3", longest=TEXT_MAX)] = ""
    category_4: Annotated[str, Column("category 4", longest=TEXT_MAX)] = ""
    category_5: Annotated[str, Column("category 5", longest=TEXT_MAX)] = ""
    category_6: Annotated[str, Column("category 6", longest=TEXT_MAX)] = ""
    category_7: Annotated[str, Column("category 7", longest=TEXT_MAX)] = ""
    category_8: Annotated[str, Column("category 8", longest=TEXT_MAX)] = ""
    custom_1: Annotated[str, Column("free text", "chilled", longest=TEXT_MAX)] = ""
    custom_2: Annotated[str, Column("free text", longest=TEXT_MAX)] = ""
    cost: Annotated[Decimal | None, Column("cost of one unit; every rep sees it", "", ZERO)] = None
    pel_code: Annotated[str, Column("item code at the grocery group PEL")] = ""
    fsa_code: Annotated[str, Column("item code at the grocery group FSA")] = ""
    fsw_code: Annotated[str, Column("item code at the grocery group FSW")] = ""
    fssi_code: Annotated[str, Column("item code at the grocery group FSSI")] = ""
    always_available: Annotated[bool, Column("yes: publish the untracked figure as stock", "no")] = False
    hide: Annotated[bool, Column("yes: hide it in the web shop", "no")] = False

    @property
    def levels(self) -> tuple[Decimal | None, ...]:
        """The prices of levels 2 to 8."""
        return tuple(getattr(self, f"price_{number}") for number in LEVELS[1:])

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories 1 to 8."""
        return tuple(getattr(self, f"category_{number}") for number in LEVELS)


class StaffRow(SheetRow, frozen=True, kw_only=True):
    """One rep. Reps are seldom users of Xero. Source: field-sales facts §9."""

    sheet = "staff"
    identity_columns = ("code",)

    code: Annotated[str, Column("the rep's code, as on orders", "STESMI", longest=STAFF_CODE_MAX)]
    first_name: Annotated[str, Column("the first name", "Steve")]
    surname: Annotated[str, Column("the surname", "Smith")] = ""


class AddressRow(SheetRow, frozen=True, kw_only=True):
    """One more place where a customer takes goods; Xero keeps one street address. Source: field-sales facts §7."""

    sheet = "addresses"
    identity_columns = ("customer", "code")

    customer: Annotated[str, Column("the customer's code", "KER014")]
    code: Annotated[str, Column("the address's code inside the customer; 1 replaces Xero's street address", "2")]
    line_1: Annotated[str, Column("the first line", "12 Shed Rd", longest=TEXT_MAX)]
    line_2: Annotated[str, Column("the second line", "Kerikeri", longest=TEXT_MAX)] = ""
    line_3: Annotated[str, Column("the third line", "0230", longest=TEXT_MAX)] = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that say something."""
        return tuple(line for line in (self.line_1, self.line_2, self.line_3) if line)


class CustomerRow(SheetRow, frozen=True, kw_only=True):
    """What tablets should know of a customer and no contact group says. Source: field-sales facts §5."""

    sheet = "customers"
    identity_columns = ("customer",)

    customer: Annotated[str, Column("the customer's code", "KER014")]
    price_level: Annotated[
        int | None, Column("1 to 8; a contact group `Price 3` counts more", "2", Decimal(1), Decimal(8), 0)
    ] = None
    price_group: Annotated[str, Column("the price group; a contact group `Deal CAFE` counts more", "CAFE")] = ""
    discount: Annotated[
        Decimal | None, Column("standing discount in percent; the contact's in Xero counts more", "5", ZERO, HUNDRED)
    ] = None
    rep: Annotated[
        str, Column("the rep's code; a contact group `Rep STESMI` counts more", "STESMI", longest=STAFF_CODE_MAX)
    ] = ""
    notes: Annotated[
        str, Column("what the rep should know; whom to ask for follows", "Closed on Mondays", longest=NOTES_MAX)
    ] = ""
    category_1: Annotated[
        str, Column("category 1; a contact group `Class Cafe` counts more", "Cafe", longest=TEXT_MAX)
    ] = ""
    category_2: Annotated[
        str, Column("category 2; a contact group `Area North` counts more", "North", longest=TEXT_MAX)
    ] = ""
    category_3: Annotated[str, Column("category 3", longest=TEXT_MAX)] = ""
    category_4: Annotated[str, Column("category 4", longest=TEXT_MAX)] = ""
    category_5: Annotated[str, Column("category 5", longest=TEXT_MAX)] = ""
    category_6: Annotated[str, Column("category 6", longest=TEXT_MAX)] = ""
    category_7: Annotated[str, Column("category 7", longest=TEXT_MAX)] = ""
    category_8: Annotated[str, Column("category 8", longest=TEXT_MAX)] = ""
    custom_1: Annotated[str, Column("free text; empty: the terms of payment", longest=TEXT_MAX)] = ""
    custom_2: Annotated[str, Column("free text; why credit is stopped counts more", longest=TEXT_MAX)] = ""
    compulsory_order_no: Annotated[bool | None, Column("yes: the rep must enter the customer's order number", "no")] = (
        None
    )
    print_pricing: Annotated[bool | None, Column("no: leave prices off what is printed", "yes")] = None
    edit_price: Annotated[bool | None, Column("yes: the rep may change prices", "no")] = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories 1 to 8."""
        return tuple(getattr(self, f"category_{number}") for number in LEVELS)


SHEETS: dict[str, type[SheetRow]] = {
    one.sheet: one for one in (PriceRow, ProductRow, CustomerRow, AddressRow, StaffRow)
}


def columns_of(row_type: type[SheetRow]) -> tuple[Declared, ...]:
    """The columns of a sheet, in order."""
    hints = get_type_hints(row_type, include_extras=True)
    return tuple(_declared(one.name, hints[one.name], one.required) for one in msgspec.structs.fields(row_type))


def _declared(name: str, hint: Any, required: bool) -> Declared:
    declared, column = get_args(hint)
    kind = next((one for one in get_args(declared) if one is not type(None)), declared)
    return Declared(name, kind, required, column)
