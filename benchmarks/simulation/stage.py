"""Where trade takes place: performs acts one by one, and writes down what was done, for whoever checks or replays it.

An act is plain data: when (`at`), what (`do`) and the rest. Shape: journal.jsonl holds the acts in order with what
became of them under `done`; laid/ the order files; seen/ the sales history files as a cloud would have fetched them.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulation.office import Office

Row = dict[str, Any]
HISTORY, SETTLED_S = "Transactions.csv", 60
ON_BANK = "090"


class Stage:
    """The office, the product and the folder between them. ask is the product: verb, moment, and more."""

    def __init__(self, office: Office, ask: Callable[..., Row], ground: Path) -> None:
        self.office, self._ask, self.ground = office, ask, ground
        self.site, self.laid, self.seen = ground / "site", ground / "laid", ground / "seen"
        for folder in (self.site, self.laid, self.seen):
            folder.mkdir(parents=True, exist_ok=True)
        self._journal = (ground / "journal.jsonl").open("a", encoding="utf-8")
        self.performed = 0

    def close(self) -> None:
        """Put the journal away."""
        self._journal.close()

    def perform(self, act: Row) -> Row:
        """Do one act, and write it down with what became of it."""
        self.office.at(act["at"])
        done = getattr(self, f"_{act['do']}")(**{name: value for name, value in act.items() if name != "do"})
        self._journal.write(json.dumps({**act, "done": done}, default=str) + "\n")
        self._journal.flush()
        self.performed += 1
        return done if isinstance(done, dict) else {"done": done}

    def _lay(self, at: str, file: str, beside: Sequence[str] = ()) -> None:
        """An order file of laid/ arrives in the folder, complete, after the files that lie beside it."""
        for name in (*beside, file):
            target = self.site / name
            shutil.copyfile(self.laid / name, target)
            stamp = time.time() - SETTLED_S
            os.utime(target, (stamp, stamp))

    def _run(self, at: str, flow: str, **more: Any) -> Row:
        done = self._ask("run", at, flow=flow, **more)
        if flow == "sales-history" and (self.site / HISTORY).exists():
            shutil.copyfile(self.site / HISTORY, self.seen / f"{self.performed:06}.csv")
        return done

    def _retry(self, at: str) -> Row:
        return self._ask("retry", at)

    def _lose(self, at: str, fault: Row) -> None:
        """The next call that fits meets a fault; see the local Xero's page."""
        self.office.control("POST", "faults", fault)

    def _calm(self, at: str) -> None:
        """No fault waits any more, so that none meets the office."""
        self.office.control("DELETE", "faults")

    def _contact(self, at: str, code: str, changes: Row) -> None:
        self.office.control("POST", f"contacts/{code}", changes)

    def _merge(self, at: str, code: str, into: str) -> None:
        self.office.control("POST", f"contacts/{code}", {"MergedToContactID": self.office.contact_id(into)})

    def _price(self, at: str, code: str, price: str) -> None:
        self.office.control("POST", f"items/{code}", {"SalesDetails": {"UnitPrice": float(price)}})

    def _stock(self, at: str, on_hand: dict[str, int]) -> None:
        for code, quantity in on_hand.items():
            self.office.control("POST", f"items/{code}", {"QuantityOnHand": quantity})

    def _status(self, at: str, numbers: Sequence[str], status: str) -> list[str]:
        """Approve, void or delete. Shape: the numbers that took it."""
        asked = [{"InvoiceNumber": number, "Status": status} for number in numbers]
        return _taken(numbers, self.office.write("POST", "Invoices", asked))

    def _quantity(self, at: str, number: str, line: int, quantity: str) -> list[str]:
        """The office changes the quantity of one line of goods, counted from 0."""
        (known,) = self.office.invoices([number])
        lines = [{"LineItemID": one["LineItemID"]} for one in known["LineItems"]]
        goods = [at for at, one in enumerate(known["LineItems"]) if one.get("ItemCode")]
        lines[goods[line]]["Quantity"] = Decimal(quantity)
        return _taken(
            [number], self.office.write("POST", "Invoices", [{"InvoiceID": known["InvoiceID"], "LineItems": lines}])
        )

    def _quote(self, at: str, number: str, status: str) -> list[str]:
        """A quote is sent, accepted, declined, invoiced or deleted. Shape: its number, if Xero took it."""
        texts = ("Reference", "Title", "Summary", "Terms")
        asked = [{"QuoteID": one["QuoteID"], "Contact": {"ContactID": one["Contact"]["ContactID"]},
                  "Date": one["DateString"], "Status": status, **{name: one[name] for name in texts if name in one}}
                 for one in self.office.quotes(number)]  # fmt: skip
        return _taken([number] * len(asked), self.office.write("POST", "Quotes", asked)) if asked else []

    def _pay(self, at: str, amounts: dict[str, str]) -> list[str]:
        """Money for invoices. Shape: the numbers it was taken for."""
        paid = [{"Invoice": {"InvoiceNumber": number}, "Account": {"Code": ON_BANK}, "Amount": Decimal(amount)}
                for number, amount in amounts.items()]  # fmt: skip
        return _taken(list(amounts), self.office.write("PUT", "Payments", paid))


def _taken(numbers: Sequence[str], answers: Sequence[Row]) -> list[str]:
    return [number for number, one in zip(numbers, answers, strict=True) if not one.get("ValidationErrors")]
