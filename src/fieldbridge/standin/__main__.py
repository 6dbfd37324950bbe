"""`python -m fieldbridge.standin`: serve a local Xero and print its address as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date

from fieldbridge.standin.arguments import PLANS, parse_fault, parse_limits, parse_record, parse_switches
from fieldbridge.standin.options import DEFAULT_ORGANISATIONS, Options
from fieldbridge.standin.server import serve


def _parser() -> argparse.ArgumentParser:
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m fieldbridge.standin", description="Serve a local Xero.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument(
        "--org",
        "--organisation",
        dest="organisations",
        action="append",
        help="name of an organisation; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--contacts", type=int, default=default.contacts)
    parser.add_argument("--items", type=int, default=default.items)
    parser.add_argument("--history-months", type=int, default=default.history_months)
    parser.add_argument("--today", type=date.fromisoformat, help="the day the seeded history ends, YYYY-MM-DD")
    parser.add_argument("--limits", default="core", help=f"{', '.join(PLANS)} or DAY/MINUTE/IN-FLIGHT")
    parser.add_argument("--calls-per-day", type=int, help="this limit alone, whatever --limits says")
    parser.add_argument("--calls-per-minute", type=int, help="the same")
    parser.add_argument("--calls-in-flight", type=int, help="the same")
    parser.add_argument(
        "--fault", dest="faults", action="append", default=[], metavar="'METHOD PATH KIND [TIMES]'",
        help="plan a fault: 'PUT Invoices lost_after 2', '* /connect/token 500', 'GET * delay=3'; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--switch", dest="switches", action="append", default=[], metavar="NAME=VALUE",
        help="turn a switch of the README's table, such as webhooks_automatic=true; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--record", default=default.record, help="a file, or a folder that exists, to add every exchange to"
    )
    return parser


def main() -> None:
    """Parse the arguments and serve."""
    parser = _parser()
    given = vars(parser.parse_args())
    try:
        limits, faults = parse_limits(given.pop("limits")), tuple(map(parse_fault, given.pop("faults")))
        given["switches"] = parse_switches(given["switches"])
        given["record"] = parse_record(given["record"])
    except ValueError as error:
        parser.error(str(error))
    host, port, organisations = (given.pop(name) for name in ("host", "port", "organisations"))
    chosen = limits | {name: value for name, value in given.items() if value is not None}
    options = Options(**chosen, organisations=tuple(organisations or DEFAULT_ORGANISATIONS), faults=faults)
    serve(host, port, options=options, ready=_announce)


def _announce(url: str) -> None:
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
