"""What a service is to run."""

import os
import shutil
import sysconfig
from pathlib import Path
from re import fullmatch

import msgspec

from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One service.

    Shape: user is whom it runs as when the system starts it, or empty when it belongs to whoever installs it; listen
    is for webhooks, or empty.
    """

    name: str
    program: Path
    home: Path
    listen: str = ""
    user: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows the program."""
        return ("--home", str(self.home), "run", *(("--listen", self.listen) if self.listen else ()))

    @property
    def environment_file(self) -> Path:
        """Where further settings may be kept, such as the database's address with its password."""
        return self.home / "environment"


def wish(name: str, settings: Settings, listen: str, *, for_system: bool) -> Wish:
    """A service for one home.

    Errors: SetupError for a name that cannot be, a program that is not installed, or settings it would not see.
    """
    check_name(name)
    place = settings.home.absolute()
    if not place.is_dir():
        raise SetupError("service.home", f"The home {place} is not there.", remedy="Connect a client first.")
    # What the service makes there is to be the owner's.
    user = place.owner() if for_system and os.name == "posix" else ""
    made = Wish(name=name, program=_program(), home=place, listen=listen, user=user)
    _check_environment(made)
    return made


def check_name(name: str) -> None:
    """Errors: SetupError for what would be no name, or a path."""
    if not fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}", name):
        raise SetupError("service.name", f"A service cannot be called {name!r}.", remedy="Use letters, digits and -.")


def _check_environment(made: Wish) -> None:
    """What is only set in this shell, such as the database's address, the service would never know."""
    file = made.environment_file
    kept = file.read_text(encoding="utf-8") if file.exists() else ""
    names = [f"FIELDBRIDGE_{field.upper()}" for field in Settings.model_fields if field != "home"]
    unseen = [name for name in names if os.environ.get(name) and f"{name}=" not in kept]
    if unseen:
        raise SetupError(
            "service.environment",
            f"Set here, where the service would not see it: {', '.join(unseen)}.",
            remedy=f"Write it as NAME=VALUE on a line of its own into {file}, and run: chmod 600 {file}",
        )


def _program() -> Path:
    """The command as it is installed beside this interpreter, or else on the path."""
    beside = shutil.which("fieldbridge", path=sysconfig.get_path("scripts"))
    found = beside or shutil.which("fieldbridge")
    if not found:
        raise SetupError("service.program", "The command fieldbridge is not installed.", remedy="Install the package.")
    return Path(found).absolute()
