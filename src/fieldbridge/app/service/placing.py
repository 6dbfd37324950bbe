"""Putting a service in place, and taking it away."""

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fieldbridge.app.service.systemd import MADE_BY, unit
from fieldbridge.app.service.task import task
from fieldbridge.app.service.wish import Wish, check_name
from fieldbridge.core.errors import SetupError

SYSTEM_UNITS = Path("/etc/systemd/system")
ON_WINDOWS = sys.platform == "win32"


def text_of(wish: Wish) -> str:
    """What would be put in place on this kind of system."""
    return task(wish, _account()) if ON_WINDOWS else unit(wish)


def install(wish: Wish) -> str:
    """Put the service in place and start it. Shape: where it is. Errors: SetupError when the system refuses."""
    return _register_task(wish) if ON_WINDOWS else _install_unit(wish)


def uninstall(name: str, *, for_system: bool) -> str:
    """Stop the service and take it away; the home stays as it is. Errors: SetupError when there is none of ours."""
    check_name(name)
    if ON_WINDOWS:
        _call(["schtasks", "/End", "/TN", name])
        _call(["schtasks", "/Delete", "/TN", name, "/F"])
        return name
    file = _unit_file(name, for_system=for_system)
    if not file.exists():
        raise SetupError("service.none", f"There is no service {file}.", remedy="Name it with --name.")
    _check_ours(file)
    with _permitted():
        _systemctl("disable", "--now", file.name, for_system=for_system)
        file.unlink()
    _systemctl("daemon-reload", for_system=for_system)
    return str(file)


def _install_unit(wish: Wish) -> str:
    for_system = bool(wish.user)
    file = _unit_file(wish.name, for_system=for_system)
    if file.exists():
        _check_ours(file)
    with _permitted():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_verified(file, unit(wish))
    for arguments in (("daemon-reload",), ("enable", file.name), ("restart", file.name)):
        _systemctl(*arguments, for_system=for_system)
    return str(file)


@contextmanager
def _permitted() -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise SetupError(
            "service.permission",
            f"{error.filename} may not be written.",
            remedy="Use sudo, or leave out --system to make a service of your own.",
        ) from error


def _write_verified(file: Path, text: str) -> None:
    """Write the unit once systemd has found nothing wrong with it."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".fieldbridge-") as folder:
        draft = Path(folder) / file.name
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        if shutil.which("systemd-analyze"):
            _call(["systemd-analyze", "verify", "--man=no", str(draft)])
        draft.replace(file)


def _unit_file(name: str, *, for_system: bool) -> Path:
    """Where the unit belongs: with the system's, or with the user's own."""
    if for_system:
        return SYSTEM_UNITS / f"{name}.service"
    configuration = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(configuration) / "systemd" / "user" / f"{name}.service"


def _check_ours(file: Path) -> None:
    if not file.read_text(encoding="utf-8").startswith(MADE_BY):
        raise SetupError(
            "service.foreign", f"{file} was not made by fieldbridge.", remedy="Choose another name with --name."
        )


def _systemctl(*arguments: str, for_system: bool) -> None:
    _call(["systemctl", *(() if for_system else ("--user",)), *arguments])


def _register_task(wish: Wish) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_text(task(wish, _account()), encoding="utf-16")
        _call(["schtasks", "/Create", "/TN", wish.name, "/XML", str(file), "/F"])
    _call(["schtasks", "/Run", "/TN", wish.name])
    return wish.name


def _account() -> str:
    return f"{os.environ.get('USERDOMAIN', '.')}\\{getpass.getuser()}"


def _call(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupError(
            "service.system",
            f"This system has no {command[0]}.",
            remedy="Have whatever starts programs here start the command `fieldbridge service show` prints.",
        ) from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise SetupError("service.refused", f"`{' '.join(command)}` failed: {said}", remedy="See what it says.")
