"""Alerts from end to end: what happens at Xero or in the folder, and what somebody reads in their mail."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from app.scene import Clock, delete_apps, lay, order, raw, settle_for
from fieldbridge.app import certificate, connect, problems, steering
from fieldbridge.app.alerts import trial
from fieldbridge.app.alerts.channels import keep_secret
from fieldbridge.app.alerts.lookout import Lookout
from fieldbridge.app.alerts.teller import Teller
from fieldbridge.app.demo.office import Office
from fieldbridge.core.errors import SetupError
from fieldbridge.core.pacing import Budget
from fieldbridge.flows import FLOWS, MASTER_DATA
from fieldbridge.store.ledger import budgets, runs
from support import mailroom
from support.mailroom import Mailroom
from support.receiver import receiving
from support.site import Site

OFFICE, DESK = "office@kauri.example", "desk@bridge.example"
SECRET = b"told to the receiver"
GATHER = timedelta(minutes=6)


class Watched:
    """A site with a mailroom, living by a clock of its own."""

    def __init__(self, site: Site, room: Mailroom, settings: str = "") -> None:
        self.clock = Clock()
        mailing = {"mail_server": mailroom.HOST, "mail_port": room.port, "mail_security": "none", "alerts_to": DESK}
        known = site.installation.settings.model_copy(update=mailing | {"alerts_to": f"mailto:{DESK}"})
        site = replace(site, installation=replace(site.installation, settings=known))
        self.site = self.clock.given_to(site)
        self.room = room
        settle_for(site, f'\n[alerts]\nmail_to = ["{OFFICE}"]\n{settings}')
        self.lookout = Lookout(self.site.installation, "me")
        self.teller = Teller(self.site.installation, "me")

    def look(self, after: timedelta = timedelta(0)) -> list[str]:
        """A look and a round some time later. Shape: the subjects of what the office got."""
        self.clock.ahead += after
        before = len(self.room.of(OFFICE))
        self.lookout.look()
        self.teller.tell()
        return [one["Subject"].removeprefix("[fieldbridge] ") for one in self.room.of(OFFICE)[before:]]

    def text(self) -> str:
        return self.room.of(OFFICE)[-1].get_content()


def shut_out(site: Site) -> None:
    """The app is removed at Xero, and a run has met that."""
    delete_apps(site)
    assert site.sync(MASTER_DATA).exit_code == 3


@pytest.fixture
def room():
    with mailroom.opened() as opened:
        yield opened


@pytest.fixture
def watched(sqlite_site, room) -> Watched:
    return Watched(sqlite_site, room)


def test_a_lost_sign_in_is_told_once_and_that_it_is_over_once(site, room):
    watched = Watched(site, room)
    site = watched.site
    assert watched.look() == []
    shut_out(site)
    assert watched.look() == ["kauri: must be connected to Xero again"]
    assert "Kauri Wholesale Limited (kauri)" in watched.text()
    assert "fieldbridge connect kauri" in watched.text()
    assert watched.look(GATHER) == watched.look(GATHER) == []
    office = Office(site.xero.url)
    app = office.add_private_app("Anew", certificate.certificate(site.installation))
    office.close()
    connect.connect(site.installation, connect.Request("kauri", connect.hosts_at(site.xero.url), site.folder), app)
    assert watched.look() == ["Over: kauri: must be connected to Xero again"]
    assert watched.look(GATHER) == []
    assert len(room.of(DESK)) == len(room.of(OFFICE)) == 2
    with site.installation.database.read() as tx:
        told = [one.event for one in runs.events(tx, "kauri", 1000) if one.event.startswith("alert.")]
    assert told == ["alert.began", "alert.ended"]


def test_a_guard_that_halts_is_told_and_is_over_when_it_was_accepted(watched):
    site = watched.site
    site.publish()
    for one in site.xero.books()["items"][:10]:
        site.xero.control("DELETE", f"items/{one['Code']}")
    settle_for(site, "[master_data]\nfull_read_hours = 0\n")
    halted = site.sync(MASTER_DATA)
    assert halted.exit_code == 6
    assert watched.look() == ["kauri: master-data is halted"]
    assert "guard." in watched.text()
    site.sync(MASTER_DATA)
    assert watched.look(GATHER) == []
    digest = re.search(r"--accept ([0-9a-f]+)", halted.error)
    assert site.sync(MASTER_DATA, accept=digest[1]).exit_code in (0, 1)
    assert watched.look() == ["Over: kauri: master-data is halted"]


def test_an_old_problem_and_a_dear_one_are_told_and_over_when_they_are_settled(sqlite_site, room):
    watched = Watched(sqlite_site, room, "problem_hours = 2\nproblem_above = 50\n")
    site = watched.site
    site.publish()
    lay(site, "orders.txt", raw(order(1, customer="NOB000")))
    site.sync()
    assert watched.look() == ["kauri: BV1 is set aside"]
    assert "BV1, worth 51.00, is set aside: order.customer_unknown." in watched.text()
    assert watched.look(timedelta(hours=2)) == ["kauri: Problems wait for long"]
    problems.dismiss(site.installation, site.problems(), "entered by hand")
    assert watched.look(GATHER) == ["2 over"]
    assert "Over: BV1 is set aside, from " in watched.text()


def test_a_folder_that_stays_away_is_told_after_hours_and_a_short_absence_is_not(watched):
    site = watched.site
    away = site.folder.rename(site.folder.with_name("away"))
    for _ in range(3):
        assert site.sync().exit_code == 4
        assert watched.look(timedelta(hours=1)) == []
    subjects = watched.look(timedelta(hours=4))
    assert subjects == [f"{len(FLOWS)} begun"]  # nobody works here, so the others are overdue as well
    assert "transactions has not succeeded since" in watched.text()
    assert "folder.unreachable" in watched.text()
    away.rename(site.folder)
    assert site.sync().exit_code == 0


def test_few_calls_left_are_told(watched):
    site = watched.site
    now = site.installation.now().timestamp()
    with site.installation.database.write() as tx:
        budgets.save(tx, "kauri", Budget(limit_per_day=1000, day_from=now, day_used=950))
    assert watched.look() == ["kauri: few calls are left today"]
    assert "50 of 1000 calls to Xero are left of the day." in watched.text()


def test_who_pauses_for_a_stock_take_gets_no_mail(watched):
    steering.pause(watched.site.installation, [watched.site.connection], "stock-take")
    assert watched.look(timedelta(days=3)) == []


def test_the_digest_comes_at_its_hour_of_the_offices_own_day(sqlite_site, room):
    # Three hours from now, so that no Problem is a day old when the first one comes.
    hour = (datetime.now(UTC) + timedelta(hours=3)).astimezone(ZoneInfo("Pacific/Auckland")).hour
    watched = Watched(sqlite_site, room, f"digest_hour = {hour}\nno_success_hours = 0\n")
    site = watched.site
    settle_for(site, 'time_zone = "Pacific/Auckland"\n', first=True)
    site.publish()
    lay(site, "orders.txt", raw(order(1), order(2, customer="NOB000")))
    site.sync()
    assert watched.look() == []
    got = []
    for _ in range(48):
        at = site.installation.now()
        got += [(at, one) for one in watched.look(timedelta(hours=1))]
    assert [one for _, one in got if "digest" in one] == ["1 in the digest"] * 2
    assert "Orders that came to Xero in 24 hours: " in "".join(one.get_content() for one in room.of(OFFICE))
    first = next(one for one in room.of(OFFICE) if "digest" in one["Subject"])
    assert "24 hours: 1. Not there yet: 0." in first.get_content()
    assert "order.customer_unknown (1)" in first.get_content()
    zone = first["Date"].datetime
    assert zone.tzinfo is not None


def test_a_mail_server_that_is_away_stops_nothing_and_loses_nothing(watched):
    site = watched.site
    port = watched.site.installation.settings.mail_port
    broken = site.installation.settings.model_copy(update={"mail_port": 9})
    silent = Teller(replace(site.installation, settings=broken), "me")
    shut_out(site)
    watched.lookout.look()
    assert silent.tell() == 0
    found = trial.overview(site.installation, None, 10)
    assert [one.kind for one in found.alerts] == ["reconnect"]
    assert found.waiting == 2
    assert {one.address: one.failures for one in found.unreached} == {f"mailto:{OFFICE}": 1, f"mailto:{DESK}": 1}
    assert "mail.unreachable" in found.unreached[0].said
    assert watched.teller.tell() == 0  # not before the wait is over
    assert watched.look(timedelta(minutes=2)) == ["kauri: must be connected to Xero again"]
    assert port == watched.room.port
    assert trial.overview(site.installation, None, 10).unreached == []


def test_somebody_whose_mail_is_refused_does_not_keep_others_from_theirs(watched):
    watched.room.refused.add(DESK)
    shut_out(watched.site)
    assert watched.look() == ["kauri: must be connected to Xero again"]
    (desk,) = trial.overview(watched.site.installation, None, 10).unreached
    assert "No such person here" in desk.said
    assert watched.room.visits == 1


def test_a_webhook_is_signed_and_says_what_the_mail_says(sqlite_site, room):
    with receiving(SECRET) as receiver:
        watched = Watched(sqlite_site, room, f'webhooks = ["{receiver.url}"]\n')
        site = watched.site
        shut_out(site)
        watched.look()
        assert "webhook.secret" in trial.overview(site.installation, None, 10).unreached[0].said
        keep_secret(site.installation, receiver.url, SECRET.decode())
        receiver.status = 500
        watched.look(timedelta(minutes=2))
        assert "500" in trial.overview(site.installation, None, 10).unreached[0].said
        receiver.status = 204
        watched.look(timedelta(minutes=3))
        (first, _), (again, content) = receiver.posts
        assert first == again == content["id"]
        (told,) = content["notices"]
        assert (told["what"], told["kind"], told["connection"]) == ("began", "reconnect", "kauri")
        assert told["organisation"] == "Kauri Wholesale Limited"
        assert receiver.forged == 0
        assert SECRET not in site.installation.settings.home.joinpath("fieldbridge.sqlite").read_bytes()


def test_a_test_shows_who_was_reached_and_who_was_not(watched):
    watched.room.refused.add(DESK)
    tried = trial.tried(watched.site.installation, watched.site.installation.connections(), "test")
    assert [(one.to, one.sent) for one in tried] == [(DESK, False), (OFFICE, True)]
    assert "This is a test." in watched.text()
    nobody = replace(watched.site.installation, settings=watched.site.settings.model_copy(update={"alerts_to": ""}))
    stranger = msgspec.structs.replace(watched.site.connection, settings="")
    with pytest.raises(SetupError, match="Nobody"):
        trial.tried(nobody, [stranger], "test")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_tls_with_a_password_from_the_vault(sqlite_site, tmp_path: Path, monkeypatch, security):
    pem = mailroom.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with mailroom.opened(security, pem, password="correct horse") as room:
        watched = Watched(sqlite_site, room)
        named = {"mail_security": security, "mail_user": "bridge@kauri.example"}
        settings = watched.site.settings.model_copy(update=named)
        installation = replace(watched.site.installation, settings=settings)
        connections = installation.connections()
        keep_secret(installation, "mail", "wrong")
        assert {one.said.partition(":")[0] for one in trial.tried(installation, connections, "a")} == {"mail.sign_in"}
        keep_secret(installation, "mail", "correct horse")
        assert [one.sent for one in trial.tried(installation, connections, "b")] == [True, True]
        (mail,) = room.of(OFFICE)
        assert mail["From"] == "bridge@kauri.example"
        assert mail["Auto-Submitted"] == "auto-generated"
        plain = replace(installation, settings=settings.model_copy(update={"mail_security": "none"}))
        assert {one.said.partition(":")[0] for one in trial.tried(plain, connections, "c")} == {"mail.unencrypted"}
        monkeypatch.delenv("SSL_CERT_FILE")
        assert {one.said.partition(":")[0] for one in trial.tried(installation, connections, "d")} == {
            "mail.encryption"
        }


def test_a_server_without_tls_gets_no_mail_when_tls_is_asked_for(watched):
    settings = watched.site.settings.model_copy(update={"mail_security": "starttls"})
    installation = replace(watched.site.installation, settings=settings)
    (tried, _) = trial.tried(installation, installation.connections(), "test")
    assert tried.said.startswith("mail.encryption")
    assert watched.room.mails == []
