"""Trouble on the way: lost answers, limits, refusals, revoked sign-ins. Never a lost or doubled order."""

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from app.scene import Clock, codes, delete_apps, lay, left, numbers, order, posted, puts, raw, settle_for, with_line
from fieldbridge.app import certificate, connect, usage
from fieldbridge.app.demo.office import Office
from fieldbridge.app.sign_in.private_app import PrivateApp
from fieldbridge.app.status import statuses
from fieldbridge.core.errors import AccessError, GuardError, SetupError
from fieldbridge.standin import Options, running
from fieldbridge.store.ledger import connections
from standin.standin_certificate import VENDOR_CERTIFICATE
from support.site import connected
from support.xero import API, Xero

ORDERS = [order(number) for number in range(3)]
SPOILT = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value"}'


def connect_as(site, name, app, settings=None):
    return connect.connect(
        site.installation, connect.Request(name, connect.hosts_at(site.xero.url), site.folder, settings), app
    )


def new_app(site, name="Another app", pem=None):
    office = Office(site.xero.url)
    try:
        return office.add_private_app(name, pem or certificate.certificate(site.installation))
    finally:
        office.close()


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"kind": "lost_after"}, 1),
        ({"kind": "truncated"}, 1),
        ({"kind": "status", "status": 500, "commits": True}, 1),
        ({"kind": "status", "status": 503, "commits": True, "body": "The Xero API is temporarily unavailable"}, 1),
        ({"kind": "lost_before"}, 2),
        ({"kind": "offline"}, 2),
        ({"kind": "status", "status": 500}, 2),
    ],
    ids=lambda value: "-".join(str(one) for one in value.values()) if isinstance(value, dict) else "",
)
def test_what_was_not_answered_is_looked_up_and_sent_again_only_if_it_is_not_there(sqlite_site, fault, sent):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.fault(path="Invoices", method="PUT", **fault)
    run = site.sync()
    assert (run.exit_code, run.error) == (0, None)
    assert posted(site).keys() == numbers(ORDERS)
    assert len(puts(site.xero)) == sent
    assert run.counts.get("adopted", 0) == (3 if sent == 1 else 0)
    assert (left(site), site.problems()) == ([], [])
    keys = [one["idempotency_key"] for one in puts(site.xero)]
    assert len(set(keys)) == len(keys)


def test_an_order_xero_refuses_is_parked_with_xeros_words_and_its_batch_goes(sqlite_site):
    site = sqlite_site
    many = with_line("9", quantity=Decimal(90000), total=Decimal("382500.00"))
    many = msgspec.structs.replace(many, kind="I", total=Decimal("382500.00"), tax=Decimal("57375.00"))
    lay(site, "orders.txt", raw(ORDERS[0], many, *ORDERS[1:]))
    assert site.sync().exit_code == 1
    assert posted(site).keys() == numbers(ORDERS)
    (found,) = site.problems()
    assert (found.key, found.code) == ("BV9", "xero.stock_short")
    assert "quantity on hand" in found.message
    assert len(puts(site.xero)) == 1


def test_a_request_that_one_order_spoils_is_sent_apart_and_only_the_guilty_one_is_parked(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.fault("status", "Invoices", "PUT", status=400, body=SPOILT, times=2)
    assert site.sync().exit_code == 1
    assert posted(site).keys() == numbers(ORDERS[1:])
    (found,) = site.problems()
    assert (found.key, found.code) == ("BV0", "xero.refused_request")
    assert "Error converting value" in found.message
    assert len(puts(site.xero)) == 4
    assert left(site) == []


def test_a_number_that_another_document_holds_is_never_overwritten(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(ORDERS[0]))
    site.sync()
    site.xero.edit("invoices", "SO-BV0", InvoiceNumber="SO-BV1", Reference="by hand")
    before = posted(site)["SO-BV1"]
    fewer = with_line("1", quantity=Decimal(2), total=Decimal("8.50"))
    lay(site, "b.txt", raw(msgspec.structs.replace(fewer, total=Decimal("8.50"), tax=Decimal("1.28")), ORDERS[2]))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "xero.number_taken")]
    assert "58.65" in site.problems()[0].message
    assert posted(site).keys() == {"SO-BV1", "SO-BV2"}
    assert posted(site)["SO-BV1"] == before


def test_a_minute_limit_in_the_middle_of_a_run_is_waited_for(sqlite_site):
    site = Clock().given_to(sqlite_site)
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.fault("rate_minute", "Contacts", "GET")
    site.xero.fault(
        "status", "Invoices", "PUT", status=429, headers={"Retry-After": "1", "X-Rate-Limit-Problem": "minute"}
    )
    run = site.sync()
    assert (run.exit_code, run.error) == (0, None)
    assert posted(site).keys() == numbers(ORDERS)


