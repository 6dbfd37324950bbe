"""The judge: holds the books of the local Xero against what the tablets hold, knowing nothing of the ledger's word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from fieldbridge.app.demo.tablet import Outcome
from fieldbridge.core.rules import TransactionRules
from fieldbridge.store.ledger.problems import OpenProblem

Invoices = Sequence[dict[str, object]]


def faults(
    outcomes: Sequence[Outcome], invoices: Invoices, problems: Sequence[OpenProblem], rules: TransactionRules
) -> list[str]:
    """Everything that did not come out as it must; empty when all is well."""
    ours = [one for one in invoices if str(one["InvoiceNumber"]).startswith(rules.number_prefix)]
    by_number = {str(one["InvoiceNumber"]): one for one in ours}
    found = [f"{number}: {count} invoices for one order" for number, count in _numbers(ours).items() if count > 1]
    parked = {(one.key, one.code) for one in problems}
    wanted = set()
    for outcome in outcomes:
        number = rules.number_prefix + outcome.key
        wanted.add(number)
        found += _fault(outcome, number, by_number.get(number), parked)
    return found + [f"{number}: an invoice nobody ordered" for number in by_number.keys() - wanted]


def _numbers(invoices: Invoices) -> Counter[str]:
    return Counter(str(one["InvoiceNumber"]) for one in invoices)


def _fault(
    outcome: Outcome, number: str, invoice: dict[str, object] | None, parked: set[tuple[str, str]]
) -> Iterator[str]:
    if outcome.code:
        if invoice is not None:
            yield f"{number}: posted, though it should be parked as {outcome.code}"
        if (outcome.key, outcome.code) not in parked:
            yield f"{number}: no Problem {outcome.code} says why it was not posted"
        return
    if invoice is None:
        yield f"{number}: ordered, but not in Xero"
        return
    total = Decimal(str(invoice["Total"]))
    if total != outcome.total:
        yield f"{number}: {total} in Xero, {outcome.total} on the tablet"
    reference = str(invoice.get("Reference", ""))
    if outcome.rep not in reference or outcome.customer_order_no not in reference:
        yield f"{number}: the reference {reference!r} lacks the rep or the customer's order number"


def left_behind(folder: Path, files: Sequence[str]) -> list[str]:
    """Order files that still lie in the folder though everything in them is settled."""
    return [f"{name}: still in the folder" for name in files if (folder / name).exists()]
