"""How long a large price list takes: sheets of products and contract prices taken, joined with the Books, published.

Run: .venv/bin/python benchmarks/prices.py --products 50000 --rules 5000
"""

import argparse
import json
import resource
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from fieldbridge.app import installation
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.publishing import publish
from fieldbridge.app.flows.sheets import refresh
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.core.records.books import Account, Contact, Item, Organisation, TaxRate
from fieldbridge.engine.stages import RunRef
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store import books
from fieldbridge.store.database import batches
from fieldbridge.store.ledger import connections, runs
from fieldbridge.store.ledger.connections import Connection

NAME, NOW, CUSTOMERS = "benchmark", datetime(2026, 11, 24, tzinfo=UTC), 500


def main() -> None:
    """Measure, and print one line of JSON for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--rules", type=int, default=5_000)
    parser.add_argument("--written", choices=["as_given", "per_customer"], default="as_given")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, installation.opened(Settings(home=Path(folder) / "home")) as opened:
        site = Path(folder) / "site"
        site.mkdir()
        _connect(opened, site, f'[transactions.tax_codes]\n1 = "OUTPUT2"\n[prices]\nwritten = "{asked.written}"\n')
        _fill(opened, asked.products)
        _write_sheets(Path(folder) / "site-sheets", asked.products, asked.rules)
        with opened.database.write() as tx:
            ref = RunRef(NAME, MASTER_DATA, runs.queue(tx, NAME, MASTER_DATA, NOW))
        context = context_of(opened, ref)
        for what, step in (("sheets", refresh), ("publish", publish), ("publish unchanged", publish)):
            began, cpu = time.perf_counter(), time.process_time()
            step(context)
            figures = {
                "step": what,
                "wall_s": round(time.perf_counter() - began, 1),
                "cpu_s": round(time.process_time() - cpu, 1),
                "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
            print(json.dumps(figures))  # noqa: T201 - the figures are the output
        print(json.dumps({one.name: one.stat().st_size for one in site.iterdir()}))  # noqa: T201


def _connect(opened: Installation, site: Path, settings: str) -> None:
    texts = dict.fromkeys(
        ("sign_in", "xero_url", "identity_url", "organisation_id", "organisation_name", "short_code"), ""
    )
    made = Connection(id=NAME, folder=str(site), settings=settings, connected_at=NOW, renewed_at=NOW, **texts)
    with opened.database.write() as tx:
        connections.keep(tx, made)


def _fill(opened: Installation, products: int) -> None:
    account = Account(account_id="a", code="200", name="Sales", account_class="REVENUE", tax_type="OUTPUT2")
    rate = TaxRate(tax_type="OUTPUT2", name="GST", rate=Decimal(15), applies_to_revenue=True)
    contacts = [
        Contact(contact_id=f"{one}", name=f"Customer {one}", account_number=_customer(one), groups=("Deal CAFE",))
        for one in range(CUSTOMERS)
    ]
    items = (
        Item(
            item_id=f"{one}",
            code=_product(one),
            name=f"Product {one}",
            unit_price=Decimal(one % 1000 + 100) / 100,
            account_code="200",
            on_hand=Decimal(one % 500),
        )
        for one in range(products)
    )
    with opened.database.write() as tx:
        for some in ([Organisation(organisation_id="o", name="Benchmark")], [account], [rate], contacts):
            books.keep(tx, NAME, some, NOW)
        for batch in batches(items, 1000):
            books.keep(tx, NAME, batch, NOW)


def _write_sheets(folder: Path, products: int, rules: int) -> None:
    folder.mkdir()
    levels = ",".join(f"price_{level}" for level in range(2, 9))
    with (folder / "products.csv").open("w", encoding="utf-8") as sheet:
        sheet.write(f"product,group,barcode,unit,pack,category_1,{levels}\n")
        for one in range(products):
            prices = ",".join(f"{(one % 1000 + 100 - level) / 100:.2f}" for level in range(2, 9))
            sheet.write(f"{_product(one)},G{one % 100},94210{one:08},CTN,12,Drinks,{prices}\n")
    with (folder / "prices.csv").open("w", encoding="utf-8") as sheet:
        sheet.write("product,customer,price,percent_off,from_quantity,start,end\n")
        for one in range(rules):
            change = f"{one % 500 + 50}.25," if one % 2 else f",{one % 40 + 1}"
            product, customer = _product(one * 7 % products), _customer(one % CUSTOMERS)
            sheet.write(f"{product},{customer},{change},{one // products + 1},2026-07-01,\n")


def _product(number: int) -> str:
    return f"SKU-{number:05}"


def _customer(number: int) -> str:
    return f"CUS{number:03}"


if __name__ == "__main__":
    main()
