"""Orders under way when the sign-in fails: what never left is simply sent later, without a look-up."""

from types import SimpleNamespace

import pytest

from app.scene import lay, order, raw
from fieldbridge.app import workshop
from fieldbridge.app.flows.programs import TRANSACTIONS
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import tokens
from fieldbridge.app.sign_in.heartbeat import Heartbeat
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.net.oauth2 import Application
from fieldbridge.store.ledger import deliveries

INVOICES = "/api.xro/2.0/Invoices"


@pytest.fixture
def trading(scene):
    """Signed in as a web app, with one order in the folder."""
    scene.one = scene.connect(scene.grant("web-app", scene.app("web")))
    lay(SimpleNamespace(folder=scene.site), "orders.txt", raw(order("1")))
    return scene


def give_secret(scene, secret=""):
    """Store another client secret, or the right one again. Shape: the secret that was there."""
    held = Refresher(scene.installation, "kauri", scene.url)
    application = held.application()
    with scene.installation.database.write() as tx:
        new = Application(client_id=application.client_id, client_secret=secret)
        tokens.keep(scene.installation, tx, "kauri", new, held._kept())
    return application.client_secret


def sync(scene):
    it = scene.installation
    living = Installation(it.settings, it.database, it.vault, it.now)
    with living, workshop.opened(living) as work:
        return list(work.watch(work.dispatcher.start("kauri", TRANSACTIONS)))[-1]


def in_state(scene, *states):
    with scene.installation.database.read() as tx:
        return [one.key for one in deliveries.in_state(tx, "kauri", states, 10)]


def looked_up(scene):
    return [one for one in scene.received(INVOICES) if one["method"] == "GET"]


def test_a_wrong_secret_met_by_a_write_leaves_its_order_to_be_sent_and_not_to_be_looked_up(trading):
    right = give_secret(trading, "wrong")
    trading.fault("status", INVOICES, "PUT", status=401, body='{"Detail":"TokenExpired: token expired"}')
    ended = sync(trading)
    assert (ended.exit_code, ended.error.partition(":")[0]) == (2, "access.invalid_client")
    assert (in_state(trading, "pending"), in_state(trading, "sending", "unsure")) == (["BV1"], [])
    give_secret(trading, right)
    assert sync(trading).counts["posted"] == 1
    assert looked_up(trading) == []


def test_an_odd_answer_of_the_sign_in_is_an_outage_and_the_order_goes_at_the_next_run(trading):
    trading.fault("status", INVOICES, "PUT", status=401, body='{"Detail":"TokenExpired: token expired"}')
    trading.fault("status", status=404, body="<html>Not here")
    ended = sync(trading)
    assert (ended.state, ended.exit_code, ended.error.partition(":")[0]) == ("unfinished", 4, "access.unexpected")
    assert in_state(trading, "pending") == ["BV1"]
    assert sync(trading).counts["posted"] == 1
    assert looked_up(trading) == []


def test_a_heartbeat_that_meets_a_wrong_secret_does_not_stop_the_other_connections(trading):
    give_secret(trading, "wrong")
    trading.advance(days=21)
    Heartbeat(trading.installation).beat(trading.installation.connection("kauri"))
    assert trading.received("/connect/token")[-1]["status"] == 400
    assert trading.installation.connection("kauri").paused_because is None
