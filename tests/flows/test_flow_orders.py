"""From what a rep captured to a sales invoice, or to the reason why it cannot be one."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Account, Address, Contact, Item, Organisation, PaymentTerms, TaxRate
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.addresses import addresses_of
from fieldbridge.flows.invoices import change_of
from fieldbridge.flows.numbers import reference_faults
from fieldbridge.flows.orders import Shelf
from fieldbridge.flows.transactions import changes_of

replace = msgspec.structs.replace

KERIKERI = Contact(
    contact_id="c-ker",
    name="Kerikeri Foodmart",
    account_number="KER014",
    street=Address(lines=("12 Shed Road", "Unit 4"), city="Kerikeri", postal_code="0230"),
    terms=PaymentTerms(day=20, kind="OFFOLLOWINGMONTH"),
)
APPLE = Item(item_id="i-apl", code="APL-1L", name="Apple juice 1L", unit_price=Decimal("4.25"), account_code="200")
ORANGE = Item(item_id="i-org", code="ORG-1L", name="Orange juice 1L", account_code="200", tax_type="OUTPUT2")
SHELF = Shelf(
    organisation=Organisation(organisation_id="o1", name="Kauri", base_currency="NZD"),
    contacts={"KER014": (KERIKERI,)},
    items={"APL-1L": (APPLE,), "ORG-1L": (ORANGE,)},
    accounts={
        "200": Account(account_id="a200", code="200", name="Sales", tax_type="OUTPUT2"),
        "280": Account(account_id="a280", code="280", name="Old sales", status="ARCHIVED", tax_type="OUTPUT2"),
    },
    tax_rates={
        "OUTPUT2": TaxRate(tax_type="OUTPUT2", name="15% GST", rate=Decimal(15), applies_to_revenue=True),
        "ZERO": TaxRate(tax_type="ZERO", name="Zero rated", rate=Decimal(0), applies_to_revenue=True),
        "INPUT2": TaxRate(tax_type="INPUT2", name="15% on expenses", rate=Decimal(15)),
        "GONE": TaxRate(tax_type="GONE", name="Old", rate=Decimal(12), status="DELETED", applies_to_revenue=True),
    },
    addresses=addresses_of,
)
RULES = TransactionRules(tax_codes={"1": "OUTPUT2", "2": "ZERO", "8": "GONE", "9": "INPUT2", "7": "NO-SUCH"})


def line(product="APL-1L", quantity="12", price="4.25", discount="0", total="51.00", tax="1", **more):
    return OrderLine(
        product=product,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount=Decimal(discount),
        total=Decimal(total),
        tax_code=tax,
        **more,
    )


WORKED = Order(
    order_no="100245",
    kind="O",
    captured_on=date(2026, 7, 14),
    captured_at="2026-07-14T10:32:05",
    required_on=date(2026, 7, 16),
    cloud_id="BV210",
    customer="KER014",
    customer_name="Kerikeri Foodmart",
    customer_order_no="PO 7781",
    rep="STESMI",
    contact="Mere",
    total=Decimal("91.80"),
    tax=Decimal("13.77"),
    note="Leave at shed, ring bell",
    lines=(
        line(description="Apple juice 1L"),
        line("ORG-1L", "10", discount="4", total="40.80", description="Orange juice 1L", note="short dated ok"),
        OrderLine(description="Manager away until Thursday"),
    ),
)
"""The worked example of the field-sales facts, order export."""


def simple(**changes):
    """One line of 51.00 at 15 %, with nothing else to it."""
    plain = replace(WORKED, lines=(line(),), total=Decimal("51.00"), tax=Decimal("7.65"), note="", required_on=None)
    return replace(plain, **changes)


def invoice_of(order, shelf=SHELF, rules=RULES):
    return change_of(order, shelf, rules).document


def refusal_of(order, shelf=SHELF, rules=RULES):
    with pytest.raises(RefusedError) as caught:
        change_of(order, shelf, rules)
    assert order.order_no in caught.value.message
    assert caught.value.remedy
    return caught.value


def shelf(**changes):
    return replace(SHELF, **changes)


def test_the_worked_example_becomes_the_invoice_it_must():
    change = change_of(WORKED, SHELF, RULES)
    made = change.document
    assert (change.key, change.notes) == ("BV210", ())
    assert (made.number, made.contact_id, made.status, made.currency_code) == ("SO-BV210", "c-ker", "DRAFT", "NZD")
    assert (made.issued_on, made.due_on) == (date(2026, 7, 14), date(2026, 8, 20))
    assert made.reference == "PO 7781 STESMI 100245"
    assert (made.total, made.total_tax) == (Decimal("105.57"), Decimal("13.77"))
    apple, orange = made.lines[0], made.lines[1]
    assert (apple.item_code, apple.quantity, apple.unit_amount) == ("APL-1L", Decimal(12), Decimal("4.25"))
    assert (apple.account_code, apple.tax_type, apple.discount_rate) == ("200", "OUTPUT2", 0)
    assert (orange.item_code, orange.discount_rate) == ("ORG-1L", Decimal(4))


def test_notes_texts_and_headers_stand_where_the_rep_put_them():
    lines = (
        OrderLine(description="First a word"),
        line(description="Apple juice 1L", note="cold ones"),
        OrderLine(description="Between"),
        line("ORG-1L", "10", discount="4", total="40.80", description="Orange juice 1L"),
    )
    made = invoice_of(replace(WORKED, lines=lines, delivery_code="1"))
    assert [one.description for one in made.lines] == [
        "First a word",
        "Apple juice 1L",
        "cold ones",
        "Between",
        "Orange juice 1L",
        "Leave at shed, ring bell",
        "Required by 2026-07-16",
        "Deliver to: 12 Shed Road, Unit 4, Kerikeri 0230",
    ]
    assert [bool(one.item_code) for one in made.lines] == [False, True, False, False, True, False, False, False]
    assert all(one.quantity is None and one.unit_amount is None for one in made.lines if not one.item_code)


def test_a_note_keeps_commas_quotes_line_ends_and_macrons():
    note = 'Ask for "Mere",\nthen ring; tēnā koe'
    made = invoice_of(simple(lines=(line(note=note),)))
    assert made.lines[1].description == note


@pytest.mark.parametrize(
    ("given_by_tablet", "item", "shown"),
    [
        ("From the tablet", APPLE, "From the tablet"),
        ("", replace(APPLE, description="From Xero"), "From Xero"),
        ("", APPLE, "Apple juice 1L"),
    ],
)
def test_a_line_is_described_by_the_tablet_else_by_the_item(given_by_tablet, item, shown):
    made = invoice_of(simple(lines=(line(description=given_by_tablet),)), shelf(items={"APL-1L": (item,)}))
    assert made.lines[0].description == shown


def test_a_text_of_nothing_is_a_dash_because_xero_wants_at_least_one_character():
    assert invoice_of(simple(lines=(line(), OrderLine(description="  ")))).lines[1].description == "-"


def test_a_text_longer_than_xero_takes_is_cut():
    assert len(invoice_of(simple(note="x" * 5000)).lines[1].description) == 4000


def test_an_order_is_posted_in_the_status_of_the_rules_and_a_van_sale_is_approved():
    rules = replace(RULES, order_status="SUBMITTED")
    assert invoice_of(simple(), rules=rules).status == "SUBMITTED"
    assert invoice_of(simple(kind="I"), rules=rules).status == "AUTHORISED"


def test_an_order_without_a_cloud_id_is_keyed_by_its_number():
    assert invoice_of(simple(cloud_id="")).number == "SO-100245"


def test_a_kind_nobody_knows_is_refused():
    with pytest.raises(RefusedError) as caught:
        changes_of(simple(kind="X"), SHELF, RULES)
    assert caught.value.code == "order.kind"


def test_freight_without_an_account_is_not_lost_unseen():
    assert refusal_of(simple(freight=Decimal(5))).code == "order.freight_account"


def test_an_order_from_a_file_without_totals_is_taken_as_xero_adds_it_up():
    assert invoice_of(simple(total=Decimal(0), tax=Decimal(0), shows_totals=False)).total == invoice_of(simple()).total


def test_prices_with_tax_inside_are_refused():
    assert refusal_of(simple(tax_mode="IN")).code == "order.tax_mode"


def test_an_unknown_customer_is_refused_by_name():
    refused = refusal_of(simple(customer="NOB000", customer_name="Nobody's Dairy"))
    assert refused.code == "order.customer_unknown"
    assert "NOB000" in refused.message
    assert "Nobody's Dairy" in refused.message
    assert "Account Number" in refused.remedy


def test_a_code_that_two_active_contacts_share_is_refused_with_both_names():
    twins = (KERIKERI, replace(KERIKERI, contact_id="c-2", name="Kerikeri Dairy"))
    refused = refusal_of(simple(), shelf(contacts={"KER014": twins}))
    assert refused.code == "order.customer_ambiguous"
    assert "Kerikeri Foodmart, Kerikeri Dairy" in refused.message


@pytest.mark.parametrize("change", [{"status": "ARCHIVED"}, {"status": "GDPRREQUEST"}, {"merged_to": "c-9"}])
def test_an_archived_or_merged_contact_is_refused(change):
    refused = refusal_of(simple(), shelf(contacts={"KER014": (replace(KERIKERI, **change),)}))
    assert refused.code == "order.customer_archived"
    assert "Kerikeri Foodmart" in refused.message


def test_an_archived_twin_does_not_stand_in_the_way_of_the_active_one():
    twins = (replace(KERIKERI, contact_id="c-old", status="ARCHIVED"), KERIKERI)
    assert invoice_of(simple(), shelf(contacts={"KER014": twins})).contact_id == "c-ker"


def test_an_unknown_product_is_refused_with_its_line():
    refused = refusal_of(replace(WORKED, lines=(WORKED.lines[2], line("NO-SUCH", description="Gone"))))
    assert refused.code == "order.product_unknown"
    assert "line 2" in refused.message
    assert "NO-SUCH" in refused.message


def test_an_item_that_is_not_sold_is_refused():
    refused = refusal_of(simple(), shelf(items={"APL-1L": (replace(APPLE, is_sold=False),)}))
    assert refused.code == "order.product_not_sold"


@pytest.mark.parametrize(
    ("account", "said"), [("280", "280 of APL-1L is archived"), ("999", "999 of APL-1L does not exist")]
)
def test_an_archived_or_missing_account_is_refused(account, said):
    refused = refusal_of(simple(), shelf(items={"APL-1L": (replace(APPLE, account_code=account),)}))
    assert refused.code == "order.account_unusable"
    assert said in refused.message


def test_an_item_without_an_account_takes_the_one_of_the_rules():
    items = {"APL-1L": (replace(APPLE, account_code=""),)}
    assert invoice_of(simple(), shelf(items=items), replace(RULES, sales_account="200")).lines[0].account_code == "200"
    assert "(none)" in refusal_of(simple(), shelf(items=items)).message


def test_a_tax_code_that_is_mapped_to_nothing_is_refused():
    refused = refusal_of(simple(lines=(line(tax="5"),)))
    assert refused.code == "order.tax_code_unknown"
    assert "tax_codes" in refused.remedy


@pytest.mark.parametrize("code", ["7", "8", "9"])
def test_a_tax_rate_that_is_unknown_deleted_or_not_for_sales_is_refused(code):
    assert refusal_of(simple(lines=(line(tax=code),))).code == "order.tax_unusable"


def test_a_line_without_a_tax_code_takes_the_items_rate_else_the_accounts():
    zero_rated = shelf(items={"APL-1L": (replace(APPLE, tax_type="ZERO"),)})
    assert invoice_of(simple(lines=(line(tax=""),), tax=Decimal(0)), zero_rated).lines[0].tax_type == "ZERO"
    assert invoice_of(simple(lines=(line(tax=""),))).lines[0].tax_type == "OUTPUT2"


@pytest.mark.parametrize("lock", ["period_lock_on", "year_lock_on"])
def test_a_day_on_or_before_either_lock_is_refused_and_the_next_day_is_not(lock):
    locked = shelf(organisation=replace(SHELF.organisation, **{lock: date(2026, 7, 14)}))
    refused = refusal_of(simple(), locked)
    assert refused.code == "order.locked_period"
    assert "2026-07-14" in refused.message
    assert invoice_of(simple(captured_on=date(2026, 7, 15)), locked).issued_on == date(2026, 7, 15)


def test_the_later_of_two_locks_counts():
    both = replace(SHELF.organisation, period_lock_on=date(2026, 6, 30), year_lock_on=date(2026, 3, 31))
    assert "up to 2026-06-30" in refusal_of(simple(captured_on=date(2026, 3, 1)), shelf(organisation=both)).message


def test_what_came_back_with_an_order_is_a_credit_note_of_its_own():
    back = line(quantity="-1", total="-4.25")
    invoice, credit = changes_of(
        simple(lines=(line(), back), total=Decimal("46.75"), tax=Decimal("7.01")), SHELF, RULES
    )
    assert (invoice.part, invoice.total, credit.part, credit.total) == (
        "invoice",
        Decimal("58.65"),
        "credit note",
        Decimal("4.89"),
    )
    assert [one.quantity for one in credit.document.lines] == [Decimal(1)]


@pytest.mark.parametrize("customer", [KERIKERI, replace(KERIKERI, street=None)])
def test_an_address_the_customer_does_not_have_is_refused(customer):
    refused = refusal_of(simple(delivery_code="2"), shelf(contacts={"KER014": (customer,)}))
    assert refused.code == "order.address_unknown"


@pytest.mark.parametrize("key", ["Ōrder-1", "A\nB", "A\tB", "x" * 253, "A,B", "BV1 "])
def test_a_number_that_could_not_be_looked_up_again_is_refused(key):
    assert refusal_of(simple(cloud_id=key)).code == "order.number_unusable"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=200))
def test_any_plain_key_becomes_a_number_of_its_own(key):
    assert invoice_of(simple(cloud_id=key)).number == f"SO-{key}"


@pytest.mark.parametrize(
    ("template", "reference"),
    [
        ("{customer_order_no} {rep} {order_no}", "PO 7781 STESMI 100245"),
        ("{rep}/{cloud_id}", "STESMI/BV210"),
        ("fixed", "fixed"),
    ],
)
def test_the_reference_follows_its_template(template, reference):
    assert invoice_of(simple(), rules=replace(RULES, reference=template)).reference == reference


def test_an_empty_part_of_the_reference_leaves_no_gap():
    assert invoice_of(simple(customer_order_no="")).reference == "STESMI 100245"


def test_a_reference_is_cut_to_what_xero_takes():
    assert len(invoice_of(simple(customer_order_no="x" * 400)).reference) == 255


def test_a_template_that_names_what_an_order_does_not_have_is_found_out():
    assert reference_faults("{rep} {customer} {0}") == ["customer", "0"]
    assert reference_faults(RULES.reference) == []
    assert [reference_faults(one) for one in ("{rep", "rep}", "{rep:d}")] == [["{rep"], ["rep}"], ["{rep:d}"]]


def test_a_document_discount_comes_on_top_of_the_discount_of_the_line():
    order = simple(
        lines=(line(discount="4", total="48.96"),), discount=Decimal(10), total=Decimal("44.06"), tax=Decimal("6.61")
    )
    made = invoice_of(order)
    assert made.lines[0].discount_rate == Decimal("13.6")
    assert (made.total, made.total_tax) == (Decimal("50.67"), Decimal("6.61"))


def test_four_decimals_of_price_survive():
    order = simple(
        lines=(line(quantity="7", price="2.2525", total="15.77"),), total=Decimal("15.77"), tax=Decimal("2.37")
    )
    made = invoice_of(order)
    assert made.lines[0].unit_amount == Decimal("2.2525")
    assert made.total == Decimal("18.14")


def test_a_total_within_the_tolerance_is_posted_with_the_difference_on_record():
    change = change_of(simple(tax=Decimal("7.66")), SHELF, replace(RULES, tolerance=Decimal("0.01")))
    assert change.document.total == Decimal("58.65")
    (note,) = change.notes
    assert "58.66" in note
    assert "58.65" in note


def test_a_total_beyond_the_tolerance_is_refused_naming_both_totals_and_the_line():
    wrong = replace(WORKED, lines=(WORKED.lines[0], replace(WORKED.lines[1], total=Decimal("40.90"))))
    refused = refusal_of(replace(wrong, total=Decimal("91.90"), tax=Decimal("13.79")))
    assert refused.code == "order.total_differs"
    assert "105.69 (91.90 + 13.79 tax)" in refused.message
    assert "105.57 (91.80 + 13.77 tax)" in refused.message
    assert "line 2 (ORG-1L) is 40.90 on the tablet and 40.80 in Xero" in refused.message


def test_a_difference_that_is_in_no_line_is_said_to_be_in_tax_or_sum():
    assert "tax or the sum" in refusal_of(simple(tax=Decimal("7.66"))).message


def test_two_differences_that_cancel_out_are_still_a_difference():
    off = simple(total=Decimal("51.05"), tax=Decimal("7.60"))
    assert refusal_of(off).code == "order.total_differs"
    assert refusal_of(off, rules=replace(RULES, tolerance=Decimal("0.01"))).code == "order.total_differs"


@given(
    st.lists(
        st.tuples(
            st.decimals(0, 500, places=2), st.decimals(0, 900, places=4), st.decimals(0, 100, places=2), st.booleans()
        ),
        min_size=1,
        max_size=30,
    ),
    st.decimals(0, 50, places=1),
)
def test_an_order_totalled_line_by_line_is_posted_to_the_cent(entered, document_discount):
    def cents(amount):
        return amount.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")

    lines, total, tax = [], Decimal(0), Decimal(0)
    for quantity, price, discount, taxed in entered:
        after = quantity * price * (100 - discount) * (100 - document_discount) / 10_000
        amount = cents(after)
        total += amount
        tax += cents(amount * 15 / 100) if taxed else 0
        lines.append(line("APL-1L", quantity, price, discount, amount, "1" if taxed else "2"))
    made = invoice_of(simple(lines=tuple(lines), discount=document_discount, total=total, tax=tax))
    assert (made.total, made.total_tax) == (total + tax, tax)