@pytest.mark.parametrize("status", [503, 401])
def test_a_limit_in_the_old_form_is_waited_for_like_any_other_and_nothing_is_sent_twice(sqlite_site, status):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    lay(site, "orders.txt", raw(*ORDERS))
    old = {
        "status": status,
        "body": "oauth_problem=rate%20limit%20exceeded&oauth_problem_advice=please%20wait",
        "headers": {"X-Rate-Limit-Problem": "Minute"},
    }
    site.xero.fault("status", "Contacts", "GET", **old)
    began = clock.now()
    site.publish()
    assert clock.now() - began >= timedelta(seconds=60)
    assert site.installation.connection("kauri").paused_because is None
    site.xero.fault("status", "Invoices", "PUT", **{**old, "headers": {"X-Rate-Limit-Problem": "Day"}})
    run = site.sync()
    assert (run.state, run.exit_code, "day limit" in run.error) == ("unfinished", 4, True)
    again = site.sync()
    assert (again.exit_code, len(puts(site.xero))) == (4, 1)
    clock.ahead += timedelta(hours=1, seconds=5)
    assert site.sync().counts["posted"] == 3
    assert posted(site).keys() == numbers(ORDERS)


def test_an_app_of_a_smaller_tier_is_noticed_at_the_first_answer_and_told(tmp_path):
    options = Options(contacts=20, items=30, history_months=0, calls_per_minute=100_000, calls_per_day=1000)
    with running(options) as url, closing(Xero(url)) as xero:
        with connected(tmp_path / "home", tmp_path / "site", "", xero) as site:
            (before,) = statuses(site.installation)
            site.publish()
            (told,) = statuses(site.installation)
            month = usage.usage(site.installation, site.installation.now().date())
        spent = sum(one["path"].startswith(API) for one in xero.received())
    assert (before.calls_per_day, before.calls_left_today) == (5000, 5000)
    assert (told.calls_per_day, told.calls_per_day_set, told.calls_left_today) == (1000, 5000, 1000 - spent)
    assert month.calls_per_day == {"kauri": 1000}


def test_a_spent_day_ends_the_run_unfinished_and_the_next_day_completes_it(sqlite_site):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.fault("rate_day", "Invoices", "PUT")
    run = site.sync()
    assert (run.state, run.exit_code) == ("unfinished", 4)
    assert "day limit" in run.error
    assert posted(site) == {}
    assert left(site) == ["orders.txt"]
    again = site.sync()
    assert again.exit_code == 4
    assert len(puts(site.xero)) == 1
    clock.ahead += timedelta(days=1, seconds=5)
    assert site.sync().exit_code == 0
    assert posted(site).keys() == numbers(ORDERS)
    assert left(site) == []


