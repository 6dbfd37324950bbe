"""Payments as pure plans: every cent once, no debt paid twice, and again only what did not arrive."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Account, Contact, Organisation
from fieldbridge.core.records.documents import OnAccount, Payment
from fieldbridge.core.records.field import Order, Tender
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import Shelf
from fieldbridge.flows.owing import Debt, Owing
from fieldbridge.flows.transactions import changes_of

KERIKERI = Contact(contact_id="k", name="Kerikeri Foodmart", account_number="KER014")
RULES = TransactionRules(tenders={"CASH": "091", "CARD": "090"})
ACCOUNTS = {
    code: Account(account_id=code, code=code, name=code, kind="BANK", takes_payments=True) for code in ("090", "091")
}

cents = st.decimals(Decimal("0.01"), Decimal(500), places=2)
tenders = st.lists(st.builds(Tender, kind=st.sampled_from(["CASH", "card"]), amount=cents), min_size=1, max_size=4)
debts = st.lists(cents, max_size=5)


def shelf(owed: list[Decimal], going: dict[str, Decimal] | None = None) -> Shelf:
    made = (
        Debt(contact_id="k", invoice_id=f"i{at}", number=f"INV-{at}", currency="NZD", due=due,
             issued_on=date(2026, 1, 1) + timedelta(days=at))
        for at, due in enumerate(owed)
    )  # fmt: skip
    return Shelf(
        organisation=Organisation(organisation_id="o", name="Kauri", base_currency="NZD"),
        contacts={"KER014": (KERIKERI,)},
        items={},
        accounts=ACCOUNTS,
        tax_rates={},
        addresses=lambda _: (),
        owing=Owing(made),
        going={"BV1": going} if going else {},
    )


def payment(given_: list[Tender], number: int = 1) -> Order:
    total = sum((one.amount for one in given_), Decimal(0))
    return Order(
        order_no=f"{number}", cloud_id=f"BV{number}", kind="P", captured_on=date(2026, 7, 14), customer="KER014",
        lines=(), total=total, tax=Decimal(0), tenders=tuple(given_),
    )  # fmt: skip


def paid(changes: list[Change]) -> dict[str, Decimal]:
    """What each invoice gets."""
    found: dict[str, Decimal] = {}
    for one in changes:
        if isinstance(one.document, Payment):
            found[one.document.invoice_id] = found.get(one.document.invoice_id, Decimal(0)) + one.document.amount
    return found


def ahead(changes: list[Change]) -> Decimal:
    return sum((one.document.amount for one in changes if isinstance(one.document, OnAccount)), Decimal(0))


@given(tenders, debts)
@settings(max_examples=200, deadline=None)
def test_every_cent_goes_once_and_to_the_oldest_first(taken: list[Tender], owed: list[Decimal]) -> None:
    made = list(changes_of(payment(taken), shelf(owed), RULES))
    total, left = sum((one.amount for one in taken), Decimal(0)), []
    for due in owed:
        left.append(min(due, total - sum(left, Decimal(0))))
    assert paid(made) == {f"i{at}": amount for at, amount in enumerate(left) if amount}
    assert ahead(made) == total - sum(left, Decimal(0))
    assert len({one.part for one in made}) == len(made) == len({one.number for one in made})
    accounts = {"090": "card", "091": "CASH"}
    for account, kind in accounts.items():
        mine = [one.document.amount for one in made if one.document.account_id == account]
        assert sum(mine, Decimal(0)) == sum((one.amount for one in taken if one.kind == kind), Decimal(0))


@given(tenders, debts, st.data())
@settings(max_examples=200, deadline=None)
def test_planned_again_after_any_parts_arrived_only_what_is_missing_is_planned(
    taken: list[Tender], owed: list[Decimal], data: st.DataObject
) -> None:
    first = list(changes_of(payment(taken), shelf(owed), RULES))
    arrived = data.draw(st.lists(st.sampled_from(first), unique_by=lambda one: one.part))
    there = paid(arrived)
    now = [due - there.get(f"i{at}", Decimal(0)) for at, due in enumerate(owed)]
    again = list(changes_of(payment(taken), shelf(now, {one.part: one.total for one in arrived}), RULES))
    assert not {one.part for one in again} & {one.part for one in arrived}
    assert not {one.number for one in again} & {one.number for one in arrived}
    everything = arrived + again
    assert sum((one.total for one in everything), Decimal(0)) == sum((one.amount for one in taken), Decimal(0))
    assert all(amount <= owed[int(name[1:])] for name, amount in paid(everything).items())


@given(st.lists(tenders, min_size=2, max_size=4), debts)
@settings(max_examples=100, deadline=None)
def test_payments_planned_together_never_claim_more_than_is_owed(
    several: list[list[Tender]], owed: list[Decimal]
) -> None:
    one_shelf = shelf(owed)
    made = [
        change
        for number, taken in enumerate(several, start=1)
        for change in changes_of(payment(taken, number), one_shelf, RULES)
    ]
    assert all(amount <= owed[int(name[1:])] for name, amount in paid(made).items())
    taken_in_all = sum((one.amount for taken in several for one in taken), Decimal(0))
    assert sum((one.total for one in made), Decimal(0)) == taken_in_all
    assert ahead(made) == max(Decimal(0), taken_in_all - sum(owed, Decimal(0)))
