"""What goes wrong before any work is done: one form for people, one for machines, never a bare traceback."""

import base64
import json
import os

import pytest

from fieldbridge.app import status


def told(shell, *arguments, code=2, **environment):
    """The failure as a machine is told it; a person is told the same."""
    words = shell.run(*arguments, code=code, **environment)
    shell.run(*arguments, "--json", code=code, **environment)
    error = json.loads(shell.said.splitlines()[-1])["error"]
    assert error["code"] in shell.said
    assert error["message"].splitlines()[0] in shell.said
    assert "Traceback" not in words
    assert error["remedy"]
    assert error["exit_code"] == code
    return error


@pytest.mark.parametrize(
    "arguments", [("guide", "--out"), ("certificate", "--out"), ("doctor", "--offline", "--bundle")], ids=str
)
def test_a_file_that_cannot_be_written_is_named(shell, tmp_path, arguments):
    place = tmp_path / "nowhere" / "file"
    error = told(shell, *arguments, place)
    assert error["code"] == "command.file"
    assert str(place) in error["message"]


def test_a_home_that_cannot_be_made_is_named(shell, tmp_path):
    (tmp_path / "taken").touch()
    shell.home = tmp_path / "taken"
    assert "taken" in told(shell, "status")["message"]


@pytest.mark.parametrize("url", ["hunter2", "sqlite://hunter2", "postgresql://u:hunter2@host:port/x"])
def test_what_is_no_address_of_a_database_is_not_repeated(shell, url):
    assert told(shell, "status", FIELDBRIDGE_DATABASE_URL=url)["code"] == "database.unsupported"
    assert told(shell, "move", "--to", url)["code"] == "database.unsupported"
    assert "hunter2" not in shell.said


def test_a_file_that_is_no_database_is_said(shell, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam, " * 100, encoding="utf-8")
    error = told(shell, "status", FIELDBRIDGE_DATABASE_URL=f"sqlite:///{file}")
    assert error["code"] == "database.unreachable"
    assert "not a database" in error["message"]


def test_settings_that_cannot_be_read_or_edited_change_nothing(shell, tmp_path):
    shell.connect(shell.new_app())
    before = shell.run("settings", "kauri")
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xcd\x00")
    for arguments in (["settings", "kauri", "set", file], ["rehearse", "--settings", file]):
        assert "UTF-8" in told(shell, *arguments)["message"]
    for editor in ("no-such-editor", "false"):
        assert told(shell, "settings", "kauri", "edit", EDITOR=editor, VISUAL=editor)["code"] == "settings.editor"
    for often in ("1", "100000d"):
        error = told(shell, "schedule", "kauri", "--flow", "images", "--every", often)
        assert "from 5 seconds to 366 days" in error["message"]
    assert shell.run("settings", "kauri") == before


def test_a_lost_key_is_missed_at_once_and_no_new_one_is_made(shell):
    shell.connect(shell.new_app())
    key = shell.home / "vault.key"
    kept = key.read_text()
    key.unlink()
    assert told(shell, "status")["code"] == "vault.key_missing"
    assert not key.exists()
    shell.run("status", FIELDBRIDGE_KEY=kept.strip())


def test_when_the_key_is_lost_for_good_a_backup_made_under_a_new_one_can_be_restored_without_secrets(shell, tmp_path):
    shell.connect(shell.new_app())
    (shell.home / "vault.key").unlink()
    shell.run("backup", tmp_path / "all.backup", FIELDBRIDGE_KEY=base64.b64encode(os.urandom(32)).decode())
    shell.home = tmp_path / "new"
    shell.run("restore", tmp_path / "all.backup", "--without-secrets")
    assert "without its credentials" in shell.run("status")


def test_no_port_beyond_the_last_is_listened_at(shell):
    assert told(shell, "run", "--listen", "127.0.0.1:99999")["code"] == "run.listen"
    assert told(shell, "service", "show", "--listen", "8124")["code"] == "run.listen"


def test_a_fault_of_ours_is_told_as_one(shell):
    def broken(*_, **__):
        raise ValueError("a wheel came off")

    shell.patch.setattr(status, "chosen", broken)
    error = json.loads(shell.failed("status", "--json", code=5)[1])["error"]
    assert error["code"] == "command.fault"
    assert "a wheel came off" in shell.said
