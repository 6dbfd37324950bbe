"""Checks of one connection, from what the ledger holds and from its folder: no call is made."""

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fieldbridge.app.connection_settings import ConnectionSettings, faults, parse
from fieldbridge.app.doctor.finding import Check, Finding, fail, ok, warn
from fieldbridge.app.installation import Installation
from fieldbridge.core.records.books import Account, TaxRate
from fieldbridge.flows.taxes import faults as tax_faults
from fieldbridge.store import books
from fieldbridge.store.ledger import budgets, problems, runs, schedules
from fieldbridge.store.ledger.connections import Connection

LATE = timedelta(minutes=5)
FEW_CALLS = 10
READ_FIRST = "Run `fieldbridge sync master-data`."


@dataclass(frozen=True)
class Visit:
    """One connection being looked at. heard: the Date headers of Xero's answers, as they came."""

    installation: Installation
    connection: Connection
    heard: list[str] = field(default_factory=list)

    @property
    def settings(self) -> ConnectionSettings:
        """Its settings. Errors: SetupError."""
        return parse(self.connection.settings)


def settings(visit: Visit) -> Finding:
    """Whether the settings can be used."""
    found = faults(visit.connection.settings)
    if found:
        return fail("; ".join(str(one) for one in found), f"fieldbridge settings {visit.connection.id}")
    return ok("The settings can be used.")


def pause(visit: Visit) -> Finding:
    """Whether it may run."""
    because = visit.connection.paused_because
    remedy = "Run `fieldbridge connect` for it, or `fieldbridge resume` when a person paused it."
    return fail(f"Paused: {because}", remedy) if because else ok("It may run.")


def folder(visit: Visit) -> Finding:
    """Whether the shared folder is there and can be read and written."""
    place = Path(visit.connection.folder)
    remedy = "Check that it exists, is connected, and that this user may read and write it."
    try:
        next(place.iterdir(), None)
        with tempfile.TemporaryFile(dir=place, prefix=".fieldbridge-doctor-"):
            pass
    except OSError as error:
        return fail(f"The folder {place} cannot be used: {error.strerror}.", remedy)
    return ok(f"{place} can be read and written.")


def schedule(visit: Visit) -> Finding:
    """Whether flows run when they are due."""
    now = visit.installation.now()
    with visit.installation.database.read() as tx:
        rows = schedules.of_connection(tx, visit.connection.id)
    if visit.connection.paused_because:
        return ok("It waits until the connection is no longer paused.")
    late = [one for one in rows if one.in_flight is None and now - one.next_due_at > LATE]
    if late:
        told = ", ".join(f"{one.flow} by {(now - one.next_due_at).total_seconds() / 60:.0f} minutes" for one in late)
        return fail(f"Overdue: {told}.", "Start `fieldbridge run`, or look at why it does not keep up.")
    return ok(f"Flows that run when they are due: {len(rows)}.")


def last_runs(visit: Visit) -> Finding:
    """How each flow's last run ended."""
    with visit.installation.database.read() as tx:
        flows = [one.flow for one in schedules.of_connection(tx, visit.connection.id)]
        last = [one for flow in flows if (one := runs.latest(tx, visit.connection.id, flow))]
    halted = [f"{one.flow} ({str(one.error).partition(':')[0]})" for one in last if one.state == "halted"]
    if halted:
        return fail(f"Halted: {', '.join(halted)}.", "`fieldbridge status` says why and what to do.")
    return ok(f"Flows that have run: {len(last)}; none is halted.")


def open_problems(visit: Visit) -> Finding:
    """What waits for a person."""
    with visit.installation.database.read() as tx:
        found = problems.still_open(tx, visit.connection.id)
    codes = sorted({one.code for one in found})
    if found:
        return warn(f"{len(found)} wait for a person: {', '.join(codes)}.", "`fieldbridge problems` says what to do.")
    return ok("Nothing waits for a person.")


def tax_map(visit: Visit) -> Finding:
    """Whether there are tax codes, and each leads to a rate Xero sells with."""
    with visit.installation.database.read() as tx:
        rates = list(books.every(tx, visit.connection.id, TaxRate))
    if not rates:
        return warn("Xero's tax rates were not read yet.", READ_FIRST)
    codes = visit.settings.transactions.tax_codes
    if not codes:
        said = "There is no tax code, so nothing is published or posted."
        return fail(said, f"Fill transactions.tax_codes: fieldbridge settings {visit.connection.id} edit")
    unusable = tax_faults(rates, codes)
    if unusable:
        return fail(" ".join(one.message for one in unusable), unusable[0].remedy)
    return ok(f"{len(codes)} tax codes lead to rates Xero sells with.")


def sales_account(visit: Visit) -> Finding:
    """Whether the account sales go to is there and in use."""
    code = visit.settings.transactions.sales_account
    with visit.installation.database.read() as tx:
        chart = {one.code: one.status for one in books.every(tx, visit.connection.id, Account)}
    if not chart:
        return warn("Xero's accounts were not read yet.", READ_FIRST)
    if chart.get(code) != "ACTIVE":
        said = f"Account {code or '(none)'} of transactions.sales_account is not in use in Xero."
        return fail(said, f"Choose another: fieldbridge settings {visit.connection.id}")
    return ok(f"Sales go to account {code}.")


def calls_left(visit: Visit) -> Finding:
    """Whether there are calls left today."""
    with visit.installation.database.write() as tx:
        now_s = visit.installation.now().timestamp()
        budget = budgets.look(tx, visit.connection.id, visit.settings.calls_per_day, now_s)
    said = f"{budget.left_today} of {budget.day_limit} calls are left today."
    few = budget.left_today * FEW_CALLS < budget.day_limit
    return warn(said, "Lengthen the periods of the schedule, or choose a larger tier at Xero.") if few else ok(said)


CHECKS: tuple[Check[Visit], ...] = (
    settings, pause, folder, schedule, last_runs, open_problems, tax_map, sales_account, calls_left,
)  # fmt: skip
