"""What we ask Xero's leave for: no more than the flows need. Source: Xero, scopes, granular since March 2026."""

GRANULAR = ("accounting.invoices", "accounting.contacts", "accounting.settings.read")
# For apps made before 2 March 2026 that still ask the old way; Xero ends these scopes in September 2027.
BROAD = ("accounting.transactions", "accounting.contacts", "accounting.settings.read")
OFFLINE = "offline_access"


def wanted(*, broad: bool, offline: bool) -> tuple[str, ...]:
    """The scopes to ask for. offline: somebody consents once and is absent ever after."""
    chosen = BROAD if broad else GRANULAR
    return (OFFLINE, *chosen) if offline else chosen
