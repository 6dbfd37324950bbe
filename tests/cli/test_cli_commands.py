"""The command: help that teaches, JSON that parses, exit codes, and no secret in any output or file."""

import io
import json
import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from app.scene import lay, order, raw
from fieldbridge.app import installation
from fieldbridge.app.certificate import private_key
from fieldbridge.app.settings import Settings
from fieldbridge.store.ledger import runs
from support import mailroom

COMMANDS = (
    "demo",
    "certificate",
    "guide",
    "connect",
    "connections",
    "run",
    "sync",
    "plan",
    "status",
    "problems",
    "retry",
    "log",
    "standin",
    "dismiss",
    "disconnect",
    "usage",
    "webhook-key",
    "sheets",
    "price",
    "versions",
    "diff",
    "settings",
    "backup",
    "restore",
    "move",
    "doctor",
    "service",
    "alerts",
    "alert-secret",
    "pause",
    "resume",
    "cancel",
    "schedule",
)


def test_the_command_names_every_command_and_each_has_help_that_teaches(shell):
    listed = shell.run("--help")
    for name in COMMANDS:
        assert name in listed
        taught = shell.run(name, "--help")
        assert "--json" in taught
        assert len(taught) > 300


HEAVY = ("dbos", "sqlalchemy", "alembic", "httpx2", "cryptography", "starlette")
STARTED = """
import sys
from fieldbridge.cli.main import run
for arguments in {calls}:
    sys.argv = ["fieldbridge", *arguments]
    try:
        run()
    except SystemExit as ended:
        assert not ended.code, arguments
print("loaded", *(one for one in {heavy} if one in sys.modules), file=sys.stderr)
"""


def started(home: Path, *calls: list[str]) -> list[str]:
    """The heavy libraries that some calls of the command have loaded."""
    program = STARTED.format(calls=calls, heavy=HEAVY)
    place = {**os.environ, "FIELDBRIDGE_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=place)
    assert done.returncode == 0, done.stderr
    return done.stderr.split()[1:]


def test_help_waits_for_no_heavy_library(tmp_path):
    assert started(tmp_path, ["--help"], *([name, "--help"] for name in COMMANDS)) == []


def test_a_command_on_a_current_schema_loads_neither_the_migrations_nor_the_durable_engine(tmp_path):
    assert "alembic" in started(tmp_path, ["certificate"])
    assert not {"alembic", "dbos"} & set(started(tmp_path, ["certificate"]))


def test_from_nothing_to_invoices_in_json_and_no_secret_shows_anywhere(shell):
    app = shell.new_app()
    made = json.loads(shell.connect(app, "--json"))
    assert made["organisation"] == "Kauri Wholesale Limited"
    lay(shell, "orders.txt", raw(order("1"), order("2", customer="NOB000")))
    (plan,) = shell.json("plan", "transactions")
    assert [(one["order"], one["invoice"]["number"]) for one in plan["invoices"]] == [("BV1", "SO-BV1")]
    (ran,) = shell.json("sync", "transactions", code=1)
    assert (ran["exit_code"], ran["counts"]["posted"], ran["counts"]["parked"]) == (1, 1, 1)
    assert shell.xero.invoices().keys() == {"SO-BV1"}
    (published,) = shell.json("sync", "master-data")
    assert published["counts"]["files"] == 6
    (status,) = shell.json("status")
    assert (status["connection"], status["open_problems"]) == ("kauri", 1)
    (parked,) = shell.json("problems")
    assert (parked["key"], parked["code"]) == ("BV2", "order.customer_unknown")
    assert [one["id"] for one in shell.json("connections")] == ["kauri"]
    assert "order.posted" in {event["event"] for event in shell.json("log", "-n", "1000")}
    assert shell.json("retry", "--all") == {"retried": 1}
    for words in ("connections", "status", "problems", "log"):
        shell.run(words)
    shell.run("plan", "transactions")
    shell.run("sync", "transactions", code=1)
    canaries(shell, app)


def canaries(shell, *apps):
    """No consumer key or secret, nor the private key's body, in anything printed or kept."""
    with installation.opened(Settings(home=shell.home, database_url="", key="")) as opened:
        pem = private_key(opened)
    der = serialization.load_pem_private_key(pem.encode(), password=None).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    body = [line for line in pem.splitlines() if "PRIVATE KEY" not in line]
    wanted = [value for app in apps for value in (app.consumer_key, app.consumer_secret)] + body[1:4]
    kept = {
        str(file): file.read_bytes()
        for root in (shell.home, shell.folder)
        for file in root.rglob("*")
        if file.is_file()
    }
    assert any("sqlite" in name for name in kept)
    for canary in wanted:
        assert canary not in shell.said
        for name, content in kept.items():
            assert canary.encode() not in content, name
    assert not any(der[40:80] in content for content in kept.values())


def test_what_fails_shows_no_secret_either(shell):
    app = shell.new_app()
    wrong = type(app)(f"CANARY{secrets.token_hex(12)}", f"CANARY{secrets.token_hex(12)}")
    assert "consumer_key_unknown" in shell.connect(wrong, code=3)
    shell.connect(wrong, "--xero-url", "http://127.0.0.1:1", code=4)
    shell.connect(app)
    denied = "oauth_problem=token_rejected&oauth_problem_advice=gone"
    shell.xero.fault("status", "Organisation", "GET", status=401, body=denied)
    lay(shell, "orders.txt", raw(order("1")))
    assert "token_rejected" in shell.run("sync", "transactions", code=3)
    shell.run("sync", "transactions", "-c", "nobody", code=2)
    key = shell.home / "vault.key"
    shell.run("status", code=2, FIELDBRIDGE_KEY="c2hvcnQ=")
    key.chmod(0o644)
    assert "chmod 600" in shell.run("status", code=2)
    key.chmod(0o600)
    assert "paused" in shell.run("status")
    canaries(shell, app, wrong)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "no connection yet"),
        (["sync", "transactions"], "no connection yet"),
        (["plan", "master-data"], "no connection yet"),
        (["retry", "--all"], "There is no connection"),
    ],
)
def test_without_a_connection_every_command_says_what_to_do(shell, arguments, words):
    assert words in shell.run(*arguments, code=2)


