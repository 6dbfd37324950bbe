"""Each refusal of an order leads to its reaction: it is held, looked up, or planned again over fresh reference data.

Every row of the catalogue refuses one order of a single batch, so that one run shows them all.
"""

import json
import os
import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from test_refusals_provoked import LITERAL, REACTIONS
from xero_control import SMALL, Control

from fieldbridge.app import certificate, connect, installation, problems, workshop
from fieldbridge.app.demo.office import Office
from fieldbridge.app.demo.tablet import export
from fieldbridge.app.flows.programs import TRANSACTIONS
from fieldbridge.app.settings import Settings
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.profile import HD1
from fieldbridge.standin import running
from fieldbridge.xero import links

ZERO = "00000000-0000-0000-0000-000000000000"
MESSAGES = {
    "xero.number_taken": "Invoice # must be unique.",
    "xero.account_archived": "Account code '260' has been archived, or has been deleted. Each line item must "
    "reference a valid account.",
    "xero.account_invalid": "Account code '090' is not a valid code for this document.",
    "xero.tax_account": "The TaxType code 'INPUT2' cannot be used with account code '200'.",
    "xero.item_unknown": "Item code 'APL-1L' is not valid",
    "xero.refused": "Something nobody has seen before",
    "xero.locked_period": "The document date cannot be before the period lock date, currently set at 31 March 2026",
    **{code: message for message, code in LITERAL},
}


class Site:
    """A connected installation, and the local Xero it is connected to."""

    def __init__(self, home: Path, control: Control, opened: installation.Installation) -> None:
        self.folder, self.opened, self.control = home / "site", opened, control
        self.folder.mkdir()
        office = Office(control.url)
        app = office.add_private_app("Field", certificate.ensure(opened, "Test service desk"))
        office.close()
        connect.connect(opened, connect.Request("kauri", connect.hosts_at(control.url), self.folder), app)
        control("DELETE", "received")

    def run(self, keys):
        """One run over a file with these orders."""
        export(self.folder, "orders.txt", [order(key) for key in keys], HD1, "utf-8")
        settled = time.time() - 60
        os.utime(self.folder / "orders.txt", (settled, settled))
        with workshop.opened(self.opened) as work:
            return list(work.watch(work.dispatcher.start("kauri", TRANSACTIONS, "")))[-1]

    def refuse(self, messages):
        """Have the next batch answered with a refusal of each order."""
        refused = [
            {"InvoiceID": ZERO, "StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": one}]}
            for one in messages
        ]
        self.control.answers("Invoices", 200, {"Invoices": refused}, method="PUT")

    def refuse_whole(self, message, times=1, *, in_elements=True, **more):
        """Have the next requests refused as a whole, with the reason at one element or for all."""
        elements = {"Elements": [{"InvoiceID": ZERO, "ValidationErrors": [{"Message": message}]}]}
        said = {"Message": "A validation exception occurred", **elements} if in_elements else {"Message": message}
        body = {"ErrorNumber": 10, "Type": "ValidationException", **said}
        self.control.answers("Invoices", 400, body, method="PUT", times=times, **more)

    def open_problems(self):
        return {one.key: one for one in problems.still_open(self.opened)}

    def reads(self, endpoint):
        """The reads of one endpoint. Shape: for each, whether it asked only for what changed."""
        asked = [one for one in self.control.received() if one["method"] == "GET" and one["path"].endswith(endpoint)]
        return ["if-modified-since" in one["headers"] for one in asked]

    def batches(self):
        """The invoice numbers of every batch that arrived."""
        bodies = [json.loads(one["body"]) for one in self.control.received() if one["method"] == "PUT"]
        return [[one["InvoiceNumber"] for one in body["Invoices"]] for body in bodies]


def order(key):
    today = datetime.now(UTC).date()
    line = OrderLine(
        product="APL-1L",
        description="Apple juice 1L",
        quantity=Decimal(12),
        unit="EA",
        unit_price=Decimal("4.25"),
        total=Decimal("51.00"),
        tax_code="1",
    )
    return Order(
        order_no=key,
        kind="O",
        captured_on=today,
        captured_at=f"{today}T10:32:05",
        cloud_id=key,
        customer="KER014",
        customer_name="Kerikeri Foodmart",
        customer_order_no="PO 7781",
        rep="STESMI",
        lines=(line,),
        total=Decimal("51.00"),
        tax=Decimal("7.65"),
    )


@pytest.fixture(scope="module")
def own_xero():
    """A local Xero apart: an organisation takes two private apps, and every test here adds one."""
    with running(SMALL) as url:
        control = Control(url)
        yield control
        control.close()


@pytest.fixture
def site(tmp_path, own_xero):
    own_xero("POST", "reset", {"keep_applications": False})
    with installation.opened(Settings(home=tmp_path, database_url="", unsure_hold_s=0.05, key="")) as opened:
        yield Site(tmp_path, own_xero, opened)


