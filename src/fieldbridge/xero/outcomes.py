"""What became of what was written, element by element.

Source: Xero, requests and responses: with summarizeErrors=false the answer is 200 and each element, in the order
sent, says for itself whether it was saved; without it one bad element refuses the whole request with 400.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.core.records.books import Record
from fieldbridge.xero.codec import Wire, elements, encode, members
from fieldbridge.xero.collection import Collection, R, R_co
from fieldbridge.xero.failures import MessageWire
from fieldbridge.xero.refusals import NO_REASON, refused
from fieldbridge.xero.session import Session

BATCH_MAX = 50
NO_ID = "00000000-0000-0000-0000-000000000000"


class ElementWire(Wire, frozen=True, kw_only=True):
    """What every element of an answer to a write may say about itself."""

    status_attribute: str = msgspec.field(name="StatusAttributeString", default="")
    has_errors: bool = False
    has_validation_errors: bool = False
    validation_errors: list[MessageWire] = []
    warnings: list[MessageWire] = []

    def refusals(self) -> tuple[str, ...]:
        """Why it was not saved; empty when it was."""
        said = tuple(one.words for one in self.validation_errors)
        is_refused = self.status_attribute == "ERROR" or self.has_errors or self.has_validation_errors or said
        return (said or (NO_REASON,)) if is_refused else ()

    def warned(self) -> tuple[str, ...]:
        """What Xero remarks about something it saved."""
        return tuple(one.words for one in self.warnings)


E = TypeVar("E", bound=ElementWire)
T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class Outcome(Generic[R_co]):
    """What became of one element: a receipt, or the reasons it was refused."""

    posted: R_co | None
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def told_as(self, told: Callable[[R_co], T]) -> "Outcome[T]":
        """The same outcome with its receipt told in another way."""
        return Outcome(None if self.posted is None else told(self.posted), self.refusals, self.warnings)


@dataclass(frozen=True)
class Writable(Collection[E, R]):
    """A list that can be written."""

    def create(self, session: Session, body: bytes, count: int, idempotency_key: str) -> list[Outcome[R]]:
        """Create some. Shape: one outcome for each, in the order sent.

        Errors: UnsureError when they may have been created; SurpriseError when the answer does not account for each.
        """
        query = {"summarizeErrors": "false", **self.query}
        return self.outcomes(session.create(self.name, query, body, idempotency_key), count)

    def create_under(self, session: Session, owner: str, element: Mapping[str, Any], idempotency_key: str) -> R:
        """Create one that belongs to another record, such as Invoices/{id}.

        Errors: RefusedError with Xero's reasons; UnsureError when it may have been created.
        """
        body = encode({self.name: [element]})
        answer = session.create(f"{owner}/{self.name}", self.query, body, idempotency_key)
        return self.sole(answer, f"{self.name} of {owner}")

    def update(self, session: Session, record_id: str, fields: Mapping[str, Any], idempotency_key: str) -> R:
        """Change exactly these fields of one record.

        Errors: RefusedError with Xero's reasons, or when there is no such record; UnsureError when it may have been
        changed.
        """
        body = encode({self.name: [fields]})
        answer = session.update(self.name, record_id, self.query, body, idempotency_key)
        return self.sole(answer, f"the change of {self.name}/{record_id}")

    def outcomes(self, answer: bytes, count: int) -> list[Outcome[R]]:
        """Judge each element. Errors: SurpriseError when their number is not that of what was sent."""
        found = elements(members(answer, self.name), self.name, self.shape)
        if len(found) != count:
            raise SurpriseError(
                "xero.batch", f"Xero answered about {len(found)} {self.name.lower()} when {count} were sent."
            )
        return [self._outcome(one) for one in found]

    def sole(self, answer: bytes, what: str) -> R:
        """The record of an answer about one. Errors: RefusedError with Xero's reasons when it was not saved."""
        (outcome,) = self.outcomes(answer, 1)
        if outcome.posted is None:
            raise refused(outcome.refusals, what)
        return outcome.posted

    def _outcome(self, one: E) -> Outcome[R]:
        refusals = one.refusals()
        return Outcome(None, refusals) if refusals else Outcome(self.record(one), (), one.warned())