def test_an_unknown_flow_is_a_usage_error(shell):
    shell.run("sync", "everything", code=2)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["status"], "connection.none", "no connection yet"),
        (["sync", "everything"], "command.usage", "everything"),
        (["retry", "--nonsense"], "command.usage", "--nonsense"),
        (["connect", "kauri"], "command.usage", "--folder"),
        (["nonsense"], "command.usage", "nonsense"),
        (["webhook-key"], "command.aborted", "Webhook key"),
        (["connect", "kauri", "--folder", "."], "command.aborted", "Client id"),
    ],
)
def test_what_fails_under_json_is_one_line_of_json_on_standard_error(shell, arguments, code, words):
    shell.patch.setattr(sys, "stdin", io.StringIO())
    out, line = shell.failed(*arguments, "--json", code=2)
    error = json.loads(line)["error"]
    assert out.strip() == ""
    assert (error["code"], error["exit_code"]) == (code, 2)
    assert words in error["message"]
    assert error["remedy"]


def test_a_refused_sign_in_and_an_outage_are_json_too(shell):
    app = shell.new_app()
    for wrong, exit_code, code in (
        (type(app)("nobody", "no"), 3, "access.consumer_key_unknown"),
        (app, 4, "net.unreachable"),
    ):
        where = ("--xero-url", "http://127.0.0.1:1") if exit_code == 4 else ()
        shell.connect(wrong, *where, "--json", code=exit_code)
        error = json.loads(shell.said.splitlines()[-1])["error"]
        assert (error["code"], error["exit_code"]) == (code, exit_code)


