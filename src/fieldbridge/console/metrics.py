"""Metrics in Prometheus' form, counted from the ledger when they are asked for, so that every process says the same.

No name of a customer or a record is a label; connections are labels only when somebody asked for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from fieldbridge.app.installation import Installation
from fieldbridge.app.readiness import at_work
from fieldbridge.core.standing import FlowStanding, Standing
from fieldbridge.store.ledger import alerts, notices, standings
from fieldbridge.store.ledger.workers import Worker

Key = tuple[str, ...]
Sample = tuple[Key, float]
STATES: tuple[Key, Key] = ("active",), ("paused",)


def render(installation: Installation) -> bytes:
    """The page a Prometheus server reads."""
    now = installation.now()
    with installation.database.read() as tx:
        found = standings.every(tx, now.astimezone(UTC).date())
        counted = (standings.on_their_way(tx), standings.unheeded(tx), alerts.counts(tx), notices.waiting(tx))
        seen = _Seen(now, found, *counted, at_work(installation, tx))
    families = [*seen.families(), *(seen.by_connection() if installation.settings.metrics_by_connection else ())]
    registry = CollectorRegistry()
    registry.register(_Page(families))
    return generate_latest(registry)


class _Page(Collector):
    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._families


@dataclass(frozen=True)
class _Seen:
    """One look at the ledger."""

    now: datetime
    standings: list[Standing]
    on_their_way: Mapping[str, int]
    unheeded: int
    alerts: Mapping[str, int]
    untold: int
    workers: list[Worker]

    def families(self) -> Iterator[GaugeMetricFamily]:
        """What is true of the whole installation."""
        yield _family("build_info", "Which version runs.", ["version"], [((version("fieldbridge"),), 1)])
        yield _one("workers", "Workers that were heard of lately.", len(self.workers))
        states = Counter(map(_state, self.standings))
        yield _counted("connections", "Connections.", ["state"], {state: states[state] for state in STATES})
        runs = Counter[Key]((flow.flow, flow.state) for _, flow in self._flows())
        yield _counted("last_runs", "Flows of all connections by the state of their last run.", ["flow", "state"], runs)
        yield _longest("schedule_lag_seconds", "The longest a flow is overdue.", self._lags())
        yield _longest("success_age_seconds", "The longest ago that a flow's last good run ended.", self._ages())
        yield _counted("deliveries", "Deliveries on their way.", ["state"], _single(self.on_their_way))
        yield _one("orders_unsent", "Orders that are not in Xero yet.", sum(one.unsent for one in self.standings))
        yield _one("oldest_unsent_order_seconds", "Age of the oldest of them.", self._oldest_unsent_s())
        yield _counted("problems_open", "Problems that wait for a person.", ["code"], _single(self._problems()))
        calls, sizes = self._spent()
        yield _counted("calls_today", "Calls to Xero on the UTC day.", ["flow"], _single(calls))
        yield _counted("received_bytes_today", "Bytes from Xero on the wire, on the UTC day.", ["flow"], _single(sizes))
        left = [one.calls_left(self.now) for one in self.standings]
        yield _one("calls_left_min", "The fewest calls any connection has left of its day.", min(left, default=0))
        yield _counted("alerts_standing", "Alerts that stand.", ["kind"], _single(self.alerts))
        yield _one("notices_waiting", "Notices of alerts that are still to be sent.", self.untold)
        yield _one("webhook_events_waiting", "Events of Xero's webhooks nobody has heeded yet.", self.unheeded)

    def by_connection(self) -> Iterator[GaugeMetricFamily]:
        """The same for each connection."""
        each = [((one.connection,), one) for one in self.standings]
        labels = ["connection"]
        yield _family(
            "connection_paused",
            "1 while it is paused.",
            labels,
            [(k, one.paused_because is not None) for k, one in each],
        )
        yield _family("connection_problems_open", "Problems.", labels, [(k, one.open_problems) for k, one in each])
        yield _family("connection_orders_unsent", "Orders.", labels, [(k, one.unsent) for k, one in each])
        yield _family(
            "connection_calls_left", "Calls left.", labels, [(k, one.calls_left(self.now)) for k, one in each]
        )

    def _flows(self) -> Iterator[tuple[Standing, FlowStanding]]:
        return ((one, flow) for one in self.standings for flow in one.flows)

    def _lags(self) -> Iterator[Sample]:
        return (((flow.flow,), one.lag_s(flow, self.now)) for one, flow in self._flows())

    def _ages(self) -> Iterator[Sample]:
        active = ((flow.flow, flow.good_at) for one, flow in self._flows() if one.paused_because is None)
        return (((flow,), (self.now - at).total_seconds()) for flow, at in active if at is not None)

    def _problems(self) -> Counter[str]:
        return sum((Counter(one.problems) for one in self.standings if one.problems), Counter[str]())

    def _spent(self) -> tuple[Counter[str], Counter[str]]:
        calls, sizes = Counter[str](), Counter[str]()
        for one in self.standings:
            for flow, spent in one.spent.items():
                calls[flow] += spent.calls
                sizes[flow] += spent.wire_bytes
        return calls, sizes

    def _oldest_unsent_s(self) -> float:
        known = [one.oldest_unsent_at for one in self.standings if one.oldest_unsent_at is not None]
        return max(0.0, (self.now - min(known, default=self.now)).total_seconds())


def _state(one: Standing) -> Key:
    return STATES[one.paused_because is not None]


def _single(counts: Mapping[str, int]) -> dict[Key, int]:
    return {(name,): count for name, count in counts.items()}


def _family(name: str, words: str, labels: list[str], samples: Iterable[Sample]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"fieldbridge_{name}", words, labels=labels)
    for values, amount in samples:
        family.add_metric(values, float(amount))
    return family


def _one(name: str, words: str, amount: float) -> GaugeMetricFamily:
    return _family(name, words, [], [((), amount)])


def _counted(name: str, words: str, labels: list[str], counts: Mapping[Key, int]) -> GaugeMetricFamily:
    return _family(name, words, labels, sorted(counts.items()))


def _longest(name: str, words: str, samples: Iterable[Sample]) -> GaugeMetricFamily:
    longest: dict[Key, float] = {}
    for key, amount in samples:
        longest[key] = max(amount, longest.get(key, 0.0))
    return _family(name, words, ["flow"], sorted(longest.items()))
