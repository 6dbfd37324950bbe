"""Clock, faults, switches, the calls received, and starting over. Called with the server's lock held."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.dates import instant_in

Content = dict[str, Any]
_SEED_FIELDS = ("seed", "contacts", "items", "history_months")
_FAULT_FIELDS = set(Fault.__dataclass_fields__)


def reset(xero: LocalXero, body: Content, _: str) -> Content:
    """Seed again: {"seed", "contacts", "items", "history_months", "organisations"} change the options.

    `keep_applications` false also forgets the registered applications.
    """
    _known(body, {*_SEED_FIELDS, "organisations", "keep_applications"})
    changes: Content = {name: int(body[name]) for name in _SEED_FIELDS if name in body}
    if "organisations" in body:
        changes["organisations"] = msgspec.convert(body["organisations"], tuple[str, ...])
    xero.reset(xero.options_with(**changes), keep_applications=body.get("keep_applications", True))
    return {"reset": True, "organisations": list(xero.books.names().values())}


def clock(xero: LocalXero, body: Content, _: str) -> Content:
    """The present and its distance from real time."""
    return {"now": xero.clock.now().isoformat(), "offset_s": xero.clock.offset.total_seconds()}


def move_clock(xero: LocalXero, body: Content, _: str) -> Content:
    """{"advance_s": n} or {"set": ISO instant}."""
    _known(body, {"advance_s", "set"})
    if "set" in body:
        xero.clock.set(instant_in(str(body["set"])))
    xero.clock.advance(float(body.get("advance_s", 0)))
    return clock(xero, body, _)


def faults(xero: LocalXero, body: Content, _: str) -> Content:
    """What is still planned."""
    return {"faults": [asdict(fault) for fault in xero.faults.planned]}


def plan_fault(xero: LocalXero, body: Content, _: str) -> Content:
    """Add one fault; the fields are those of gate.faults.Fault."""
    _known(body, _FAULT_FIELDS)
    numbers = {name: float(value) for name, value in body.items() if name == "delay_s"}
    xero.faults.planned.append(msgspec.convert({**body, **numbers}, Fault))
    return faults(xero, body, _)


def forget_faults(xero: LocalXero, body: Content, _: str) -> Content:
    """Plan nothing."""
    xero.faults.planned.clear()
    return faults(xero, body, _)


def received(xero: LocalXero, body: Content, _: str) -> Content:
    """Every API call since the start, the last reset or the last DELETE; the newest 5,000."""
    return {"received": [asdict(call) for call in xero.received.calls]}


def forget_received(xero: LocalXero, body: Content, _: str) -> Content:
    """Start the record of calls anew."""
    xero.received.calls.clear()
    return received(xero, body, _)


def egress(xero: LocalXero, body: Content, _: str) -> Content:
    """Bytes pulled out by month and application."""
    names = {app.client_id: app.name for app in xero.applications.all()}
    return {
        month: {names.get(client, client): size for client, size in sizes.items()}
        for month, sizes in xero.egress.by_month.items()
    }


def switches(xero: LocalXero, body: Content, _: str) -> Content:
    """Every switch and its value."""
    return asdict(xero.board.now)


def turn_switches(xero: LocalXero, body: Content, _: str) -> Content:
    """Change the named switches, keep the others."""
    _known(body, set(Switches.__dataclass_fields__))
    xero.board.now = msgspec.convert({**asdict(xero.board.now), **body}, Switches)
    return switches(xero, body, _)


def _known(body: Content, names: set[str]) -> None:
    """Errors: ValueError naming what is not understood."""
    if unknown := sorted(set(body) - names):
        raise ValueError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(names))}.")
