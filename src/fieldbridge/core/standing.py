"""How one connection stands: what status shows, metrics count and alerts are decided from."""

from datetime import datetime
from typing import Literal

import msgspec

from fieldbridge.core.pacing import Budget, rolled

FlowState = Literal["never", "queued", "running", "done", "problems", "unfinished", "halted", "cancelled"]
UNDER_WAY: tuple[FlowState, ...] = ("queued", "running")
GUARD_EXIT = 6
PAUSED, DISCONNECTED = "paused by a person", "disconnected by a person"


class FlowStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One flow: its last run, and when it is due again.

    Shape: doing is what a run under way waits for, or an empty text; good_at is when a run last ended well, with
    Problems or without, and trying_since when the first run after that was queued; error begins with the code; no run
    starts before held_until, because of held_because.
    """

    flow: str
    due_at: datetime
    held_until: datetime | None = None
    held_because: str = ""
    state: FlowState
    queued_at: datetime | None = None
    ended_at: datetime | None = None
    good_at: datetime | None = None
    trying_since: datetime | None = None
    exit_code: int | None = None
    doing: str = ""
    error: str = ""
    counts: dict[str, int] = {}

    @property
    def is_under_way(self) -> bool:
        """Whether a run waits for a worker or is being carried out."""
        return self.state in UNDER_WAY

    @property
    def was_guarded(self) -> bool:
        """Whether a Guard halted the last run."""
        return self.exit_code == GUARD_EXIT


class Spending(msgspec.Struct, frozen=True):
    """What the calls of one flow have cost on the UTC day. Units: bytes on the wire."""

    calls: int
    wire_bytes: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One connection as it stands.

    Shape: problems counts what is open by code; unsent counts orders that wait or are on their way; spent is by flow.
    """

    connection: str
    organisation: str
    folder: str
    settings: str
    connected_at: datetime
    paused_because: str | None
    flows: tuple[FlowStanding, ...] = ()
    problems: dict[str, int] = {}
    oldest_problem_at: datetime | None = None
    unsent: int = 0
    oldest_unsent_at: datetime | None = None
    spent: dict[str, Spending] = {}
    budget: Budget = Budget()

    @property
    def rests(self) -> bool:
        """Whether a person paused it or ended it, so that somebody knows."""
        return (self.paused_because or "").startswith((PAUSED, DISCONNECTED))

    @property
    def open_problems(self) -> int:
        """How many records wait for a person."""
        return sum(self.problems.values())

    @property
    def calls_today(self) -> int:
        """Calls of the UTC day."""
        return sum(one.calls for one in self.spent.values())

    def calls_left(self, now: datetime) -> int:
        """Calls left of Xero's day, which is not the calendar's."""
        return rolled(self.budget, now.timestamp()).left_today

    def lag_s(self, flow: FlowStanding, now: datetime) -> float:
        """For how long a flow should have run and has not been started. Units: seconds, zero when it is in time."""
        waits = self.paused_because is None and not flow.is_under_way
        return max(0.0, (now - flow.due_at).total_seconds()) if waits else 0.0
