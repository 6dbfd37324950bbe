"""How long the main job takes: read master data, take one file of many orders, post them, on loopback.

Run: .venv/bin/python benchmarks/trade.py --orders 10000
"""

import argparse
import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from fieldbridge.app import certificate, connect, installation, workshop
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.demo.local_xero import started
from fieldbridge.app.demo.office import Office
from fieldbridge.app.demo.tablet import export, synchronised, take_orders
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS
from fieldbridge.app.settings import Settings
from fieldbridge.app.workshop import Workshop
from fieldbridge.core.records.field import Order

NAME = "benchmark"
NO_LIMITS = ("--calls-per-minute", "1000000", "--calls-per-day", "1000000")


def main() -> None:
    """Measure, and print one line of JSON for each flow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    count = parser.parse_args().orders
    with (
        TemporaryDirectory() as folder,
        started(*NO_LIMITS) as url,
        installation.opened(Settings(home=Path(folder) / "home")) as opened,
    ):
        site = Path(folder) / "site"
        site.mkdir()
        office = Office(url)
        app = office.add_private_app("Benchmark", certificate.ensure(opened, NAME))
        made = connect.connect(opened, connect.Request(NAME, connect.hosts_at(url), site), app)
        profile = parse(made.settings).profile
        with workshop.opened(opened) as work:
            measure(work, MASTER_DATA)
            tablet = synchronised(site, profile)
            ordinary = [one for day in take_orders(tablet, datetime.now(UTC).date(), 1).values() for one in day]
            export(site, "orders.txt", [numbered(ordinary, number) for number in range(count)], profile)
            measure(work, TRANSACTIONS)
        office.close()


def numbered(ordinary: list[Order], number: int) -> Order:
    """One of the ordinary orders under a number of its own."""
    one = ordinary[number % len(ordinary)]
    return msgspec.structs.replace(one, kind="O", order_no=str(number), cloud_id=f"B{number}")


def measure(work: Workshop, flow: str) -> None:
    """Run one flow and print what it took."""
    began, cpu = time.perf_counter(), time.process_time()
    *_, ended = work.watch(work.dispatcher.start(NAME, flow))
    figures = {
        "flow": flow,
        "counts": ended.counts,
        "error": ended.error,
        "wall_s": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures))  # noqa: T201 - the figures are the output


if __name__ == "__main__":
    main()