def test_the_demo_goes_its_full_circle_and_everything_comes_out_right(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from fieldbridge.cli.main import run; run()",
            "demo",
            "--once",
            "--folder",
            str(tmp_path / "demo"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every total equal to the cent" in done.stdout
    assert "WRONG" not in done.stdout


def test_a_price_from_a_sheet_to_the_tablets_and_back_in_time(shell, tmp_path):
    shell.connect(shell.new_app())
    (file,) = shell.json("sheets", "create", "prices", "--csv")["created"]
    assert [len(one["columns"]) for one in shell.json("sheets", "explain", "prices")] == [10]
    assert "needs a price or a percent_off" not in shell.run("sheets", "check")
    shell.json("sync", "master-data")
    with Path(file).open("a", encoding="utf-8") as sheet:
        sheet.write(",APL-1L,,KER014,,3.90,,,,,summer\n,APL-1L,,KER014,,,,,,,\n")
    (checked,) = shell.json("sheets", "check", "prices", code=1)
    assert [(fault["row"], fault["column"]) for fault in checked["faults"]] == [(4, "price")]
    assert "row 4, price: needs a price or a percent_off, and not both" in shell.run("sheets", "check", code=1)
    Path(file).write_text(Path(file).read_text(encoding="utf-8-sig").rpartition(",APL-1L")[0], encoding="utf-8")
    shell.json("sync", "master-data")
    (told,) = shell.json("price", "KER014", "APL-1L", "--qty", "12", "--on", "2026-08-01")
    assert (told["price"], told["steps"][-1]["outcome"], told["steps"][-1]["number"]) == ("3.9", "used", 3)
    assert "for customer KER014, APL-1L: 3.9 (summer)" in shell.run("price", "KER014", "APL-1L")
    (found,) = shell.json("diff", "Pricing.csv")
    assert [(one["what"], one["key"]) for one in found["differences"]] == [("added", "APL-1L / KER014 / 1")]
    assert "added APL-1L / KER014 / 1" in shell.run("diff", "Pricing.csv")
    newest, _ = shell.json("versions", "Pricing.csv")["kauri"]
    written = shell.json("versions", "Pricing.csv", "--write", tmp_path / "old.csv")
    assert written["version"] == newest
    assert (tmp_path / "old.csv").read_bytes() == (shell.folder / "Pricing.csv").read_bytes()
    assert "Pricing.csv" in shell.run("versions")
    shell.run("price", "NOBODY", "APL-1L", code=2)
    written = shell.json("versions", "--write", tmp_path / "day", "--at", f"{datetime.now(UTC):%Y-%m-%d}")
    assert {one["name"] for one in written["versions"]} == {one.name for one in (tmp_path / "day").iterdir()}
    assert len(written["versions"]) == 6
    shell.run("versions", "--write", tmp_path / "day", code=2)
    (found,) = shell.json("diff", "Pricing.csv", newest["id"], f"{datetime.now(UTC):%Y-%m-%d}")
    assert found["differences"] == []
    shell.run("diff", "Pricing.csv", "yesterday", code=2)
    shell.run("price", "KER014", "APL-1L", "--qty", "many", code=2)


def test_settings_are_shown_changed_and_taken_back(shell, tmp_path, monkeypatch):
    shell.connect(shell.new_app())
    before = shell.json("settings", "kauri")["text"]
    file = tmp_path / "kauri.toml"
    file.write_text(f"# of the office\ncalls_per_day = 900\n{before}", encoding="utf-8")
    assert shell.json("settings", "kauri", "set", file) == {"changed": True}
    assert "# of the office" in shell.run("settings", "kauri", "show")
    file.write_text("calls_per_day = 'x'\n[prices]\ndecimals = 'y'\n", encoding="utf-8")
    found = shell.json("settings", "kauri", "check", file, code=2)
    assert [(one["place"], one["line"]) for one in found] == [("calls_per_day", 1), ("prices.decimals", 3)]
    assert "line 3, prices.decimals: is 'y'" in shell.run("settings", "kauri", "check", file, code=2)
    shell.run("settings", "kauri", "set", file, code=2)
    assert "No fault" in shell.run("settings", "kauri", "check")
    assert [one["because"] for one in shell.json("settings", "kauri", "history")] == ["set by hand", "connected"]
    monkeypatch.setenv("VISUAL", "sed -i s/900/800/")
    assert shell.json("settings", "kauri", "edit") == {"changed": True}
    assert "calls_per_day = 800" in shell.run("settings", "kauri")
    shell.run("settings", "kauri", "undo")
    assert "calls_per_day = 900" in shell.run("settings", "kauri")
    shell.run("settings", "kauri", "undo", "first", code=2)
    assert Path(shell.json("settings", "kauri", "export")["file"]).read_text().endswith("settings_file = true\n")
    shell.run("settings", "kauri", "set", tmp_path / "none", code=2)
    assert "back to version" in shell.run("settings", "kauri", "history")


def test_a_backup_made_at_the_command_line_is_restored_into_another_home_and_goes_on(shell, tmp_path):
    app = shell.new_app()
    shell.connect(app)
    lay(shell, "orders.txt", raw(order("1")))
    shell.run("sync", "transactions")
    made = shell.json("backup", tmp_path / "kept.backup")
    assert made["bytes"] == (tmp_path / "kept.backup").stat().st_size
    assert "there already" in shell.run("backup", tmp_path / "kept.backup", code=2)
    old, shell.home = shell.home, tmp_path / "new"
    assert "neither" in shell.run("restore", tmp_path / "kept.backup", code=2)
    shell.home.mkdir(exist_ok=True)
    (shell.home / "vault.key").write_bytes((old / "vault.key").read_bytes())
    (shell.home / "vault.key").chmod(0o600)
    assert "Restored as of" in shell.run("restore", tmp_path / "kept.backup")
    assert "not empty" in shell.run("restore", tmp_path / "kept.backup", code=2)
    lay(shell, "orders.txt", raw(order("1"), order("2")))
    assert shell.json("sync", "transactions")[0]["counts"]["posted"] == 1
    assert len(shell.xero.invoices()) == 2
    canaries(shell, app)
    moved = shell.json("move", "--to", f"sqlite:///{tmp_path / 'moved.sqlite'}")
    assert moved["rows"]["link"] == 2
    assert "was moved to" in shell.run("status", code=2)
    shell.run("status", FIELDBRIDGE_DATABASE_URL=moved["to"])


def test_the_doctor_says_what_to_do_and_its_exit_code_is_for_a_monitor(shell, tmp_path):
    assert "fieldbridge connect" in shell.run("doctor", code=2)
    assert not shell.home.exists()
    app = shell.new_app()
    shell.connect(app)
    told = shell.json("doctor", "--offline", "--bundle", tmp_path / "help.zip", code=1)
    assert {"worker", "backup"} <= {one["check"] for one in told if one["state"] == "warn"}
    assert (tmp_path / "help.zip").exists()
    assert "→ Run `fieldbridge backup FILE`" in shell.run("doctor", "-c", "kauri", code=1)
    shell.run("doctor", "-c", "nobody", code=2)
    shell.folder.rename(tmp_path / "moved away")
    assert "✗ folder" in shell.run("doctor", "--offline", code=2)
    canaries(shell, app)


def test_settings_that_are_no_text_are_refused_before_anything_else(shell):
    file = shell.home.parent / "settings.toml"
    file.write_bytes(b"# caf\xe9")
    said = shell.run("connect", "kauri", "--client-id", "x", "--folder", shell.folder, "--settings", file, code=2)
    assert "is not UTF-8" in " ".join(said.split())


def test_a_connection_is_paused_rescheduled_and_resumed_by_name(shell):
    shell.connect(shell.new_app())
    assert shell.json("pause", "kauri", "--because", "stock-take") == {"paused": ["kauri"]}
    assert "paused by a person: stock-take" in shell.run("status")
    assert shell.json("resume", "--all") == {"resumed": ["kauri"]}
    assert "paused:" not in shell.run("status")
    changed = shell.json(
        "schedule", "kauri", "--flow", "transactions", "--every", "5m", "--hours", "mon-fri 08:00-17:00"
    )
    assert [(one["flow"], one["every_s"]) for one in changed] == [("transactions", 300.0)]
    assert {one["flow"]: one["every_s"] for one in shell.json("schedule")}["transactions"] == 300.0
    assert "mon-fri 08:00-17:00" in shell.run("settings", "kauri")
    assert shell.json("schedule", "kauri", "--always", "--every", "1h")[0]["every_s"] == 3600.0
    assert "mon-fri" not in shell.run("settings", "kauri")
    assert shell.json("cancel", "kauri") == {"cancelled": []}
    shell.run("schedule", "kauri", "--hours", "sometimes", code=2)
    shell.run("schedule", "--every", "5m", code=2)
    shell.run("pause", code=2)


def test_the_service_is_shown_without_changing_anything(shell, tmp_path):
    shell.home.mkdir()
    shell.patch.delenv("FIELDBRIDGE_UNSURE_HOLD_S")
    text = shell.json("service", "show", "--system", "--listen", "127.0.0.1:8124")["text"]
    assert f'"--home" "{shell.home}" "run" "--listen" "127.0.0.1:8124"' in text
    assert "Restart=always" in shell.run("service", "show")
    assert "would not see it" in shell.run("service", "show", code=2, FIELDBRIDGE_DATABASE_URL="postgresql://h/d")
    assert list(shell.home.iterdir()) == []


def test_alerts_are_tried_and_listed_and_their_secrets_show_nowhere(shell):
    shell.connect(shell.new_app())
    password = secrets.token_hex(12)
    assert shell.json("alerts") == {"alerts": [], "waiting": 0, "unreached": []}
    assert shell.failed("alerts", "--test", "--json", code=2)[1].startswith('{"error":{"code":"alerts.nobody"')
    assert shell.json("alert-secret", "mail", FIELDBRIDGE_ALERT_SECRET=password) == {"kept": "mail"}
    shell.run("alert-secret", "http://elsewhere.example", code=2, FIELDBRIDGE_ALERT_SECRET=password)
    with mailroom.opened() as room:
        mailing = {"ALERTS_TO": "desk@x.example", "MAIL_SERVER": mailroom.HOST, "MAIL_PORT": str(room.port)}
        named = {f"FIELDBRIDGE_{name}": value for name, value in mailing.items()} | {
            "FIELDBRIDGE_MAIL_SECURITY": "none"
        }
        (tried,) = shell.json("alerts", "--test", **named)
        assert tried == {"to": "desk@x.example", "sent": True, "said": ""}
        room.refused.add("desk@x.example")
        assert "NOT sent: mail.refused" in shell.run("alerts", "--test", "-c", "kauri", code=1, **named)
    shell.run("alerts", code=2, FIELDBRIDGE_ALERTS_TO="desk at x.example")
    assert "No alert stands." in shell.run("alerts")
    assert len(room.mails) == 1
    assert password not in shell.said
    assert not any(password.encode() in one.read_bytes() for one in shell.home.rglob("*") if one.is_file())


def test_several_connections_are_run_paused_cancelled_and_retried_by_name_or_all(shell):
    both = ["kauri", "rata"]
    app = shell.new_app()
    shell.connect(app)
    second = shell.folder.with_name("second")
    second.mkdir()
    shell.connect(app, named="rata", folder=second)
    for name, folder in (("1", shell.folder), ("2", second)):
        (folder / "orders.txt").write_bytes(raw(order(name, customer="NOB000")))
    assert [one["connection_id"] for one in shell.json("sync", "transactions", code=1)] == both
    assert [one["connection_id"] for one in shell.json("sync", "transactions", "-c", "rata")] == ["rata"]
    assert shell.json("pause", *both) == {"paused": both}
    assert [one["connection"] for one in shell.json("status", "--attention")] == both
    assert shell.json("resume", "--all") == {"resumed": both}
    assert shell.json("retry", "order.customer_unknown", "-c", "kauri", "-c", "rata") == {"retried": 2}
    assert shell.json("retry", "--all") == {"retried": 0}
    here = Settings(home=shell.home, database_url="", key="")
    with installation.opened(here) as opened, opened.database.write() as tx:
        ids = [runs.queue(tx, name, "transactions", opened.now()) for name in both]
    assert shell.json("cancel", "--all", "--flow", "master-data") == {"cancelled": []}
    assert shell.json("cancel", "--all", "--flow", "transactions") == {"cancelled": ids}
    assert [one["connection"] for one in shell.json("status", "--search", "RAT")] == ["rata"]
    assert len(shell.json("status", "--limit", "1")) == 1
    assert "1 more are not shown" in shell.run("status", "--limit", "1")
    assert shell.failed("status", "--watch", "--json", code=2)[1].startswith('{"error":{"code":"command.usage"')


def test_connecting_again_needs_no_more_than_the_name_and_what_is_piped_in(shell):
    app = shell.new_app()
    before = json.loads(shell.connect(app, "--json"))
    shell.patch.setattr(sys, "stdin", io.StringIO(f"{app.consumer_key}\n{app.consumer_secret}\n"))
    assert shell.json("connect", "kauri") == before
    assert shell.json("sync", "master-data")


def test_a_plan_names_its_connection_and_the_log_of_several_is_in_the_order_of_time(shell, tmp_path):
    app = shell.new_app()
    (tmp_path / "other").mkdir()
    shell.connect(app, named="matai")
    shell.connect(app, named="kauri", folder=tmp_path / "other")
    shell.connect(app, named="matai")
    assert [one["connection"] for one in shell.json("plan", "images")] == ["kauri", "matai"]
    assert "matai images: nothing to do" in shell.run("plan", "images")
    told = shell.json("log")
    assert [one["connection_id"] for one in told] == ["matai", "kauri", "matai"]
    assert [one["id"] for one in told] == sorted(one["id"] for one in told)
