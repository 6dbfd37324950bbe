"""Keeping the engine tidy: runs that nobody will end are ended, schedules they held are freed, the old is forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from fieldbridge.engine import recovery
from fieldbridge.engine.dispatch import Dispatcher
from fieldbridge.engine.durable import workflow_id
from fieldbridge.engine.stages import RunRef, Stop
from fieldbridge.store.ledger import leases, old_evidence, retention, runs, schedules

LOOKED_AT = 1000
BITE, BITES = 200, 50
LEASE_S = 30.0
LOST = Stop("run.lost", "The run ended without a word; the next one goes on where it was.", "retry", 4)


@dataclass(frozen=True)
class Keep:
    """How long things are kept. Units: days; evidence of 0 days is kept for ever."""

    history_days: int
    usage_days: int
    workflows_days: int
    evidence_days: int = 0


@dataclass(frozen=True)
class Upkeep:
    """Does the tidying; of all the workers of a database, one at a time. me: this worker's name."""

    dispatcher: Dispatcher
    me: str
    keep: Keep
    lost_after_s: float

    def sweep(self) -> int:
        """End runs the durable engine knows nothing more of, and free what they held. Shape: how many were ended."""
        now = self.dispatcher.now()
        if not self._mine("sweep"):
            return 0
        with self.dispatcher.database.read() as tx:
            unended = runs.unended(tx, now - timedelta(seconds=self.lost_after_s), LOOKED_AT)
        refs = {workflow_id(ref): ref for ref in (RunRef(*one) for one in unended)}
        lost = refs.keys() - recovery.live(self.dispatcher.client, refs)
        for name in lost:
            self.dispatcher.programs[refs[name].flow].settle(refs[name], LOST)
        with self.dispatcher.database.write() as tx:
            schedules.free(tx, now)
        return len(lost)

    def forget(self) -> None:
        """Forget what is older than it is kept."""
        now = self.dispatcher.now()
        if not self._mine("forget"):
            return
        history, workflows = (now - timedelta(days=days) for days in (self.keep.history_days, self.keep.workflows_days))
        self._bite_by_bite(lambda tx: retention.forget_rows(tx, retention.LOG, history, BITE))
        self._bite_by_bite(lambda tx: retention.forget_runs(tx, history, BITE))
        with self.dispatcher.database.write() as tx:
            retention.forget_counts(tx, (now - timedelta(days=self.keep.usage_days)).date())
        if self.keep.evidence_days:
            self._forget_evidence(now, now - timedelta(days=self.keep.evidence_days))
        for _ in range(BITES):
            if recovery.forget(self.dispatcher.client, workflows, BITE) < BITE:
                return

    def _forget_evidence(self, now: datetime, before: datetime) -> None:
        self._bite_by_bite(lambda tx: old_evidence.forget_transactions(tx, before, now, BITE))
        self._bite_by_bite(lambda tx: old_evidence.forget_files(tx, before, BITE))
        self._bite_by_bite(lambda tx: old_evidence.forget_problems(tx, before, BITE))
        self._bite_by_bite(lambda tx: old_evidence.forget_documents(tx, before, BITE))
        for moment in retention.EVIDENCE:
            self._bite_by_bite(partial(retention.forget_rows, moment=moment, before=before, limit=BITE))

    def _bite_by_bite(self, forget: Callable[[sa.Connection], int]) -> None:
        for _ in range(BITES):
            with self.dispatcher.database.write() as tx:
                if forget(tx) < BITE:
                    return

    def _mine(self, duty: str) -> bool:
        with self.dispatcher.database.write() as tx:
            return leases.take(tx, duty, self.me, self.dispatcher.now(), LEASE_S)
