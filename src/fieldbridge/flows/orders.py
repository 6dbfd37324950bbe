"""Orders: how what a rep captured becomes a sales invoice. Source: field-sales facts §12; Xero, invoices."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal
from string import Formatter

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.money import combined_discount, document_totals, line_amount, line_tax
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Account, Contact, Invoice, InvoiceLine, Item, Organisation, TaxRate
from fieldbridge.core.records.field import DeliveryAddress, Order, OrderLine
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.due_dates import due_on
from fieldbridge.flows.not_posted import refuse_what_is_not_posted
from fieldbridge.flows.owing import Owing
from fieldbridge.flows.taxes import may_sell
from fieldbridge.flows.totals import Priced, compare

DESCRIPTION_MAX = 4000
REFERENCE_MAX = 255
REFERENCE_FIELDS = ("customer_order_no", "rep", "order_no", "cloud_id")
RETRY = "then: fieldbridge retry"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the Books and of the ledger that some orders need.

    Shape: contacts and items by code, the rest by their own key. going are the parts of a transaction, by its key, that
    are on their way or at Xero already, with their totals. coming says which transaction makes a customer, by code;
    namesakes are contacts by name in small letters; codes gives every code that is taken.
    """

    organisation: Organisation
    contacts: Mapping[str, Sequence[Contact]]
    items: Mapping[str, Sequence[Item]]
    accounts: Mapping[str, Account]
    tax_rates: Mapping[str, TaxRate]
    addresses: Callable[[Contact], Sequence[DeliveryAddress]]
    owing: Owing = msgspec.field(default_factory=Owing)
    going: Mapping[str, Mapping[str, Decimal]] = {}
    coming: Mapping[str, str] = {}
    namesakes: Mapping[str, Sequence[Contact]] = {}
    codes: Callable[[], Container[str]] = frozenset


def change_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Change:
    """The invoice one order becomes. Errors: RefusedError with the reason why it cannot."""
    if order.tax_mode != "EX":
        raise RefusedError(
            "order.tax_mode",
            f"{_name(order)} has prices of tax mode {order.tax_mode}; only prices without tax (EX) can be posted.",
            remedy="Enter it in Xero by hand.",
        )
    refuse_what_is_not_posted(order)
    _refuse_locked(order, shelf.organisation)
    contact = contact_of(order, shelf.contacts)
    priced = [_priced(order, number, line, shelf, rules) for number, line in enumerate(order.lines, start=1)]
    subtotal, tax = document_totals((one.amount, one.tax) for one in priced)
    shown = (order.total, order.tax) if order.shows_totals else (subtotal, tax)
    notes = compare(_name(order), shown, (subtotal, tax), priced, rules.tolerance)
    invoice = Invoice(
        number=_number(order, rules),
        contact_id=contact.contact_id,
        issued_on=order.captured_on,
        due_on=due_on(order.captured_on, contact.terms or shelf.organisation.sales_terms, rules.due_days_without_terms),
        status=_status(order, rules),
        reference=_reference(order, rules.reference),
        currency_code=shelf.organisation.base_currency,
        lines=tuple(_lines(order, priced, contact, shelf)),
        total=subtotal + tax,
        total_tax=tax,
    )
    return Change(key=order.key, document=invoice, number=invoice.number, total=invoice.total, notes=notes)


def _status(order: Order, rules: TransactionRules) -> str:
    """Goods that have left and money that was taken need an invoice that counts."""
    return "AUTHORISED" if order.kind == "I" or order.tenders else rules.order_status


def contact_of(order: Order, contacts: Mapping[str, Sequence[Contact]]) -> Contact:
    """The one active contact an order is for; one without an id when the order brings it.

    Errors: RefusedError when there is none, or more than one.
    """
    holders = contacts.get(order.customer, ())
    active = [one for one in holders if one.status == "ACTIVE" and not one.merged_to]
    if len(active) == 1:
        return active[0]
    if len(active) > 1:
        names = ", ".join(one.name for one in active)
        raise RefusedError(
            "order.customer_ambiguous",
            f"{_name(order)}: {len(active)} contacts in Xero have the code {order.customer}: {names}.",
            remedy=f"Give each its own code in Xero, {RETRY}",
        )
    if holders:
        raise RefusedError(
            "order.customer_archived",
            f"{_name(order)}: the customer {order.customer} ({holders[0].name}) is archived in Xero.",
            remedy=f"Restore the contact in Xero, {RETRY}",
        )
    if order.new_customer is not None:
        return Contact(contact_id="", name=order.new_customer.name)
    raise RefusedError(
        "order.customer_unknown",
        f"{_name(order)}: no contact in Xero has the code {order.customer} ({order.customer_name or 'no name given'}).",
        remedy=f"Put {order.customer} into the contact's Account Number in Xero, {RETRY}",
    )


def _priced(order: Order, number: int, line: OrderLine, shelf: Shelf, rules: TransactionRules) -> Priced:
    if not line.product:
        return Priced(number=number, line=InvoiceLine(description=_text(line.description or line.note)))
    if line.quantity < 0:
        raise RefusedError(
            "order.quantity_negative",
            f"{_name(order)}, line {number}: {line.quantity} of {line.product} is negative.",
            remedy="Take it as a credit note in Xero.",
        )
    item = _item(order, number, line, shelf.items)
    account = _account(order, number, item, shelf, rules)
    rate = _tax_rate(order, number, line, item, account, shelf, rules)
    discount = combined_discount(line.discount, order.discount)
    amount = line_amount(line.quantity, line.unit_price, discount)
    made = InvoiceLine(
        description=_text(line.description or item.description or item.name),
        quantity=line.quantity,
        unit_amount=line.unit_price,
        discount_rate=discount,
        item_code=item.code,
        account_code=account.code,
        tax_type=rate.tax_type,
    )
    return Priced(number=number, line=made, amount=amount, tax=line_tax(amount, rate.rate), tablet=line.total)


