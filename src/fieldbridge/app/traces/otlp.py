"""Traces by OpenTelemetry, sent by OTLP over HTTP. Imported only where an address was set.

The steps of a run may be carried out by several processes. So the ids of its trace follow from its name, and each step
hangs from a span that is written when the run ends.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from fieldbridge.app.traces.spans import Fact, Note, Traces
from fieldbridge.engine.durable import workflow_id
from fieldbridge.engine.stages import RunRef
from fieldbridge.store.ledger.runs import Run

TIMEOUT_S = 5.0
NANOSECONDS = 1_000_000_000


class OtlpTraces(Traces):
    """Sends spans.

    Shape: seed tells this installation's runs from another's; it cannot be read back from the ids.
    """

    wanted = True

    def __init__(self, address: str, version: str, seed: str) -> None:
        self._ids = _Ids()
        self._seed = seed
        named = Resource.create({"service.name": "fieldbridge", "service.version": version})
        self._provider = TracerProvider(resource=named, id_generator=self._ids, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{address.rstrip('/')}/v1/traces", timeout=TIMEOUT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("fieldbridge")

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact], run: RunRef | None = None) -> Iterator[Note]:
        """A step hangs from its run; anything else from the span around it. A failure is noted by its kind alone."""
        within = self._root(run) if run else None
        with self._tracer.start_as_current_span(
            name, within, attributes=dict(facts), record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span.set_attribute
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def ended(self, run: Run) -> None:
        """The run's own span, from when it was started."""
        if run.ended_at is None:
            return
        facts: dict[str, Fact] = {
            "fieldbridge.connection": run.connection_id,
            "fieldbridge.run": run.id,
            "fieldbridge.state": run.state,
        }
        counts: dict[str, Fact] = {f"fieldbridge.count.{name}": count for name, count in run.counts.items()}
        start = _nanoseconds(run.started_at or run.queued_at)
        forced = self._ids.named.set(self._named(RunRef(run.connection_id, run.flow, run.id)))
        span = self._tracer.start_span(run.flow, Context(), attributes={**facts, **counts}, start_time=start)
        self._ids.named.reset(forced)
        if run.error:
            # The code alone: words may name a record.
            span.set_status(Status(StatusCode.ERROR, run.error.partition(":")[0]))
        span.end(_nanoseconds(run.ended_at))

    def _root(self, run: RunRef) -> Context:
        trace_id, span_id = self._named(run)
        parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        return trace.set_span_in_context(NonRecordingSpan(parent), Context())

    def _named(self, run: RunRef) -> tuple[int, int]:
        drawn = hashlib.blake2b(f"{self._seed}\n{workflow_id(run)}".encode(), digest_size=24).digest()
        return int.from_bytes(drawn[:16]), int.from_bytes(drawn[16:])


class _Ids(RandomIdGenerator):
    """Ids by chance, but for the one span that was named before it was written."""

    def __init__(self) -> None:
        self.named: ContextVar[tuple[int, int] | None] = ContextVar("named", default=None)

    def generate_trace_id(self) -> int:
        named = self.named.get()
        return named[0] if named else super().generate_trace_id()

    def generate_span_id(self) -> int:
        named = self.named.get()
        return named[1] if named else super().generate_span_id()


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * NANOSECONDS)
