"""Problems: listing what a person must look at, and trying it again."""

from collections.abc import Sequence

from fieldbridge.app.flows.reading import forget_what_rarely_changes
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import problems, runs
from fieldbridge.store.ledger.problems import OpenProblem


def still_open(installation: Installation, only: str | None = None) -> list[OpenProblem]:
    """Open Problems of all connections, or of the one named; those of the same cause stand together."""
    names = [one.id for one in installation.connections(only)]
    with installation.database.read() as tx:
        found = [one for name in names for one in problems.still_open(tx, name)]
    return sorted(found, key=lambda one: (one.connection_id, one.code, one.cause, one.id))


def retry(installation: Installation, chosen: Sequence[OpenProblem]) -> int:
    """Have the orders behind some Problems planned again at the next run, over what Xero has then.

    Shape: how many will be.
    """
    with installation.database.write() as tx:
        for name in {one.connection_id for one in chosen}:
            forget_what_rarely_changes(tx, name)
        return problems.retry(tx, list(chosen), installation.now())


def dismiss(installation: Installation, chosen: Sequence[OpenProblem], because: str) -> int:
    """Close Problems that need nothing more, with the reason on record. Shape: how many."""
    now = installation.now()
    with installation.database.write() as tx:
        problems.close(tx, [one.id for one in chosen], f"dismissed: {because}", now)
        for one in chosen:
            told = {"key": one.key, "code": one.code, "because": because}
            runs.record(tx, one.connection_id, None, now, "problem.dismissed", **told)
    return len(chosen)


def chosen(found: Sequence[OpenProblem], what: Sequence[str], *, everything: bool) -> list[OpenProblem]:
    """The Problems that records or codes name. Errors: SetupError when a name fits none."""
    known = {one.key for one in found} | {one.code for one in found}
    unknown = [name for name in what if name not in known]
    if unknown or not (what or everything):
        said = f"No open Problem is about {', '.join(unknown)}." if unknown else "Nothing was named."
        raise SetupError("problem.unknown", said, remedy="Name records or codes as `fieldbridge problems` shows them.")
    return [one for one in found if everything or one.key in what or one.code in what]
