"""What is asked of Xero: what the chosen flows need, and no more; a local Xero refuses what was not granted."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scene import order, raw
from fieldbridge.app import connect as connecting
from fieldbridge.app import problems, workshop
from fieldbridge.app.connection_settings import faults, parse
from fieldbridge.app.doctor import calling
from fieldbridge.app.doctor.visit import Visit
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import granting
from fieldbridge.app.sign_in.scopes import OFFLINE, beyond_flows, lacking, wanted
from fieldbridge.core.records.field import NewCustomer, Tender
from fieldbridge.flows import FLOWS, MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.ledger import runs, schedules
from support.site import settled

LOOKING = '[schedule]\nflows = ["master-data", "sales-history"]\n'
SOME_FLOWS = st.sets(st.sampled_from(sorted(FLOWS)))
HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "connect-to-xero.md"


def grant_for(scene, flows, more=()):
    there = "http://localhost:8123/callback"
    wish = granting.Wish("pkce", scene.app("mobile"), there, flows=tuple(flows), more=tuple(more))
    return granting.by_consent(scene.installation, scene.hosts, wish, scene.visitor(0))


def pay_ahead(scene):
    """Somebody else's program books an overpayment, so that balances have to read it."""
    form = {"kind": "custom", "name": "Till", "redirect_uris": "", "organisation": scene.tenant()}
    form["scopes"] = "accounting.banktransactions accounting.contacts.read"
    scene.http.post(f"{scene.url}/my-applications/add", data=form)
    app = re.search(
        r'href="(/my-applications/[^"/]+)"[^>]*>\s*Till', scene.http.get(f"{scene.url}/my-applications").text
    )
    page = scene.http.get(scene.url + app[1]).text
    auth = tuple(re.search(rf'id="{name}"[^>]*>([^<]+)', page)[1].strip() for name in ("client-id", "client-secret"))
    asked = {"grant_type": "client_credentials", "scope": form["scopes"]}
    token = scene.http.post(f"{scene.url}/connect/token", data=asked, auth=auth).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    api = f"{scene.url}/api.xro/2.0"
    contact = scene.http.get(f"{api}/Contacts", headers=bearer).json()["Contacts"][0]["ContactID"]
    money = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"ContactID": contact}, "BankAccount": {"Code": "090"}}
    money["LineItems"] = [{"Description": "Twice", "Quantity": 1, "UnitAmount": 5, "TaxType": "NONE"}]
    scene.http.put(f"{api}/BankTransactions", json={"BankTransactions": [money]}, headers=bearer).raise_for_status()


def sync(scene, name, flow):
    it = scene.installation
    with Installation(it.settings, it.database, it.vault, it.now) as living, workshop.opened(living) as work:
        return list(work.watch(work.dispatcher.start(name, flow)))[-1]


def due(scene, name, flow):
    """A run that starts by its schedule."""
    it = scene.installation
    with Installation(it.settings, it.database, it.vault, it.now) as living, workshop.opened(living) as work:
        with living.database.write() as tx:
            schedules.nudge(tx, name, flow, living.now())
        work.dispatcher.dispatch()
        with living.database.read() as tx:
            started = runs.latest(tx, name, flow)
        return list(work.watch(started.id))[-1]


@pytest.mark.parametrize("flow", FLOWS)
def test_each_flow_alone_runs_with_the_scopes_it_declares(scene, flow):
    pay_ahead(scene)
    made = scene.connect(grant_for(scene, [flow]))
    assert sync(scene, made.id, flow).exit_code == 0
    seen = scene.control("GET", "received")["received"]
    if flow == MASTER_DATA:
        assert "/api.xro/2.0/Overpayments" in [one["path"] for one in seen]
    assert [one for one in seen if one["status"] == 401] == []


