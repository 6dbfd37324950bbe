"""The settings of one connection, as readable TOML: rules, schedule, staff and the profile of its files."""

from decimal import InvalidOperation
from functools import lru_cache
from typing import Literal
from zoneinfo import available_timezones

import msgspec
import tomlkit

from fieldbridge.core.calendar import Calendar, check
from fieldbridge.core.errors import SetupError
from fieldbridge.core.rules import CustomerRules, MasterDataRules, PriceRules, SheetRules, TransactionRules
from fieldbridge.field.folder.profile import Profile
from fieldbridge.flows import FLOWS
from fieldbridge.flows.orders import reference_faults

SHORTEST_S = 5.0


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When flows run. Shape: every_s by flow, where it differs from the catalogue. Units: seconds."""

    every_s: dict[str, float] = {}
    calendar: Calendar = Calendar()
    watch: Literal["auto", "poll"] = "auto"

    def period_s(self, flow: str) -> float:
        """How often a flow runs."""
        return self.every_s.get(flow, FLOWS[flow].every_s)


class ConnectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything an office may decide.

    Shape: staff maps a rep's code to a full name; calls_per_day is the most that are made; where Xero's answers show
    that it allows fewer, that counts; time_zone is an IANA name that counts more than the organisation's own.
    """

    transactions: TransactionRules = TransactionRules()
    master_data: MasterDataRules = MasterDataRules()
    prices: PriceRules = PriceRules()
    sheets: SheetRules = SheetRules()
    customers: CustomerRules = CustomerRules()
    schedule: Schedule = Schedule()
    staff: dict[str, str] = {}
    profile: Profile = Profile()
    calls_per_day: int = 5000
    time_zone: str = ""


@lru_cache(maxsize=1024)
def parse(text: str) -> ConnectionSettings:
    """Read settings. Errors: SetupError naming the place that is wrong."""
    try:
        settings = msgspec.toml.decode(text, type=ConnectionSettings, strict=False)
    except (msgspec.DecodeError, InvalidOperation) as error:
        raise SetupError(
            "settings.connection", f"The connection's settings cannot be used: {error}.", remedy="Correct them."
        ) from None
    unknown = reference_faults(settings.transactions.reference)
    if unknown:
        raise SetupError(
            "settings.reference",
            f"transactions.reference names {', '.join(unknown)}, which an order does not have.",
            remedy="Use customer_order_no, rep, order_no or cloud_id.",
        )
    _check(settings.schedule)
    if settings.time_zone and settings.time_zone not in available_timezones():
        raise SetupError(
            "settings.time_zone",
            f"There is no time zone {settings.time_zone}.",
            remedy="Use a name such as Pacific/Auckland or Australia/Sydney.",
        )
    return settings


def _check(schedule: Schedule) -> None:
    unknown = schedule.every_s.keys() - FLOWS.keys()
    faults = [f"there is no flow {name}" for name in sorted(unknown)]
    faults += [
        f"{name} every {every:g} s is too often" for name, every in schedule.every_s.items() if every < SHORTEST_S
    ]
    try:
        check(schedule.calendar)
    except ValueError as error:
        faults.append(str(error))
    if faults:
        raise SetupError(
            "settings.schedule",
            f"The schedule cannot be used: {'; '.join(faults)}.",
            remedy=f"Flows are {', '.join(FLOWS)}; a period is at least {SHORTEST_S:g} seconds.",
        )


def render(settings: ConnectionSettings) -> str:
    """Write settings as TOML, leaving out what is as usual."""
    return tomlkit.dumps(msgspec.to_builtins(settings))
