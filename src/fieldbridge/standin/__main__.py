"""`python -m fieldbridge.standin`: serve a local Xero and print its address as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date

from fieldbridge.standin.options import Options
from fieldbridge.standin.server import serve


def _parser() -> argparse.ArgumentParser:
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m fieldbridge.standin", description="Serve a local Xero.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--organisation", action="append", help="name of an organisation; may be repeated")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--contacts", type=int, default=default.contacts)
    parser.add_argument("--items", type=int, default=default.items)
    parser.add_argument("--history-months", type=int, default=default.history_months)
    parser.add_argument("--today", type=date.fromisoformat, help="the day the seeded history ends, YYYY-MM-DD")
    parser.add_argument("--calls-per-day", type=int, default=default.calls_per_day)
    parser.add_argument("--calls-per-minute", type=int, default=default.calls_per_minute)
    parser.add_argument("--calls-in-flight", type=int, default=default.calls_in_flight)
    return parser


def main() -> None:
    """Parse the arguments and serve."""
    given = _parser().parse_args()
    options = Options(
        seed=given.seed,
        organisations=tuple(given.organisation or Options().organisations),
        contacts=given.contacts,
        items=given.items,
        history_months=given.history_months,
        today=given.today,
        calls_per_day=given.calls_per_day,
        calls_per_minute=given.calls_per_minute,
        calls_in_flight=given.calls_in_flight,
    )
    serve(given.host, given.port, options=options, ready=_announce)


def _announce(url: str) -> None:
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
