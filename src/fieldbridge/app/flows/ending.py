"""How a run begins and ends: what it came to, and when its flow is due again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.flows.sparing import spare
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.engine.stages import RunRef, Stop
from fieldbridge.store.ledger import budgets, connections, runs, schedules

MILLISECOND = timedelta(milliseconds=1)
CANCELLED = Stop("run.cancelled", "Somebody cancelled it; the next run goes on where it was.", "cancel", 4)


@dataclass(frozen=True)
class Ends:
    """Opens and closes the runs of an installation. Each is safe to repeat."""

    installation: Installation

    def begin(self, ref: RunRef) -> None:
        """A worker has taken the run up."""
        now = self.installation.now()
        with self.installation.database.write() as tx:
            if runs.start(tx, ref.run_id, now):
                runs.record(tx, ref.connection_id, ref.run_id, now, "run.started", flow=ref.flow)

    def early(self, ref: RunRef) -> Stop | None:
        """Why a run is to end now, if it is."""
        with self.installation.database.read() as tx:
            return CANCELLED if runs.is_cancelled(tx, ref.run_id) else None

    def settle(self, ref: RunRef, stop: Stop | None) -> None:
        """Close the run and free its schedule, in one transaction."""
        now = self.installation.now()
        with self.installation.database.write() as tx:
            run = runs.find(tx, ref.run_id)
            if run.ended_at is not None:
                return
            left = run.counts.get("parked", 0) + run.counts.get("problems", 0)
            if stop is None:
                runs.end(tx, ref.run_id, "done", 1 if left else 0, None, now)
            else:
                runs.end(tx, ref.run_id, _state(stop), stop.exit_code, f"{stop.code}: {stop.message}", now)
            if stop is not None and stop.then == "reconnect":
                connections.pause(tx, ref.connection_id, stop.message)
            budgets.ran(tx, ref.connection_id, now.date(), ref.flow)
            until, because = self._held(tx, ref, stop)
            schedules.rearm(tx, ref.connection_id, ref.flow, ref.run_id, now, until, because)
            took = now - (run.started_at or now)
            told = {
                "flow": ref.flow,
                **run.counts,
                "took_ms": took // MILLISECOND,
                "error": stop.message if stop else None,
            }
            runs.record(tx, ref.connection_id, ref.run_id, now, "run.finished", **told)

    def _held(self, tx: sa.Connection, ref: RunRef, stop: Stop | None) -> tuple[datetime | None, str]:
        """Until when the flow must not run again, and why."""
        if stop and stop.until:
            return datetime.fromisoformat(stop.until), stop.message
        one = connections.find(tx, ref.connection_id)
        try:
            held = one and spare(tx, one, ref.flow, parse(one.settings), self.installation.now())
        except SetupError:
            # Settings that cannot be used have ended the run, and must not keep it from being closed.
            held = None
        return held or (None, "")


def _state(stop: Stop) -> runs.State:
    if stop.then == "cancel":
        return "cancelled"
    return "unfinished" if stop.exit_code == 4 else "halted"