def test_each_refusal_of_an_order_leads_to_its_reaction_and_none_is_lost(site):
    codes = list(MESSAGES)
    keys = {code: f"BV{number}" for number, code in enumerate(codes)}
    again = [code for code in codes if REACTIONS.get(code) == "refresh_mapping"]
    site.refuse(MESSAGES.values())
    site.refuse(MESSAGES[code] for code in again)
    run = site.run(keys.values())
    assert (run.exit_code, run.error) == (1, None)
    found = site.open_problems()
    assert {code: found[keys[code]].code for code in codes} == {code: code for code in codes}
    for code in codes:
        assert MESSAGES[code].rstrip(".") in found[keys[code]].message or code == "xero.number_taken"
        assert found[keys[code]].remedy
    assert site.batches() == [[f"SO-{keys[code]}" for code in some] for some in (codes, again)]
    assert len(again) == 5
    for endpoint in ("Accounts", "TaxRates", "Items"):
        assert site.reads(endpoint) == [False, False]
    assert len(site.reads("Invoices")) == 1


def test_what_is_planned_again_over_fresh_reference_data_may_go(site):
    site.refuse([MESSAGES["xero.account_archived"]])
    run = site.run(["BV1"])
    assert (run.exit_code, run.counts["posted"], run.counts["parked"]) == (0, 1, 0)
    assert site.open_problems() == {}
    assert site.batches() == [["SO-BV1"], ["SO-BV1"]]
    numbers = [one.get("InvoiceNumber") for one in site.control.books()["invoices"]]
    assert numbers.count("SO-BV1") == 1


@pytest.mark.parametrize("in_elements", [True, False], ids=["at an element", "for all"])
def test_a_request_refused_whole_over_old_reference_data_is_planned_again_too(site, in_elements):
    site.refuse_whole(MESSAGES["xero.account_archived"], in_elements=in_elements)
    run = site.run(["BV1"])
    assert (run.exit_code, run.counts["posted"], run.counts["parked"]) == (0, 1, 0)
    assert (site.open_problems(), site.batches()) == ({}, [["SO-BV1"], ["SO-BV1"]])
    for endpoint in ("Accounts", "TaxRates", "Items"):
        assert site.reads(endpoint) == [False, False]


def test_of_a_batch_refused_whole_the_guilty_order_alone_is_planned_again(site):
    site.refuse_whole(MESSAGES["xero.account_archived"], times=2)
    run = site.run(["BV1", "BV2", "BV3"])
    assert (run.exit_code, run.counts["posted"]) == (0, 3)
    assert site.batches() == [["SO-BV1", "SO-BV2", "SO-BV3"], ["SO-BV1"], ["SO-BV2"], ["SO-BV3"], ["SO-BV1"]]


def test_a_request_refused_whole_again_parks_the_order_as_an_element_would(site):
    site.refuse_whole(MESSAGES["xero.account_archived"], times=2)
    run = site.run(["BV1"])
    assert (run.exit_code, run.counts["parked"]) == (1, 1)
    (found,) = site.open_problems().values()
    assert (found.code, found.cause) == ("xero.account_archived", "260")
    assert found.message.startswith("Xero refused SO-BV1: the account is archived or deleted. Xero says: ")
    assert found.remedy.startswith("For the office: ")


def test_a_request_refused_whole_because_its_number_is_taken_is_looked_up_and_adopted_if_it_is_ours(site):
    site.refuse_whole(MESSAGES["xero.number_taken"], commits=True)
    run = site.run(["BV1"])
    assert (run.exit_code, run.counts["adopted"], site.open_problems()) == (0, 1, {})
    numbers = [one.get("InvoiceNumber") for one in site.control.books()["invoices"]]
    assert numbers.count("SO-BV1") == 1
    assert len(site.batches()) == 1


def test_a_request_refused_without_any_reason_is_held(site):
    site.control.answers("Invoices", 400, {}, method="PUT")
    site.run(["BV1"])
    (found,) = site.open_problems().values()
    assert (found.code, "Xero gave no reason" in found.message) == ("xero.refused", True)


def test_a_person_who_tries_again_gets_one_more_round(site):
    for _ in range(2):
        site.refuse([MESSAGES["xero.account_archived"]])
    site.run(["BV1"])
    assert problems.retry(site.opened, list(site.open_problems().values())) == 1
    site.refuse([MESSAGES["xero.account_archived"]] * 2)
    assert site.run(["BV2"]).counts["posted"] == 2
    assert site.open_problems() == {}


@pytest.mark.parametrize("is_real", [True, False], ids=["Xero", "a local Xero"])
def test_a_refused_customer_can_be_opened_in_xero_and_it_is_said_who_can_act(site, monkeypatch, is_real):
    if is_real:
        monkeypatch.setattr(links, "API", site.control.url)
    site.refuse([MESSAGES["xero.contact_archived"]])
    site.run(["BV1"])
    (found,) = site.open_problems().values()
    page = r"https://go\.xero\.com/app/![^/]+/contacts/contact/[0-9a-f-]{36}" if is_real else ""
    assert re.fullmatch(page, found.link)
    assert found.remedy.startswith("For the office: ")
    assert "the contact is archived. Xero says: " in found.message
