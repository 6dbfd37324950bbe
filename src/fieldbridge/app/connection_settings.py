"""The settings of one connection, as readable TOML: rules, schedule, staff and the profile of its files."""

from collections.abc import Iterator, Mapping
from decimal import InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

import msgspec
import tomlkit

from fieldbridge.app.setting_faults import SettingFault, faults_of, placed, table_of
from fieldbridge.core.alerts.rules import AlertRules
from fieldbridge.core.calendar import Calendar, check
from fieldbridge.core.errors import SetupError
from fieldbridge.core.rules import (
    AnswerRules,
    CustomerRules,
    HistoryRules,
    ImageRules,
    MasterDataRules,
    PeopleRules,
    PriceRules,
    SheetRules,
    TransactionRules,
)
from fieldbridge.field.folder.profile import Profile
from fieldbridge.flows import FLOWS
from fieldbridge.flows.numbers import REFERENCE_FIELDS, reference_faults

SHORTEST_S, LONGEST_S = 5.0, 366 * 86_400.0


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which flows run, and when. Shape: every_s by flow, where it differs from the catalogue. Units: seconds."""

    flows: tuple[str, ...] = tuple(FLOWS)
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
    history: HistoryRules = HistoryRules()
    images: ImageRules = ImageRules()
    people: PeopleRules = PeopleRules()
    answers: AnswerRules = AnswerRules()
    schedule: Schedule = Schedule()
    alerts: AlertRules = AlertRules()
    staff: dict[str, str] = {}
    profile: Profile = Profile()
    calls_per_day: int = 5000
    time_zone: str = ""


@lru_cache(maxsize=1024)
def parse(text: str) -> ConnectionSettings:
    """Read settings. Errors: SetupError with every fault and its place."""
    try:
        settings = msgspec.toml.decode(text, type=ConnectionSettings, strict=False)
    except (msgspec.DecodeError, InvalidOperation):
        raise _unusable(placed(faults_of(text, ConnectionSettings), text)) from None
    if unsound := _unsound(settings):
        raise _unusable(placed(unsound, text))
    return settings


def faults(text: str) -> list[SettingFault]:
    """Everything that is wrong with settings, by line; nothing when they can be used."""
    found = faults_of(text, ConnectionSettings)
    return placed(found or _unsound(msgspec.convert(table_of(text), ConnectionSettings, strict=False)), text)


def _unsound(settings: ConnectionSettings) -> list[SettingFault]:
    """What only several settings together, or what they are for, can show."""
    found = list(_unsound_schedule(settings.schedule))
    if unknown := reference_faults(settings.transactions.reference):
        said = f"names {', '.join(unknown)}, which an order does not have; use {', '.join(REFERENCE_FIELDS)}"
        found.append(SettingFault(place="transactions.reference", said=said))
    if settings.time_zone and settings.time_zone not in available_timezones():
        said = f"there is no time zone {settings.time_zone}; use a name such as Pacific/Auckland"
        found.append(SettingFault(place="time_zone", said=said))
    return found


def _unsound_schedule(schedule: Schedule) -> Iterator[SettingFault]:
    for name in set(schedule.flows) - set(FLOWS):
        yield SettingFault(place="schedule.flows", said=_no_flow(name))
    for name, every in schedule.every_s.items():
        if name not in FLOWS:
            yield SettingFault(place="schedule.every_s", said=_no_flow(name))
        if not SHORTEST_S <= every <= LONGEST_S:
            said = f"{name} cannot run every {every:g} s; from {SHORTEST_S:g} seconds to {LONGEST_S / 86_400:g} days"
            yield SettingFault(place="schedule.every_s", said=said)
    try:
        check(schedule.calendar)
    except ValueError as error:
        yield SettingFault(place="schedule.calendar", said=str(error))


def _no_flow(name: str) -> str:
    return f"there is no flow {name}; there are {', '.join(FLOWS)}"


def _unusable(found: list[SettingFault]) -> SetupError:
    said = "; ".join(str(one) for one in found)
    return SetupError(
        "settings.connection", f"The connection's settings cannot be used: {said}.", remedy="Correct them."
    )


def with_proposals(text: str, sales_account: str, tax_codes: Mapping[str, str]) -> str:
    """The same text with an account and tax codes where it has none; what else stands in it stays, comments too."""
    document = tomlkit.parse(text)
    transactions = document.setdefault("transactions", tomlkit.table())
    if sales_account and not transactions.get("sales_account"):
        transactions["sales_account"] = sales_account
    if tax_codes and not transactions.get("tax_codes"):
        transactions["tax_codes"] = dict(tax_codes)
    return tomlkit.dumps(document)


def with_pictures_of(text: str, place: Path) -> str:
    """The same text with another place where pictures lie."""
    document = tomlkit.parse(text)
    images = document.setdefault("images", tomlkit.table())
    images["source"] = str(place)
    return tomlkit.dumps(document)
