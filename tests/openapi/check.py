"""Hold every exchange of a test run against Xero's published descriptions.

Usage: FIELDBRIDGE_STANDIN_RECORD=FOLDER make test
       python tests/openapi/check.py xero_accounting.yaml xero-identity.yaml xero-webhooks.yaml FOLDER

The folder has the journals that the local Xeros of the run kept (src/fieldbridge/standin/recording.py). Of each
exchange the request is checked when our connector sent it, or when somebody else did and it was carried out; the
answer when it is the endpoint's own and of a described status; what subscribers were told, always. The rest is counted
with its reason, and so is what Xero is known to take or send besides (known.py). The descriptions are not part of this
repository.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from description import Description
from events import Webhooks
from judgement import Verdict, judged
from schemas import Plain

PARTS = ("ours", "others", "answers")


@dataclass
class Tally:
    """What was found. Shape: `faults` and `places` by the words of the fault; a place is a file and a line."""

    exchanges: int = 0
    checked: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    left_out: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, verdict: Verdict, place: str) -> None:
        self.exchanges += 1
        self.checked[verdict.operation].update(verdict.checked)
        self.left_out.update(verdict.left_out)
        self.excused.update(verdict.excused)
        for fault in verdict.faults:
            text = f"{verdict.operation} {fault}"
            self.faults[text] += 1
            self.places.setdefault(text, place)

    def report(self) -> Iterator[str]:
        """The lines to print."""
        yield f"{'operation':42}{'our requests':>14}{'others':>10}{'answers':>10}"
        for name, counts in sorted(self.checked.items()):
            if counts:
                yield f"{name:42}{counts['ours']:14}{counts['others']:10}{counts['answers']:10}"
        total: Counter[str] = sum(self.checked.values(), Counter())
        yield f"{'in all':42}{total['ours']:14}{total['others']:10}{total['answers']:10}"
        for title, counts in (("Left out", self.left_out), ("Excused", self.excused)):
            yield f"\n{title}:"
            yield from (f"{times:7} x {reason}" for reason, times in sorted(counts.items()))
        yield "\nFaults:"
        yield from (
            f"{times:7} x {fault} (first at {self.places[fault]})" for fault, times in sorted(self.faults.items())
        )
        yield f"{self.exchanges} exchanges, {self.faults.total()} faults"

    @property
    def is_good(self) -> bool:
        """Something of each kind was checked, and nothing is wrong."""
        total: Counter[str] = sum(self.checked.values(), Counter())
        return not self.faults and all(total[part] for part in PARTS)


def exchanges(folder: Path) -> Iterator[tuple[str, Plain]]:
    """Every line of the journals, with its place."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield f"{file.name}:{number}", json.loads(line)


def main(accounting: Path, identity: Path, webhooks: Path, folder: Path) -> int:
    """The exit code: 0 when all that can be checked was, and is as described."""
    descriptions, told = [Description(accounting), Description(identity)], Webhooks(webhooks)
    tally = Tally()
    for place, exchange in exchanges(folder):
        tally.add(judged(descriptions, told, exchange), place)
    sys.stdout.writelines(f"{line}\n" for line in tally.report())
    return 0 if tally.is_good else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
