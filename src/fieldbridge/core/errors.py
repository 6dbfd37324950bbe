"""The eight kinds of failure, sorted by what breaks and what must happen next.

`scope`, `then` and `exit_code` are class attributes: the engine reads them and never a class name. A message says
what happened, to which record, and what to do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

Scope = Literal["process", "connection", "flow", "record"]
Then = Literal["stop", "reconnect", "wait", "retry", "look_up", "park", "halt", "accept"]


class FieldbridgeError(Exception):
    """A failure that names its cause, its record and its remedy.

    Shape: code is stable and has a heading in the reference; remedy is a sentence for a person.
    """

    scope: ClassVar[Scope] = "process"
    then: ClassVar[Then] = "stop"
    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, message: str, *, remedy: str = "", until: datetime | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.until = until

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SetupError(FieldbridgeError):
    """The configuration cannot work; nothing ran."""


class AccessError(FieldbridgeError):
    """Xero no longer lets this connection in: a person must reconnect."""

    scope, then, exit_code = "connection", "reconnect", 3


class PacedError(FieldbridgeError):
    """A limit of Xero's is spent; work goes on at `until`."""

    scope, then, exit_code = "connection", "wait", 4


class OutageError(FieldbridgeError):
    """The far side did not answer a read, or a write never left. Trying again is safe."""

    scope, then, exit_code = "flow", "retry", 4


class UnsureError(FieldbridgeError):
    """A write left and was not answered: look it up before anything else."""

    scope, then, exit_code = "record", "look_up", 4


class RefusedError(FieldbridgeError):
    """One record cannot go as it is; the others do. Shape: reasons are the far side's own words, if it gave any."""

    scope, then, exit_code = "record", "park", 1

    def __init__(self, code: str, message: str, *, remedy: str = "", reasons: Sequence[str] = ()) -> None:
        super().__init__(code, message, remedy=remedy)
        self.reasons = tuple(reasons)


class SurpriseError(FieldbridgeError):
    """An answer outside the contract."""

    scope, then, exit_code = "flow", "halt", 5


class GuardError(FieldbridgeError):
    """A brake on catastrophe: nothing goes on until a person accepts exactly what was seen."""

    scope, then, exit_code = "flow", "accept", 6
