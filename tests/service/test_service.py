"""The service: the text that is put in place, and putting it there by a `systemctl` that only notes what it is told.

Where systemd-analyze is installed, every unit installed here has passed it: `install` asks it.
"""

import os
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from fieldbridge.app.service import placing
from fieldbridge.app.service.systemd import unit
from fieldbridge.app.service.task import NAMESPACE, task
from fieldbridge.app.service.wish import Wish, wish
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError

NOTES = """#!/bin/sh
echo "$@" >> "{notes}"
{more}
"""


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A system whose service manager notes what it is told. Shape: systemctl(more) puts it there; notes() reads."""
    programs, notes = tmp_path / "programs", tmp_path / "notes"
    programs.mkdir()
    for name in [name for name in os.environ if name.startswith("FIELDBRIDGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.setattr(placing, "SYSTEM_UNITS", tmp_path / "units")

    def systemctl(more: str = "") -> None:
        file = programs / "systemctl"
        file.write_text(NOTES.format(notes=notes, more=more))
        file.chmod(0o755)

    systemctl()
    systemctl.notes = lambda: notes.read_text().splitlines() if notes.exists() else []
    systemctl.programs = programs
    return systemctl


@pytest.fixture
def home(tmp_path):
    place = tmp_path / "home"
    place.mkdir()
    return place


def wanted(home: Path, *, for_system: bool = False, name: str = "fieldbridge", listen: str = "") -> Wish:
    return wish(name, Settings(home=home), listen, for_system=for_system)


def test_a_service_of_ones_own_is_written_enabled_and_started_and_taken_away_again(system, home, tmp_path):
    place = placing.install(wanted(home))
    assert place == str(tmp_path / "configuration" / "systemd" / "user" / "fieldbridge.service")
    text = Path(place).read_text()
    assert f'"--home" "{home}" "run"\n' in text
    assert "WantedBy=default.target" in text
    assert "User=" not in text
    assert system.notes() == [
        "--user daemon-reload",
        "--user enable fieldbridge.service",
        "--user restart fieldbridge.service",
    ]
    placing.install(wanted(home, listen="127.0.0.1:8124"))
    assert '"run" "--listen" "127.0.0.1:8124"\n' in Path(place).read_text()
    assert placing.uninstall("fieldbridge", for_system=False) == place
    assert not Path(place).exists()
    assert system.notes()[-2:] == ["--user disable --now fieldbridge.service", "--user daemon-reload"]
    assert list(Path(place).parent.iterdir()) == []


def test_a_service_of_the_system_runs_as_the_owner_of_the_home_and_is_hardened(system, home, tmp_path):
    place = placing.install(wanted(home, for_system=True, name="bridge-2"))
    assert place == str(tmp_path / "units" / "bridge-2.service")
    lines = Path(place).read_text().splitlines()
    assert {f"User={home.owner()}", "ProtectSystem=full", "CapabilityBoundingSet=", "NoNewPrivileges=yes"} <= set(lines)
    assert {"Restart=always", "StartLimitIntervalSec=0", "WantedBy=multi-user.target"} <= set(lines)
    assert system.notes() == ["daemon-reload", "enable bridge-2.service", "restart bridge-2.service"]


@pytest.mark.parametrize("name", ["with space", "50% off", "a $HOME", 'say "hi"', "back\\slash"])
def test_a_home_of_any_name_is_written_so_that_systemd_reads_it_as_it_is(system, tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    text = Path(placing.install(wanted(home))).read_text()
    command = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    read = command.replace("%%", "%").replace("$$", "$").replace('\\"', '"').replace("\\\\", "\\")
    assert f'"--home" "{home}" "run"' in read
    assert command.count("%") % 2 == command.count("$") % 2 == 0


def test_a_unit_somebody_else_made_is_never_touched(system, home, tmp_path):
    file = tmp_path / "configuration" / "systemd" / "user" / "fieldbridge.service"
    file.parent.mkdir(parents=True)
    file.write_text("[Service]\nExecStart=/bin/true\n")
    for act in (lambda: placing.install(wanted(home)), lambda: placing.uninstall("fieldbridge", for_system=False)):
        with pytest.raises(SetupError) as refused:
            act()
        assert refused.value.code == "service.foreign"
    assert file.read_text() == "[Service]\nExecStart=/bin/true\n"
    assert system.notes() == []


def test_what_the_system_says_when_it_refuses_is_passed_on(system, home):
    system("echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(SetupError, match="Failed to connect to bus") as refused:
        placing.install(wanted(home))
    assert refused.value.code == "service.refused"


def test_without_a_service_manager_one_is_told_what_to_do(system, home, monkeypatch):
    (system.programs / "systemctl").unlink()
    monkeypatch.setenv("PATH", str(system.programs))
    with pytest.raises(SetupError, match="no systemctl") as refused:
        placing.install(wanted(home))
    assert "fieldbridge service show" in refused.value.remedy


def test_taking_away_what_is_not_there_or_has_no_name_is_a_mistake(system):
    with pytest.raises(SetupError) as refused:
        placing.uninstall("fieldbridge", for_system=False)
    assert refused.value.code == "service.none"
    with pytest.raises(SetupError) as refused:
        placing.uninstall("../../etc/passwd", for_system=False)
    assert refused.value.code == "service.name"


def test_a_home_that_is_not_there_has_no_service(system, tmp_path):
    with pytest.raises(SetupError) as refused:
        wanted(tmp_path / "nowhere")
    assert refused.value.code == "service.home"


def test_a_setting_only_this_shell_has_is_not_lost_in_silence(system, home, monkeypatch):
    monkeypatch.setenv("FIELDBRIDGE_DATABASE_URL", "postgresql://u:hunter2@h/d")
    with pytest.raises(SetupError) as refused:
        wanted(home)
    assert refused.value.code == "service.environment"
    assert "FIELDBRIDGE_DATABASE_URL" in refused.value.message
    assert "hunter2" not in str(refused.value)
    (home / "environment").write_text("FIELDBRIDGE_DATABASE_URL=postgresql://u:hunter2@h/d\n")
    text = unit(wanted(home))
    assert f"EnvironmentFile=-{home}/environment" in text
    assert "hunter2" not in text


def test_the_task_for_windows_starts_with_the_machine_and_again_whenever_it_ends():
    made = Wish(name="fieldbridge", program=Path("C:/Program Files/fb/fieldbridge.exe"), home=Path("C:/Our home"))
    text = task(made, "OFFICE\\kim")
    assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>')
    root = fromstring(text.split("\n", 1)[1])
    found = {one.tag.removeprefix(f"{{{NAMESPACE}}}"): (one.text or "").strip() for one in root.iter()}
    assert found["Command"] == "C:/Program Files/fb/fieldbridge.exe"
    assert found["Arguments"] == '--home "C:/Our home" run'
    assert (found["UserId"], found["LogonType"]) == ("OFFICE\\kim", "S4U")
    assert (found["Interval"], found["ExecutionTimeLimit"], found["MultipleInstancesPolicy"]) == (
        "PT1M",
        "PT0S",
        "IgnoreNew",
    )
    assert "BootTrigger" in found
