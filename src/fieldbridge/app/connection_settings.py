"""The settings of one connection, as readable TOML: rules, schedule, staff and the profile of its files."""

from decimal import InvalidOperation

import msgspec
import tomlkit

from fieldbridge.core.errors import SetupError
from fieldbridge.core.rules import MasterDataRules, PriceRules, SheetRules, TransactionRules
from fieldbridge.field.folder.profile import Profile
from fieldbridge.flows.orders import reference_faults


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often each flow runs. Units: seconds."""

    transactions_s: float = 60
    master_data_s: float = 900


class ConnectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything an office may decide.

    Shape: staff maps a rep's code to a full name; calls_per_day is the most that are made;
    where Xero's answers show that it allows fewer, that counts.
    """

    transactions: TransactionRules = TransactionRules()
    master_data: MasterDataRules = MasterDataRules()
    prices: PriceRules = PriceRules()
    sheets: SheetRules = SheetRules()
    schedule: Schedule = Schedule()
    staff: dict[str, str] = {}
    profile: Profile = Profile()
    calls_per_day: int = 5000


def parse(text: str) -> ConnectionSettings:
    """Read settings. Errors: SetupError naming the place that is wrong."""
    try:
        settings = msgspec.convert(tomlkit.parse(text).unwrap(), ConnectionSettings, strict=False)
    except (msgspec.ValidationError, tomlkit.exceptions.TOMLKitError, InvalidOperation) as error:
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
    return settings


def render(settings: ConnectionSettings) -> str:
    """Write settings as TOML, leaving out what is as usual."""
    return tomlkit.dumps(msgspec.to_builtins(settings))
