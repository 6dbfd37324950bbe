"""The command line's short texts for limits, planned faults and switches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.request import PREFIX
from fieldbridge.standin.switches import Switches

PLANS: dict[str, dict[str, Any]] = {
    "starter": {"calls_per_day": 1000, "connections_per_app": 5},
    "core": {"calls_per_day": 5000, "connections_per_app": 50},
    "plus": {"calls_per_day": 5000, "connections_per_app": 1000, "uncertified_apps": 0},
    "advanced": {"calls_per_day": 5000, "connections_per_app": 10_000, "uncertified_apps": 0},
    "enterprise": {"calls_per_day": 5000, "connections_per_app": 0, "uncertified_apps": 0},
}
"""Xero's tiers since March 2026; from plus on applications are certified."""
_STATUS = re.compile(r"(\d{3})(_after)?")
_DELAY = re.compile(r"delay=(\d+(?:\.\d+)?)")


def parse_limits(text: str) -> dict[str, Any]:
    """The name of a tier, or DAY/MINUTE/IN-FLIGHT, as options. Errors: ValueError."""
    if text in PLANS:
        return dict(PLANS[text])
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is neither {', '.join(PLANS)} nor three numbers like 1000/60/5")
    day, minute, in_flight = map(int, parts)
    return {"calls_per_day": day, "calls_per_minute": minute, "calls_in_flight": in_flight}


def parse_fault(text: str) -> Fault:
    """`METHOD PATH KIND [TIMES]`. Errors: ValueError.

    A path without a slash at its beginning is one of the API. KIND is one of gate.faults, `delay=SECONDS`, or a
    status like `500`, with `_after` once the books have changed.
    """
    parts = text.split()
    if len(parts) not in (3, 4):
        raise ValueError(f"{text!r} is not METHOD PATH KIND [TIMES]")
    method, path, kind = parts[:3]
    fault = {"method": method, "path": path if path.startswith(("/", "*")) else PREFIX + path, **_kind(kind)}
    try:
        times = int(parts[3]) if len(parts) == 4 else 1
        return msgspec.convert({**fault, "times": times}, Fault)
    except (ValueError, msgspec.ValidationError) as error:
        raise ValueError(f"{text!r}: {error}") from error


def parse_record(text: str) -> str:
    """Where the journal goes: a file, or a folder that exists. Errors: ValueError."""
    if not Path(text).parent.is_dir():
        raise ValueError(f"{text!r}: there is no folder {Path(text).parent}")
    return text


def parse_switches(texts: Iterable[str]) -> Switches:
    """Each text is `NAME=VALUE`; the switches not named keep their defaults. Errors: ValueError."""
    wanted = dict(text.partition("=")[::2] for text in texts)
    known = asdict(Switches())
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(f"No switch is called {', '.join(unknown)}; the README lists them as NAME=VALUE")
    try:
        return msgspec.convert(known | wanted, Switches, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _kind(text: str) -> dict[str, Any]:
    if match := _STATUS.fullmatch(text):
        return {"kind": "status", "status": int(match[1]), "commits": bool(match[2])}
    if match := _DELAY.fullmatch(text):
        return {"kind": "delay", "delay_s": float(match[1])}
    return {"kind": text}
