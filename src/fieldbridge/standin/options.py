"""What a local Xero is started with."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.switches import Switches

DEFAULT_ORGANISATIONS = ("Kauri Wholesale Limited",)


@dataclass(frozen=True)
class Options:
    """How big and how strict the local Xero is.

    Units: `history_months` in calendar months before `today`; limits are calls per organisation and application.
    `connections_per_app` and `uncertified_apps` (per organisation) count for applications of OAuth 2.0 that people let
    in; 0 means no limit.
    `today` only dates the seeded documents; the running clock is moved with POST /standin/clock.
    """

    seed: int = 1
    organisations: tuple[str, ...] = DEFAULT_ORGANISATIONS
    contacts: int = 200
    items: int = 300
    history_months: int = 12
    today: date | None = None
    calls_per_day: int = 5000
    calls_per_minute: int = 60
    calls_in_flight: int = 5
    connections_per_app: int = 50
    uncertified_apps: int = 2
    faults: tuple[Fault, ...] = ()
    """Planned from the start; a reset forgets them."""
    record: str = field(default_factory=lambda: os.environ.get("FIELDBRIDGE_STANDIN_RECORD", ""))
    """A file, or a folder that exists, to keep every exchange in; see recording.py."""
    switches: Switches = field(default_factory=Switches)
