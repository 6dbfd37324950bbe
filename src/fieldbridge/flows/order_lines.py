"""The lines of what a rep captured, with the money Xero will make of them. Source: field-sales facts §12."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.money import HUNDRED, combined_discount, line_amount, line_tax
from fieldbridge.core.records.books import Account, Contact, InvoiceLine, Item, TaxRate
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import RETRY, Shelf, name_of
from fieldbridge.flows.taxes import may_sell
from fieldbridge.flows.totals import Priced
from fieldbridge.flows.tracking import Mark, tracking_of

DESCRIPTION_MAX = 4000
INCLUSIVE = "INC"


def priced_lines(order: Order, contact: Contact, shelf: Shelf, rules: TransactionRules) -> list[Priced]:
    """Every line as entered, and the freight. Errors: RefusedError with the line that cannot go, and why."""
    marks = tracking_of(order, contact, shelf, rules)
    found = [_priced(order, number, line, shelf, rules) for number, line in enumerate(order.lines, start=1)]
    if order.freight:
        found.append(_freight(order, len(found) + 1, shelf, rules))
    return [_marked(one, marks) for one in found]


def _marked(one: Priced, marks: tuple[Mark, ...]) -> Priced:
    if not marks or one.line.quantity is None:
        return one
    names, ids = tuple(mark.names for mark in marks), tuple(mark.ids for mark in marks)
    return msgspec.structs.replace(one, line=msgspec.structs.replace(one.line, tracking=names, tracking_ids=ids))


def netted(line: InvoiceLine) -> InvoiceLine:
    """The same line with its discount in the price, for documents that know no discounts."""
    if not line.discount_rate or line.unit_amount is None:
        return line
    price = line.unit_amount * (HUNDRED - line.discount_rate) / HUNDRED
    return msgspec.structs.replace(line, unit_amount=price, discount_rate=Decimal(0))


def text(said: str) -> InvoiceLine:
    """A line that only says something, as long as Xero takes it, and never empty."""
    return InvoiceLine(description=_text(said))


def texts_of(order: Order, contact: Contact, shelf: Shelf) -> Iterator[InvoiceLine]:
    """What is said at the end of a document: the order's note, when and where it is wanted."""
    if order.note:
        yield text(order.note)
    if order.required_on:
        yield InvoiceLine(description=f"Required by {order.required_on.isoformat()}")
    if order.delivery_code:
        yield text("Deliver to: " + ", ".join(_delivery_lines(order, contact, shelf)))


def _priced(order: Order, number: int, line: OrderLine, shelf: Shelf, rules: TransactionRules) -> Priced:
    if not line.product:
        return Priced(number=number, line=text(line.description or line.note))
    item = _item(order, number, line, shelf.items)
    account = _account(order, number, item, shelf, rules)
    rate = _tax_rate(order, number, line, item, account, shelf, rules)
    made = InvoiceLine(
        description=_text(line.description or item.description or item.name),
        quantity=abs(line.quantity),
        unit_amount=line.unit_price,
        discount_rate=combined_discount(line.discount, order.discount),
        item_code=item.code,
        account_code=account.code,
        tax_type=rate.tax_type,
    )
    is_back = line.quantity < 0 or order.kind == "C"
    return _with_money(order, number, made, rate, abs(line.total) if is_back else line.total, is_back=is_back)


def _with_money(
    order: Order, number: int, line: InvoiceLine, rate: TaxRate, tablet: Decimal, *, is_back: bool
) -> Priced:
    amount = line_amount(line.quantity or Decimal(0), line.unit_amount or Decimal(0), line.discount_rate)
    tax = line_tax(amount, rate.rate, inclusive=order.tax_mode == INCLUSIVE)
    return Priced(number=number, line=line, amount=amount, tax=tax, tablet=tablet, is_back=is_back)


def _freight(order: Order, number: int, shelf: Shelf, rules: TransactionRules) -> Priced:
    account = shelf.accounts.get(rules.freight_account)
    rate = shelf.tax_rates.get(rules.freight_tax or (account.tax_type if account else ""))
    if account is None or account.status != "ACTIVE" or rate is None or not may_sell(rate):
        raise RefusedError(
            "order.freight_account",
            f"{name_of(order)} carries freight of {order.freight}, and the settings name no account for it that can be "
            "used on sales, with a tax rate, in Xero.",
            remedy=f"Set freight_account in the connection's settings, {RETRY}",
        )
    given = order.freight
    if order.tax_mode == INCLUSIVE:
        given += line_tax(given, rate.rate)
    line = InvoiceLine(
        description="Freight",
        quantity=Decimal(1),
        unit_amount=given,
        account_code=account.code,
        tax_type=rate.tax_type,
    )
    return _with_money(order, number, line, rate, given, is_back=order.kind == "C")


def _item(order: Order, number: int, line: OrderLine, items: Mapping[str, Sequence[Item]]) -> Item:
    found = items.get(line.product, ())
    if not found:
        raise RefusedError(
            "order.product_unknown",
            f"{name_of(order)}, line {number}: Xero has no item {line.product} ({line.description}).",
            remedy=f"Restore or rename the item in Xero, {RETRY}",
        )
    if not found[0].is_sold:
        raise RefusedError(
            "order.product_not_sold",
            f"{name_of(order)}, line {number}: Xero's item {line.product} is marked as not sold.",
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
            f"{name_of(order)}, line {number}: the sales account {code or '(none)'} of {item.code} {state} in Xero.",
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
            f"{name_of(order)}, line {number}: the tablet's tax code {line.tax_code} is mapped to no tax rate in Xero.",
            remedy=f"Add {line.tax_code} to tax_codes in the connection's settings, {RETRY}",
        )
    tax_type = mapped or item.tax_type or account.tax_type
    rate = shelf.tax_rates.get(tax_type)
    if rate is None or not may_sell(rate):
        raise RefusedError(
            "order.tax_unusable",
            f"{name_of(order)}, line {number}: the tax rate {tax_type or '(none)'} cannot be used on sales in Xero.",
            remedy=f"Change the tax rate of {item.code} in Xero or tax_codes in the settings, {RETRY}",
        )
    return rate


def _delivery_lines(order: Order, contact: Contact, shelf: Shelf) -> Sequence[str]:
    for address in shelf.addresses(contact):
        if address.code == order.delivery_code:
            return address.lines
    raise RefusedError(
        "order.address_unknown",
        f"{name_of(order)}: the customer {order.customer} has no delivery address {order.delivery_code}.",
        remedy=f"Give the contact a street address in Xero (it is address 1), {RETRY}",
    )


def _text(said: str) -> str:
    return said.strip()[:DESCRIPTION_MAX] or "-"
