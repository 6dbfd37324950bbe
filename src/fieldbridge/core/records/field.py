"""What the field-sales cloud holds and what reps capture, in that side's words.

Source: field-sales facts, the evidenced master files and the order export.
"""

from datetime import date
from decimal import Decimal

from fieldbridge.core.records.books import Record


class Customer(Record, frozen=True, kw_only=True):
    """One outlet, a row of Customer.csv. A flag of None is published as an empty field.

    Shape: balances are the aged parts, the current one first; none when they are not known.
    """

    customer_id: str
    name: str
    price_level: int = 1
    discount: Decimal | None = None
    address_lines: tuple[str, ...] = ()
    post_code: str = ""
    fax: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    notes: str = ""
    staff_code: str = ""
    special_pricing_group: str = ""
    stop_credit: bool | None = None
    cash_only: bool | None = None
    balances: tuple[Decimal, ...] = ()
    compulsory_order_no: bool = False
    print_pricing: bool = True
    enable_edit_price: bool = False
    categories: tuple[str, ...] = ()
    custom_1: str = ""
    custom_2: str = ""
    vendor: str = ""
    report_only: bool | None = None


class Product(Record, frozen=True, kw_only=True):
    """One row of Product.csv.

    Shape: grocery_codes are PEL, FSA, FSW and FSSI. Units: prices exclude tax; prices[0] is level 1.
    """

    sku: str
    description: str
    barcode: str = ""
    group: str = ""
    vendor: str = ""
    prices: tuple[Decimal, ...] = ()
    tax_code: str = ""
    on_hand: Decimal = Decimal(0)
    sales_unit: str = "EA"
    sales_unit_quantity: Decimal = Decimal(1)
    hide_in_portal: bool = False
    categories: tuple[str, ...] = ()
    grocery_codes: tuple[str, ...] = ()
    custom_1: str = ""
    custom_2: str = ""
    cost: Decimal | None = None


class PriceRule(Record, frozen=True, kw_only=True):
    """One row of Pricing.csv. Units: price excludes tax, discount is a percentage."""

    product: str
    customer: str
    price: Decimal | None = None
    kind: int = 1
    start_on: date | None = None
    end_on: date | None = None
    quantity: Decimal | None = None
    discount: Decimal | None = None


class DeliveryAddress(Record, frozen=True, kw_only=True):
    """One row of DeliveryAddresses.csv: code is a key inside the customer."""

    customer: str
    code: str
    lines: tuple[str, ...]


class Staff(Record, frozen=True, kw_only=True):
    """One rep, a row of Staff.csv."""

    code: str
    first_name: str
    surname: str = ""


class Tax(Record, frozen=True, kw_only=True):
    """One row of Tax.csv. Units: rate is a percentage."""

    code: str
    description: str
    rate: Decimal


class SaleLine(Record, frozen=True, kw_only=True):
    """One line of something sold. Units: without tax; discount_percent is a percentage."""

    product: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    tax: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None


class Sale(Record, frozen=True, kw_only=True):
    """One invoice or credit as reps see it, the rows of one document of Transactions.csv.

    Shape: kind is I or C; cloud_id is the tablet's own key where the document began there. Units: total excludes tax.
    """

    number: str
    kind: str
    issued_on: date
    customer: str
    customer_name: str
    total: Decimal
    tax: Decimal
    lines: tuple[SaleLine, ...]
    captured_on: date
    cloud_id: str = ""
    order_number: str = ""
    staff: str = ""
    location: str = ""
    delivery_code: str = ""


class OrderLine(Record, frozen=True, kw_only=True):
    """One line a rep entered. A line without a product is text.

    Units: unit_price and total exclude tax; discount is a percentage.
    """

    product: str = ""
    description: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    tax_code: str = ""
    note: str = ""


class Tender(Record, frozen=True, kw_only=True):
    """One part of a payment a rep took: by which means, how much, when.

    Shape: paid_on of None is the day of capture; currency is empty for the organisation's own.
    """

    kind: str
    amount: Decimal
    paid_on: date | None = None
    reference: str = ""
    currency: str = ""


class NewCustomer(Record, frozen=True, kw_only=True):
    """A customer a rep met, not known to the office yet. Shape: its code is the customer of the transaction."""

    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    address_lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    post_code: str = ""
    note: str = ""


class Order(Record, frozen=True, kw_only=True):
    """One transaction captured on a tablet.

    Shape: lines and texts stand in the order the rep entered them. kind is O (order), I (invoice), C (credit),
    Q (quote), P (payment alone, no lines) or N (new customer alone, no lines). captured_on is the tablet's own calendar
    day. reason is the code of a credit's reason; against is the number in Xero of the invoice a credit or a payment is
    for, empty when the oldest open ones are meant; files are names of pictures or PDFs that lie beside the order file.
    shows_totals is false where the file has no totals of the tablet: there is nothing to hold Xero's against.
    Units: total and tax are what the tablet showed the customer; total excludes tax, and is the sum of the tenders
    where there are no lines. freight excludes tax.
    """

    order_no: str
    kind: str
    captured_on: date
    customer: str
    lines: tuple[OrderLine, ...]
    total: Decimal
    tax: Decimal
    cloud_id: str = ""
    captured_at: str = ""
    required_on: date | None = None
    customer_name: str = ""
    discount: Decimal = Decimal(0)
    tax_mode: str = "EX"
    customer_order_no: str = ""
    rep: str = ""
    contact: str = ""
    delivery_code: str = ""
    note: str = ""
    reason: str = ""
    against: str = ""
    freight: Decimal = Decimal(0)
    files: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
    new_customer: NewCustomer | None = None
    shows_totals: bool = True

    @property
    def key(self) -> str:
        """The transaction's key inside its site: the cloud's id, else the order number. Opaque, never parsed."""
        return self.cloud_id or self.order_no


class Origin(Record, frozen=True, kw_only=True):
    """Where a document at Xero began, when it began on a tablet.

    Shape: key is the transaction's; order is what was captured, None when that is no longer kept.
    """

    key: str
    order: Order | None = None
