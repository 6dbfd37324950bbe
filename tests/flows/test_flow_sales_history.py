"""What reps see of one document, in the field's words."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.records.documents import BookedDocument, BookedLine
from fieldbridge.core.records.field import Order, Origin
from fieldbridge.core.rules import HistoryRules
from fieldbridge.flows.sales_history import Known, is_history, sale_of

replace = msgspec.structs.replace
DAY = date(2026, 7, 14)
LINE = BookedLine(
    description="Apple juice",
    item_code="APL-1L",
    quantity=Decimal(12),
    unit_amount=Decimal("4.25"),
    discount_rate=Decimal(5),
    amount=Decimal("48.45"),
    tax=Decimal("7.27"),
)
INVOICE = BookedDocument(
    document_id="d1",
    number="INV-1",
    kind="ACCREC",
    status="AUTHORISED",
    contact_id="c1",
    reference="PO 1",
    issued_on=DAY,
    amounts="Exclusive",
    subtotal=Decimal("48.45"),
    total_tax=Decimal("7.27"),
    lines=(LINE,),
)
CREDIT = replace(INVOICE, kind="ACCRECCREDIT", number="CN-1")
KNOWN = Known(
    customer="KER014",
    customer_name="Kerikeri Foodmart",
    rep="ABE",
    rep_tracking="Rep",
    staff={"zoe ash": "ZOE", "zoe": "ZOE"},
)
RULES = HistoryRules()
TAKEN = Order(
    order_no="7", kind="O", captured_on=date(2026, 7, 12), customer="KER014", lines=(), total=Decimal(0),
    tax=Decimal(0), cloud_id="BV7", rep="STESMI", customer_order_no="PO 9", delivery_code="2",
)  # fmt: skip


def marked(option, category="Rep"):
    return replace(INVOICE, lines=(replace(LINE, tracking=(("Region", "North"), (category, option))),))


@pytest.mark.parametrize(
    ("status", "resend", "expected"),
    [("AUTHORISED", True, True), ("PAID", False, True), ("VOIDED", True, True), ("VOIDED", False, False),
     ("DRAFT", True, False), ("SUBMITTED", True, False), ("DELETED", True, False)],
)  # fmt: skip
def test_history_is_what_was_approved(status, resend, expected):
    assert is_history(replace(INVOICE, status=status), HistoryRules(resend_voided=resend)) is expected


def test_the_rep_who_took_the_order_counts_first_then_the_tracking_option_then_the_customers_rep():
    origin = Origin(key="BV7", order=TAKEN)
    assert sale_of(marked("Zoe Ash"), replace(KNOWN, origin=origin), RULES).staff == "STESMI"
    assert sale_of(marked("Zoe Ash"), replace(KNOWN, origin=Origin(key="BV7")), RULES).staff == "ZOE"
    assert sale_of(marked("ZOE"), KNOWN, RULES).staff == "ZOE"
    assert sale_of(marked("Nobody we know"), KNOWN, RULES).staff == "ABE"
    assert sale_of(marked("Zoe Ash", category="Region"), KNOWN, RULES).staff == "ABE"
    assert sale_of(INVOICE, KNOWN, RULES).staff == "ABE"


def test_a_document_from_a_tablet_has_its_id_its_order_number_its_address_and_its_day():
    sale = sale_of(INVOICE, replace(KNOWN, origin=Origin(key="BV7", order=TAKEN)), RULES)
    assert (sale.cloud_id, sale.order_number, sale.delivery_code, sale.captured_on) == (
        "BV7", "PO 9", "2", date(2026, 7, 12),
    )  # fmt: skip


def test_when_the_capture_is_no_longer_kept_the_id_still_comes_back():
    sale = sale_of(INVOICE, replace(KNOWN, origin=Origin(key="BV7")), RULES)
    assert (sale.cloud_id, sale.order_number, sale.delivery_code, sale.captured_on) == ("BV7", "PO 1", "", DAY)


def test_texts_are_no_lines_and_a_document_of_texts_alone_is_not_shown():
    text = BookedLine(description="Thank you")
    assert len(sale_of(replace(INVOICE, lines=(LINE, text)), KNOWN, RULES).lines) == 1
    assert sale_of(replace(INVOICE, lines=(text,)), KNOWN, RULES) is None


def test_money_without_an_item_is_shown_under_the_product_of_its_account_or_under_none():
    freight = BookedLine(description="Freight", quantity=Decimal(1), amount=Decimal(9), account_code="210")
    rules = HistoryRules(products_of_accounts={"210": "FREIGHT"})
    document = replace(INVOICE, lines=(freight, replace(freight, account_code="260")))
    assert [line.product for line in sale_of(document, KNOWN, rules).lines] == ["FREIGHT", ""]


def test_a_discount_in_money_is_told_as_such():
    line = replace(LINE, discount_rate=None, discount_amount=Decimal("2.55"))
    (shown,) = sale_of(replace(INVOICE, lines=(line,)), KNOWN, RULES).lines
    assert (shown.discount_percent, shown.discount_amount) == (None, Decimal("2.55"))


cents = st.decimals(min_value=Decimal("0.01"), max_value=10_000, places=2)


@given(
    st.lists(st.tuples(cents, cents, st.integers(1, 99)), min_size=1, max_size=6),
    st.sampled_from(["ACCREC", "ACCRECCREDIT"]),
)
def test_the_lines_of_a_document_always_add_up_to_its_head(some, kind):
    lines = tuple(
        BookedLine(item_code="A", quantity=Decimal(count), unit_amount=Decimal(1), amount=amount, tax=tax)
        for amount, tax, count in some
    )
    document = replace(
        INVOICE,
        kind=kind,
        lines=lines,
        subtotal=sum(one.amount for one in lines),
        total_tax=sum(one.tax for one in lines),
    )
    sale = sale_of(document, KNOWN, RULES)
    assert sum(line.total for line in sale.lines) == sale.total
    assert sum(line.tax for line in sale.lines) == sale.tax
    assert all(line.quantity * sale.total > 0 and line.unit_price > 0 for line in sale.lines)
    gone = sale_of(replace(document, status="VOIDED"), KNOWN, RULES)
    assert [line.product for line in gone.lines] == [line.product for line in sale.lines]
    assert not any(line.total or line.tax or line.quantity for line in gone.lines)
