"""Planned trouble: which calls go wrong, how, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal[
    "lost_before", "lost_after", "truncated", "delay", "status", "not_modified",
    "offline", "unavailable", "organisation_offline", "permission_denied",
    "rate_minute", "rate_day", "rate_concurrent", "rate_appminute",
]  # fmt: skip


@dataclass
class Fault:
    """One planned fault.

    `method` and `path` choose the calls (`*` matches anything, case of the path does not matter); `skip` calls pass
    first, then `times` calls are hit. `status`, `body`, `headers` belong to kind "status"; with `commits` the
    books change before that status is answered. `delay_s` belongs to "delay": the call runs, its answer is late.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    commits: bool = False
    delay_s: float = 0.0

    def covers(self, method: str, path: str) -> bool:
        """The fault is meant for calls like this."""
        return fnmatchcase(method.upper(), self.method.upper()) and fnmatchcase(path.lower(), self.path.lower())

    @property
    def is_lost(self) -> bool:
        """The caller sees the connection drop instead of an answer."""
        return self.kind in ("lost_before", "lost_after")

    @property
    def runs_call(self) -> bool:
        """The endpoint runs, whatever is answered."""
        return self.kind in ("lost_after", "truncated", "delay") or (self.kind == "status" and self.commits)


class Faults:
    """Planned faults in the order they were added; spent ones disappear. Callers hold the server's lock."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this call meets, used up by one."""
        hit = None
        for fault in self.planned:
            if not fault.covers(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
            elif hit is None:
                fault.times -= 1
                hit = fault
        self.planned = [fault for fault in self.planned if fault.times > 0]
        return hit
