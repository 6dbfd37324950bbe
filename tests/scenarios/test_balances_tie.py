"""What tablets show a rep a customer owes is what Xero says, for ten thousand customers' histories."""

import csv
import random
from decimal import Decimal

from fieldbridge.app.flows.programs import MASTER_DATA
from support import desk
from support.trade import STEPS, Trade

HISTORIES = 10_000
CONTACTS = 10_800


def shown(folder):
    """What tablets show. Shape: customer to (total, overdue parts)."""
    with (folder / "Customer.csv").open(encoding="cp1252", newline="") as file:
        return {
            row["CustomerID"]: (Decimal(row["BalanceTotal"]), sum(Decimal(row[f"Balance{part}"]) for part in (1, 2, 3)))
            for row in csv.DictReader(file)
        }


def test_aged_balances_tie_to_xeros_own_for_ten_thousand_histories(tmp_path):
    with desk.opened(tmp_path, contacts=CONTACTS) as here:
        _tie(here)


def _tie(here):
    held, site = here.books, here.site
    trade = Trade(held, random.Random(20261124), held.today())
    customers = {
        row["AccountNumber"]: row["ContactID"]
        for row in held.contacts.rows()
        if row["ContactStatus"] == "ACTIVE" and row.get("AccountNumber")
    }
    assert len(customers) >= HISTORIES
    # Two chapters: the first, of two hours ago, is read whole, the second as what changed since.
    for hours_ago, chapter in ((2, list(customers.values())), (0, list(customers.values())[::4])):
        with here.earlier(hours=hours_ago):
            for contact_id in chapter:
                trade.live(contact_id, steps=5)
            held.journal.forget()
        run = site.sync(MASTER_DATA)
        assert run.error is None
        tied = {code: trade.owed(contact_id) for code, contact_id in customers.items()}
        assert shown(site.folder) == tied
        assert [one for one in site.problems() if one.code == "balance.differs"] == []
        assert sum(1 for total, _ in tied.values() if total) > HISTORIES // 3
    # Everything that can happen did, many times.
    assert {step.__name__ for step in STEPS} == {name for name, times in trade.done.items() if times > 30}
