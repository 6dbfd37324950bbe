"""Says what does not tie in a folder; the exit code is 1 then.

Run in benchmarks: python -m reconcile FOLDER
"""

import json
import sys
from collections import Counter
from pathlib import Path

from reconcile import documents, enclosed, ledger, published, settled
from reconcile.ground import Ground

SHOWN = 50


def faults(ground: Ground) -> list[str]:
    """Everything that does not tie; empty when all does."""
    checks = (
        documents.faults,
        documents.money,
        settled.credit_notes,
        settled.money_alone,
        enclosed.faults,
        published.balances,
        published.prices,
        published.history,
        published.answers,
        ledger.faults,
    )
    return [fault for check in checks for fault in check(ground)]


def main() -> int:
    """Print figures, and what does not tie."""
    ground = Ground(Path(sys.argv[1]))
    found = faults(ground)
    booked = [one for key, one in ground.laid.items() if key not in ground.parked]
    figures = {
        "taken": len(ground.laid),
        "in_the_books": len(booked),
        "parked": dict(Counter(ground.parked.values())),
        "by_status": dict(Counter(one["Status"] for (one, *_) in ground.ours.values())),
        "total": f"{float(sum(sum(one.worth) for one in booked)):.2f}",
        "differences": len(found),
    }
    sys.stdout.write("\n".join((json.dumps(figures), *found[:SHOWN], "")))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