def _item(order: Order, number: int, line: OrderLine, items: Mapping[str, Sequence[Item]]) -> Item:
    found = items.get(line.product, ())
    if not found:
        raise RefusedError(
            "order.product_unknown",
            f"{_name(order)}, line {number}: Xero has no item {line.product} ({line.description}).",
            remedy=f"Restore or rename the item in Xero, {RETRY}",
        )
    if not found[0].is_sold:
        raise RefusedError(
            "order.product_not_sold",
            f"{_name(order)}, line {number}: Xero's item {line.product} is marked as not sold.",
            remedy=f"Tick 'I sell this item' in Xero, {RETRY}",
        )
    return found[0]


def _account(order: Order, number: int, item: Item, shelf: Shelf, rules: TransactionRules) -> Account:
    code = item.account_code or rules.sales_account
    account = shelf.accounts.get(code)
    if account is None or account.status != "ACTIVE":
        state = "does not exist" if account is None else "is archived"
        raise RefusedError(
            "order.account_unusable",
            f"{_name(order)}, line {number}: the sales account {code or '(none)'} of {item.code} {state} in Xero.",
            remedy=f"Choose another sales account for {item.code} in Xero, {RETRY}",
        )
    return account


def _tax_rate(
    order: Order, number: int, line: OrderLine, item: Item, account: Account, shelf: Shelf, rules: TransactionRules
) -> TaxRate:
    mapped = rules.tax_codes.get(line.tax_code, "")
    if line.tax_code and not mapped:
        raise RefusedError(
            "order.tax_code_unknown",
            f"{_name(order)}, line {number}: the tablet's tax code {line.tax_code} is mapped to no tax rate in Xero.",
            remedy=f"Add {line.tax_code} to tax_codes in the connection's settings, {RETRY}",
        )
    tax_type = mapped or item.tax_type or account.tax_type
    rate = shelf.tax_rates.get(tax_type)
    if rate is None or not may_sell(rate):
        raise RefusedError(
            "order.tax_unusable",
            f"{_name(order)}, line {number}: the tax rate {tax_type or '(none)'} cannot be used on sales in Xero.",
            remedy=f"Change the tax rate of {item.code} in Xero or tax_codes in the settings, {RETRY}",
        )
    return rate


def _refuse_locked(order: Order, organisation: Organisation) -> None:
    locks = [lock for lock in (organisation.period_lock_on, organisation.year_lock_on) if lock]
    if locks and order.captured_on <= max(locks):
        raise RefusedError(
            "order.locked_period",
            f"{_name(order)} is dated {order.captured_on}, and Xero is locked up to {max(locks)}.",
            remedy=f"Move the lock date in Xero, {RETRY}",
        )


def _lines(order: Order, priced: Sequence[Priced], contact: Contact, shelf: Shelf) -> Iterator[InvoiceLine]:
    for one, captured in zip(priced, order.lines, strict=True):
        yield one.line
        if captured.product and captured.note:
            yield InvoiceLine(description=_text(captured.note))
    if order.note:
        yield InvoiceLine(description=_text(order.note))
    if order.required_on:
        yield InvoiceLine(description=f"Required by {order.required_on.isoformat()}")
    if order.delivery_code:
        yield InvoiceLine(description=_text("Deliver to: " + ", ".join(_delivery_lines(order, contact, shelf))))


def _delivery_lines(order: Order, contact: Contact, shelf: Shelf) -> Sequence[str]:
    for address in shelf.addresses(contact):
        if address.code == order.delivery_code:
            return address.lines
    raise RefusedError(
        "order.address_unknown",
        f"{_name(order)}: the customer {order.customer} has no delivery address {order.delivery_code}.",
        remedy=f"Give the contact a street address in Xero (it is address 1), {RETRY}",
    )


def _number(order: Order, rules: TransactionRules) -> str:
    number = f"{rules.number_prefix}{order.key}"
    is_plain = number.isascii() and number.isprintable() and "," not in number and number == number.strip()
    if len(number) > REFERENCE_MAX or not is_plain:
        raise RefusedError(
            "order.number_unusable",
            f"{_name(order)}: {number!r} cannot be an invoice number in Xero that is found again (printable ASCII, no "
            "comma, no space at either end, at most 255).",
            remedy="Have the order sent again under a plain number.",
        )
    return number


def _reference(order: Order, template: str) -> str:
    filled = template.format(**{name: getattr(order, name) for name in REFERENCE_FIELDS})
    return " ".join(filled.split())[:REFERENCE_MAX]


def reference_faults(template: str) -> list[str]:
    """Names in a reference template that mean nothing; the template itself when it is not one."""
    try:
        named = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        faults = [name for name in named if name not in REFERENCE_FIELDS]
        if not faults:
            template.format(**dict.fromkeys(REFERENCE_FIELDS, ""))
    except ValueError:
        return [template]
    return faults


def _text(text: str) -> str:
    return text.strip()[:DESCRIPTION_MAX] or "-"


def _name(order: Order) -> str:
    return f"Order {order.order_no}"