def test_quotes_are_followed_by_the_leave_that_sales_history_declares(scene):
    made = scene.connect(grant_for(scene, [TRANSACTIONS]))
    (scene.site / "1.txt").write_bytes(raw(order("1", kind="Q")))
    settled(scene.site / "1.txt")
    assert sync(scene, made.id, TRANSACTIONS).exit_code == 0
    scene.connect(grant_for(scene, [SALES_HISTORY]))
    assert sync(scene, made.id, SALES_HISTORY).exit_code == 0
    seen = scene.control("GET", "received")["received"]
    looks = [one["status"] for one in seen if (one["method"], one["path"]) == ("GET", "/api.xro/2.0/Quotes")]
    assert looks == [200]


def test_whoever_only_shows_what_is_in_xero_asks_for_no_right_to_write_invoices(scene):
    request = connecting.Request("kauri", scene.hosts, scene.site, LOOKING)
    flows = connecting.settings_of(scene.installation, request).schedule.flows
    grant = grant_for(scene, flows)
    assert flows == (MASTER_DATA, SALES_HISTORY)
    assert "accounting.invoices.read" in grant.tokens.scopes
    assert "accounting.invoices" not in grant.tokens.scopes
    connecting.connect(scene.installation, request, grant)
    with scene.installation.database.read() as tx:
        assert {one.flow for one in schedules.of_connection(tx, "kauri")} == {MASTER_DATA, SALES_HISTORY}


def test_connecting_again_asks_for_what_the_settings_that_are_kept_need(scene):
    connecting.connect(
        scene.installation, connecting.Request("kauri", scene.hosts, scene.site, LOOKING), grant_for(scene, FLOWS)
    )
    again = connecting.Request("kauri", scene.hosts, scene.site)
    assert connecting.settings_of(scene.installation, again).schedule.flows == (MASTER_DATA, SALES_HISTORY)


def test_the_doctor_names_what_a_flow_that_was_added_lacks(scene):
    made = scene.connect(grant_for(scene, [MASTER_DATA]))
    found = calling.scopes(Visit(scene.installation, made))
    assert (found.state, found.said) == ("fail", "Not granted: accounting.invoices.")


MONEY = """
[schedule]
flows = ["transactions"]
[transactions]
attach_files = true
[transactions.tenders]
CASH = "091"
"""


def test_money_and_files_of_tablets_need_what_the_settings_ask_for_and_no_more(scene):
    request = connecting.Request("kauri", scene.hosts, scene.site, MONEY)
    more = beyond_flows(connecting.settings_of(scene.installation, request))
    assert more == ("accounting.payments", "accounting.banktransactions", "accounting.attachments")
    made = connecting.connect(scene.installation, request, grant_for(scene, [TRANSACTIONS], more))
    assert calling.scopes(Visit(scene.installation, made)).state == "ok"
    paid_order(scene)
    assert sync(scene, made.id, TRANSACTIONS).exit_code == 0
    seen = scene.control("GET", "received")["received"]
    assert set(written(scene)) == {"Contacts", "Invoices", "Payments", "BankTransactions"}
    assert [one for one in seen if one["status"] == 401] == []


def paid_order(scene):
    """An invoice to a new customer, paid in cash with more than it comes to, and a slip beside it."""
    slip, file = scene.site / "slip.pdf", scene.site / "1.txt"
    slip.write_bytes(b"%PDF-1.7")
    cash = (Tender(kind="CASH", amount=Decimal("60.00")),)
    cafe = {"customer": "NEW001", "new_customer": NewCustomer(name="Cafe")}
    file.write_bytes(raw(order("1", kind="I", tenders=cash, files=(slip.name,), **cafe)))
    for one in (slip, file):
        settled(one)


