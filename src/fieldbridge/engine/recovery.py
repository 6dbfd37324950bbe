"""What became of runs at the durable engine: whose they are, which still live, and how a dead worker's go on."""

from collections.abc import Collection, Iterable
from datetime import datetime

from dbos import DBOS, DBOSClient

from fieldbridge.engine.durable import LANES

# A run at the durable engine that will still do something.
LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
IDS_PER_QUERY = 200


def owners() -> set[str]:
    """The executors that hold unfinished runs."""
    return {str(one.executor_id) for one in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)}


def recover(executor_ids: Collection[str]) -> None:
    """Give the runs of dead executors back to their lanes, to go on at the step they had reached.

    The only private call to the durable engine. It is harmless to repeat: it takes a run only from the executors
    that are named. Its public counterpart stands below, for the day it is gone.
    """
    private = getattr(DBOS, "_recover_pending_workflows", None)
    if private is None:
        resume(executor_ids)
    else:
        private(list(executor_ids))


def resume(executor_ids: Collection[str]) -> None:
    """The same by public means alone.

    It does not look whose a run is by then, so no two workers may do it for one executor at once.
    """
    for lane in LANES:
        left = DBOS.list_workflows(
            status="PENDING", executor_id=list(executor_ids), queue_name=lane, load_input=False, load_output=False
        )
        DBOS.resume_workflows([one.workflow_id for one in left], queue_name=lane)


def live(client: DBOSClient, workflow_ids: Iterable[str]) -> set[str]:
    """Those runs that wait, or are under way."""
    asked = list(workflow_ids)
    found: set[str] = set()
    for start in range(0, len(asked), IDS_PER_QUERY):
        some = asked[start : start + IDS_PER_QUERY]
        rows = client.list_workflows(workflow_ids=some, status=LIVE, load_input=False, load_output=False)
        found |= {one.workflow_id for one in rows}
    return found


def forget(client: DBOSClient, before: datetime, limit: int) -> int:
    """Have the durable engine forget runs that ended long ago. Shape: how many."""
    old = client.list_workflows(completed_before=before.isoformat(), limit=limit, load_input=False, load_output=False)
    if old:
        client.delete_workflows([one.workflow_id for one in old])
    return len(old)
