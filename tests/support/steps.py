"""A run without the durable engine: its stages one after another, in this process. Quick, and killed by nobody."""

from fieldbridge.app.flows.programs import Flows
from fieldbridge.engine.stages import RunRef, Stage, Stop, guarded
from fieldbridge.store.ledger import runs
from fieldbridge.store.ledger.runs import Run
from support.site import Site


def walked(site: Site, flow: str, accept: str = "") -> Run:
    """What a worker does with one run, from its first stage to its end."""
    here = site.installation
    with here.database.write() as tx:
        ref = RunRef(site.connection.id, flow, runs.queue(tx, site.connection.id, flow, here.now(), accept))
    program = Flows(here).programs()[flow]
    program.begin(ref)
    program.settle(ref, next((stop for _, stage in program.stages if (stop := _done(site, stage, ref))), None))
    with here.database.read() as tx:
        return runs.find(tx, ref.run_id)


def _done(site: Site, stage: Stage, ref: RunRef) -> Stop | None:
    while (turn := guarded(stage, ref, site.installation.now)).again and turn.stop is None:
        site.installation.pause(turn.wait_s)
    return turn.stop
