"""What we ask Xero's leave for: no more than the chosen flows need. Source: Xero, scopes, granular since March 2026."""

from collections.abc import Collection, Iterable

from fieldbridge.app.connection_settings import ConnectionSettings
from fieldbridge.flows import FLOWS, TRANSACTIONS

OFFLINE = "offline_access"
READ = ".read"
# For apps made before 2 March 2026 that still ask the old way; Xero ends these scopes in September 2027.
BROAD = "accounting.transactions"
BROADLY = dict.fromkeys(("accounting.invoices", "accounting.payments", "accounting.banktransactions"), BROAD)


def wanted(flows: Iterable[str], *, broad: bool, offline: bool, more: Iterable[str] = ()) -> tuple[str, ...]:
    """The scopes to ask for. offline: somebody consents once and is absent ever after; more: what settings need."""
    needed = {scope for flow in flows for scope in FLOWS[flow].scopes}.union(more)
    chosen = {_broad(scope) for scope in needed} if broad else needed
    plain = sorted(scope for scope in chosen if not scope.endswith(READ) or scope.removesuffix(READ) not in chosen)
    return (OFFLINE, *plain) if offline else tuple(plain)


def beyond_flows(settings: ConnectionSettings) -> tuple[str, ...]:
    """What the settings need beyond what each flow always does: money that tablets take, and files that go along."""
    rules = settings.transactions
    needed = {
        "accounting.payments": bool(rules.tenders),
        "accounting.banktransactions": bool(rules.tenders) and rules.money_on_account != "refuse",
        "accounting.attachments": rules.attach_files,
    }
    is_chosen = TRANSACTIONS in settings.schedule.flows
    return tuple(scope for scope, is_needed in needed.items() if is_needed and is_chosen)


def lacking(granted: Collection[str], flows: Iterable[str], more: Iterable[str] = ()) -> tuple[str, ...]:
    """What the flows and settings need and nobody granted, in the granular words."""
    asked = wanted(flows, broad=False, offline=False, more=more)
    return tuple(scope for scope in asked if not _covers(granted, scope))


def is_broad(granted: Iterable[str]) -> bool:
    """Whether something was granted in the words that Xero ends."""
    return any(scope.removesuffix(READ) == BROAD for scope in granted)


def _covers(granted: Collection[str], scope: str) -> bool:
    enough = {scope, scope.removesuffix(READ)}
    return not enough.union(map(_broad, enough)).isdisjoint(granted)


def _broad(scope: str) -> str:
    family = scope.removesuffix(READ)
    return BROADLY.get(family, family) + scope[len(family) :]
