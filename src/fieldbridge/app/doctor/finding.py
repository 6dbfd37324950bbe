"""What a check found."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.core.errors import FieldbridgeError

State = Literal["ok", "warn", "fail"]
Subject = TypeVar("Subject")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check's answer.

    Shape: about is a connection, or empty for the installation; code is set when the check met one of our failures.
    """

    check: str = ""
    about: str = ""
    state: State
    said: str
    remedy: str = ""
    code: str = ""


Check = Callable[[Subject], Finding]


def ok(said: str) -> Finding:
    """All is well."""
    return Finding(state="ok", said=said)


def warn(said: str, remedy: str) -> Finding:
    """Work goes on, but somebody should look."""
    return Finding(state="warn", said=said, remedy=remedy)


def fail(said: str, remedy: str) -> Finding:
    """Work cannot go on like this."""
    return Finding(state="fail", said=said, remedy=remedy)


def asked(checks: Iterable[Check[Subject]], subject: Subject, about: str = "") -> Iterator[Finding]:
    """Each check's answer, whatever becomes of it."""
    for check in checks:
        name = check.__name__.replace("_", " ")
        yield msgspec.structs.replace(_answer(check, subject), check=name, about=about)


def _answer(check: Check[Subject], subject: Subject) -> Finding:
    try:
        return check(subject)
    except FieldbridgeError as error:
        return Finding(state="fail", said=error.message, remedy=error.remedy, code=error.code)
    except OSError as error:
        said = f"{error.filename or 'The system'} says: {error.strerror or error}."
        return Finding(state="fail", said=said, remedy="Check the path and its permissions.", code=type(error).__name__)
    except sa.exc.SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", error)).split())
        return Finding(state="fail", said=said, remedy="See what the database says.", code=type(error).__name__)