def test_a_revoked_sign_in_pauses_the_connection_and_connecting_again_loses_nothing(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    delete_apps(site)
    run = site.sync()
    assert (run.state, run.exit_code) == ("halted", 3)
    assert "access.token_rejected" in run.error
    assert "Connect it again" in run.error
    (status,) = statuses(site.installation)
    assert status.paused_because
    assert left(site) == ["orders.txt"]
    connect_as(site, "kauri", new_app(site))
    (status,) = statuses(site.installation)
    assert status.paused_because is None
    assert site.sync().exit_code == 0
    assert posted(site).keys() == numbers(ORDERS)


def test_a_sign_in_revoked_between_intent_and_call_leaves_the_order_to_be_sent_later(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    denied = "oauth_problem=token_rejected&oauth_problem_advice=gone"
    site.xero.fault("status", "Invoices", "PUT", status=401, body=denied)
    assert site.sync().exit_code == 3
    assert posted(site) == {}
    assert site.sync().exit_code == 0
    assert posted(site).keys() == numbers(ORDERS)


def test_another_organisation_behind_the_credentials_stops_everything(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.control(
        "POST", "organisation", {"OrganisationID": "00000000-1111-2222-3333-444444444444", "Name": "Rimu Limited"}
    )
    run = site.sync()
    assert (run.state, run.exit_code) == ("halted", 6)
    assert "guard.other_organisation" in run.error
    assert "Rimu Limited" in run.error
    assert posted(site) == {}
    with pytest.raises(GuardError) as caught:
        connect_as(site, "kauri", new_app(site))
    assert caught.value.code == "guard.other_organisation"
    assert site.installation.connection("kauri").organisation_name == "Kauri Wholesale Limited"


def test_the_certificate_of_the_article_can_be_registered_but_our_key_does_not_fit_it(sqlite_site):
    site = sqlite_site
    app = new_app(site, "Opmetrix", VENDOR_CERTIFICATE)
    with pytest.raises(AccessError) as caught:
        connect_as(site, "other", app)
    assert caught.value.code == "access.signature_invalid"
    assert "could not verify our signature" in caught.value.message
    assert "certificate" in caught.value.remedy
    with pytest.raises(SetupError):
        site.installation.connection("other")


def test_settings_that_were_spoilt_behind_our_back_halt_the_run_and_once_mended_it_goes_on(sqlite_site):
    lay(sqlite_site, "a.txt", raw(order("1")))
    settle_for(sqlite_site, "\n[[spoilt")
    run = sqlite_site.sync()
    assert (run.state, run.exit_code, run.error.partition(":")[0]) == ("halted", 2, "settings.connection")
    with sqlite_site.installation.database.write() as tx:
        known = connections.find(tx, "kauri")
        connections.keep(tx, msgspec.structs.replace(known, settings=known.settings.removesuffix("[[spoilt")))
    assert sqlite_site.sync().counts["posted"] == 1


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ("[transactions]\nnumber_prefx = 'X'", "settings.connection"),
        ("[transactions]\ntolerance = 'lots'", "settings.connection"),
        ("[transactions", "settings.connection"),
        ("[transactions]\nreference = '{customer}'", "settings.connection"),
        ("[transactions]\nreference = '{rep'", "settings.connection"),
        ("[profile]\nencoding = 'klingon'", "settings.connection"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_kept(sqlite_site, toml, code):
    site = sqlite_site
    with pytest.raises(SetupError) as caught:
        connect_as(site, "second", new_app(site), toml)
    assert caught.value.code == code
    assert [one.id for one in site.installation.connections()] == ["kauri"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 41, "ā", "a;b"])
def test_a_name_that_could_not_be_a_name_everywhere_is_refused(sqlite_site, name):
    site = sqlite_site
    with pytest.raises(SetupError) as caught:
        connect_as(site, name, PrivateApp("a", "b"))
    assert caught.value.code == "connection.name"


@pytest.mark.parametrize(
    ("url", "folder", "code"),
    [("nowhere", ".", "connection.url"), ("http://", ".", "connection.url"), ("", "gone", "connection.folder")],
)
def test_what_can_never_work_is_said_before_anybody_is_sent_to_xero(sqlite_site, url, folder, code):
    site = sqlite_site
    hosts = connect.hosts_at(url or site.xero.url)
    with pytest.raises(SetupError) as caught:
        connect.settings_of(site.installation, connect.Request("second", hosts, site.folder / folder))
    assert caught.value.code == code


def test_a_folder_that_goes_away_ends_the_run_unfinished_and_nothing_is_lost(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    aside = site.folder.rename(site.folder.with_name("unplugged"))
    run = site.sync()
    assert (run.state, run.exit_code) == ("unfinished", 4)
    assert "folder.unreachable" in run.error
    aside.rename(site.folder)
    assert site.sync().exit_code == 0
    assert posted(site).keys() == numbers(ORDERS)
    assert codes(site) == []


@pytest.mark.parametrize(("times", "held"), [(1, []), (2, [("BV0", "xero.too_large")])])
def test_what_is_too_large_together_goes_one_by_one_and_what_is_so_alone_is_held(sqlite_site, times, held):
    site = sqlite_site
    lay(site, "orders.txt", raw(*ORDERS))
    site.xero.fault("status", "Invoices", "PUT", status=413, times=times)
    site.sync()
    assert posted(site).keys() == numbers(ORDERS[len(held) :])
    assert codes(site) == held


def test_goods_given_away_are_posted_and_an_order_of_nothing_else_is_paid_at_once(sqlite_site):
    site = sqlite_site
    (line,) = ORDERS[0].lines
    free = msgspec.structs.replace(line, discount=Decimal(100), total=Decimal(0))
    nothing = {"total": Decimal(0), "tax": Decimal(0)}
    lay(site, "orders.txt", raw(order(1, kind="I", lines=(line, free)), order(2, kind="I", lines=(free,), **nothing)))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    found = posted(site)
    assert [one["LineAmount"] for one in found["SO-BV1"]["LineItems"]][1] == 0
    assert (found["SO-BV2"]["Status"], found["SO-BV2"]["Total"]) == ("PAID", 0)
