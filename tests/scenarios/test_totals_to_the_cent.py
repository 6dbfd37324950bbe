"""What we say a document comes to is what the local Xero makes of the very lines we would send it.

Two arithmetics that share no code. FIELDBRIDGE_TEST_TOTALS=100000 asks for more documents than a quick run can hold;
each day has documents of its own, and a failure names the seed.
"""

import os
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from fieldbridge.core.money import combined_discount, document_totals, line_amount, line_tax
from fieldbridge.core.records.books import InvoiceLine
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.options import Options
from fieldbridge.standin.pricing.lines import price_lines
from fieldbridge.standin.pricing.money import totals
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.switches import Switches
from fieldbridge.xero.documents.shapes import line_element

DOCUMENTS = int(os.environ.get("FIELDBRIDGE_TEST_TOTALS", "5000"))
SEED = datetime.now(UTC).date().toordinal()
RATES = {"OUTPUT2": Decimal(15), "ZERORATEDOUTPUT": Decimal(0), "ODD": Decimal("12.5"), "LONG": Decimal("8.8750")}
TAXES = tuple(RATES.items())
UNITS = tuple(Decimal(1).scaleb(-places) for places in range(5))
NOTHING = Decimal(0)


@pytest.fixture(scope="module")
def books():
    taking_any = Switches(negative_quantity_refused=False)
    xero = LocalXero(Options(contacts=1, items=1, history_months=0, switches=taking_any), "http://localhost")
    made = xero.books[next(iter(xero.books))]
    for name in ("ODD", "LONG"):
        made.tax_rates.put({**made.tax_rates["OUTPUT2"], "TaxType": name, "EffectiveRate": RATES[name]})
    return made


def amount(chance, most):
    """A number of no, one, two, three or four decimals: the few ones meet at half a cent often."""
    places = chance.randrange(5)
    return chance.randrange(most * 10**places) * UNITS[places]


def discount(chance):
    return NOTHING if chance.random() < 0.5 else chance.choice((Decimal(100), amount(chance, 100), Decimal(5)))


def lines(chance):
    """Lines as an order has them, under one discount of the whole document."""
    of_document = discount(chance)
    for _ in range(chance.randint(1, 5)):
        tax_type, rate = chance.choice(TAXES)
        quantity = amount(chance, 1000) * (-1 if chance.random() < 0.15 else 1)
        price = amount(chance, 2000) * (-1 if chance.random() < 0.05 else 1)
        together = combined_discount(discount(chance), of_document)
        yield rate, InvoiceLine(
            description="x", quantity=quantity, unit_amount=price, discount_rate=together, account_code="200",
            tax_type=tax_type,
        )  # fmt: skip


def ours(made, *, inclusive):
    """Each line's amount and tax, and the document's subtotal and tax."""
    worked = []
    for rate, line in made:
        cost = line_amount(line.quantity, line.unit_amount, line.discount_rate)
        worked.append((cost, line_tax(cost, rate, inclusive=inclusive)))
    subtotal, tax = document_totals(worked)
    return worked, (subtotal - tax if inclusive else subtotal, tax)


def theirs(books, made, types):
    """What the local Xero answers to the lines we send it; it refuses an amount that is not its own."""
    pricing = Pricing(books, "SalesDetails", types, is_approved=True, allows_discount=True, unit_decimals=4)
    elements = [{name: value for name, value in line_element(line, 4).items() if value != ""} for _, line in made]
    priced = price_lines(pricing, elements, [])
    assert not pricing.errors, pricing.errors
    found = totals(priced, types)
    return [(one["LineAmount"], one["TaxAmount"]) for one in priced], (found["SubTotal"], found["TotalTax"])


@pytest.mark.parametrize("types", ["Exclusive", "Inclusive"])
def test_what_we_reckon_is_what_the_local_xero_makes_of_it_for_any_document(books, types):
    chance = Random(f"{SEED} {types}")
    for number in range(DOCUMENTS):
        made = list(lines(chance))
        assert ours(made, inclusive=types == "Inclusive") == theirs(books, made, types), f"seed {SEED}, {number}"
