"""Problems: listing what a person must look at, and trying it again."""

from collections.abc import Sequence

from fieldbridge.app.installation import Installation
from fieldbridge.store.ledger import problems
from fieldbridge.store.ledger.problems import OpenProblem


def still_open(installation: Installation, only: str | None = None) -> list[OpenProblem]:
    """Open Problems of all connections, or of the one named; those of the same cause stand together."""
    names = [one.id for one in installation.connections(only)]
    with installation.database.read() as tx:
        found = [one for name in names for one in problems.still_open(tx, name)]
    return sorted(found, key=lambda one: (one.connection_id, one.code, one.cause, one.id))


def retry(installation: Installation, chosen: Sequence[OpenProblem]) -> int:
    """Have the orders behind some Problems planned again at the next run. Shape: how many will be."""
    with installation.database.write() as tx:
        return problems.retry(tx, list(chosen), installation.now())