def test_without_the_leave_for_money_and_files_the_order_goes_and_each_of_them_waits_for_it(scene):
    request = connecting.Request("kauri", scene.hosts, scene.site, MONEY)
    made = connecting.connect(scene.installation, request, grant_for(scene, [TRANSACTIONS]))
    paid_order(scene)
    assert sync(scene, made.id, TRANSACTIONS).exit_code == 1
    assert scene.installation.connection("kauri").paused_because is None
    (found,) = problems.still_open(scene.installation)
    assert (found.code, found.cause) == ("access.scope", ", ".join(sorted(beyond_flows(parse(MONEY)))))
    for part in ("payment BV1/1", "on account BV1/1.2", "attachment slip.pdf"):
        assert f"The {part} is not in Xero: the sign-in does not allow it." in found.message
    assert written(scene) == ["Contacts", "Invoices"]
    connecting.connect(scene.installation, request, grant_for(scene, [TRANSACTIONS], beyond_flows(parse(MONEY))))
    problems.retry(scene.installation, [found])
    assert sync(scene, made.id, TRANSACTIONS).exit_code == 0
    assert written(scene) == ["BankTransactions", "Contacts", "Invoices", "Invoices", "Payments"]


def written(scene):
    """What Xero took. An attached file goes to the document's own address."""
    seen = scene.control("GET", "received")["received"]
    return sorted(one["path"].split("/")[3] for one in seen if one["method"] == "PUT" and one["status"] == 200)


def test_a_flow_whose_leave_lacks_halts_alone_for_a_while_and_the_others_go_on(scene):
    request = connecting.Request("kauri", scene.hosts, scene.site, MONEY)
    made = connecting.connect(scene.installation, request, grant_for(scene, [SALES_HISTORY]))
    paid_order(scene)
    run = due(scene, made.id, TRANSACTIONS)
    assert (run.state, run.exit_code) == ("halted", 2)
    assert "access.scope: The sign-in does not allow writing" in run.error
    assert scene.installation.connection(made.id).paused_because is None
    with scene.installation.database.read() as tx:
        held = schedules.find(tx, made.id, TRANSACTIONS)
    assert timedelta(minutes=14) < held.held_until - scene.clock.now() < timedelta(minutes=16)
    assert sync(scene, made.id, SALES_HISTORY).exit_code == 0


def test_settings_without_money_and_files_ask_for_nothing_besides():
    assert beyond_flows(parse("")) == ()
    assert beyond_flows(parse(MONEY.replace('"transactions"', '"master-data"'))) == ()


def test_the_doctor_names_what_settings_lack(scene):
    request = connecting.Request("kauri", scene.hosts, scene.site, MONEY)
    made = connecting.connect(scene.installation, request, grant_for(scene, [TRANSACTIONS]))
    found = calling.scopes(Visit(scene.installation, made))
    assert found.said == "Not granted: accounting.attachments, accounting.banktransactions, accounting.payments."


def test_a_flow_that_does_not_exist_is_refused_by_name():
    assert [one.place for one in faults('[schedule]\nflows = ["telepathy"]\n')] == ["schedule.flows"]


@given(SOME_FLOWS, SOME_FLOWS, st.booleans())
def test_a_grant_covers_exactly_the_flows_it_was_asked_for_in_either_words(asked, used, broad):
    granted = wanted(asked, broad=broad, offline=True)
    assert granted[0] == OFFLINE
    assert len(set(granted)) == len(granted)
    assert lacking(granted, asked) == ()
    needed = {scope for flow in used for scope in FLOWS[flow].scopes}
    assert set(lacking(granted, used)) <= needed


def test_the_right_to_read_is_not_asked_for_beside_the_right_to_write():
    assert wanted([TRANSACTIONS, SALES_HISTORY], broad=False, offline=False) == (
        "accounting.contacts",
        "accounting.invoices",
        "accounting.settings.read",
    )


def test_the_page_lists_each_flows_scopes():
    rows = {
        row[1]: re.findall(r"`([^`]+)`", row[2])
        for row in re.finditer(r"^\| `([a-z-]+)` \| (`acc.*) \|$", HOW_TO.read_text(), re.M)
    }
    assert rows == {name: list(kind.scopes) for name, kind in FLOWS.items() if kind.scopes}
