"""One OpenTelemetry trace per turn, with a span for each stage, for any collector that speaks OTLP over HTTP."""

from __future__ import annotations

import importlib.util
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wrappers.errors import EngineMissing
from wrappers.report.stages import STAGES
from wrappers.report.turn import Turn

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

SERVICE = "stream-omni"
PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
INSTALL = "run `make run EXTRAS=otel`"
NS_PER_MS = 1_000_000


def can_trace() -> bool:
    """Whether the packages are installed. Looked for and not imported: that takes a while."""
    try:
        return all(importlib.util.find_spec(name) is not None for name in PACKAGES)
    except ModuleNotFoundError:
        return False


class TurnTraces:
    """Sends turns from a thread of OpenTelemetry's own. Making one and closing it block, `add` does not.

    endpoint: URL of the collector's traces, e.g. http://127.0.0.1:4318/v1/traces; empty: as OpenTelemetry's standard
        environment variables say, and that address without any
    with_text: whether what was said is sent, too
    complain: takes a sentence, once, if the collector takes nothing; called by the thread
    raises EngineMissing if OpenTelemetry is not installed
    """

    def __init__(self, endpoint: str, with_text: bool, complain: Callable[[str], None]) -> None:
        if not can_trace():
            raise EngineMissing("traces need OpenTelemetry, which is not installed", INSTALL)
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # `complain` says it, and once
        resource = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_make_exporter(endpoint, complain)))
        self._tracer = self._provider.get_tracer(SERVICE)
        self._with_text = with_text

    def add(self, turn: Turn, now_ms: int) -> None:
        """Send a turn. now_ms: the clock from which its times come"""
        wall_ns = time.time_ns() - now_ms * NS_PER_MS
        heard, answer = turn.heard, turn.answer
        said = [*heard, *([answer] if answer else [])]
        start_ms, end_ms = min(each.start_ms for each in said), max(each.end_ms for each in said)

        def begin(name: str, time_ms: float, **more: Any) -> Span:
            return self._tracer.start_span(name, start_time=wall_ns + round(time_ms * NS_PER_MS), **more)

        def end(span: Span, time_ms: float) -> None:
            span.end(wall_ns + round(time_ms * NS_PER_MS))

        from opentelemetry.trace import set_span_in_context

        root = begin("turn", start_ms, attributes=self._attributes(turn))
        context = set_span_in_context(root)
        if heard:
            end(begin("user speech", heard[0].start_ms, context=context), heard[-1].end_ms)
        if heard and answer:
            reached_ms = float(heard[-1].end_ms)
            for label, time_ms in _marks(turn, reached_ms):
                end(begin(label, reached_ms, context=context), time_ms)
                reached_ms = time_ms
        if answer:
            end(begin("agent speech", answer.start_ms, context=context), answer.end_ms)
        end(root, end_ms)

    def flush(self, timeout_ms: int) -> None:
        """Send what waits, for at most so long. Blocks."""
        self._provider.force_flush(timeout_ms)

    def close(self, timeout_ms: int) -> None:
        """Send the rest, for at most so long. Blocks."""
        self.flush(timeout_ms)
        self._provider.shutdown()

    def _attributes(self, turn: Turn) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "stream_omni.turn_id": turn.turn_id,
            "stream_omni.answered": turn.answer is not None,
            "stream_omni.interrupted": turn.answer is not None and turn.answer.interrupted,
        }
        if self._with_text:
            attributes["stream_omni.user_text"] = " ".join(said.text for said in turn.heard)
            attributes["stream_omni.agent_text"] = turn.answer.text if turn.answer else ""
        return attributes


def _marks(turn: Turn, origin_ms: float) -> list[tuple[str, float]]:
    """The stages with the times at which they were reached, in that order."""
    stages_ms = turn.answer.stages_ms if turn.answer else {}
    marks = [(label, origin_ms + stages_ms[stage]) for stage, label in STAGES.items() if stage in stages_ms]
    return sorted(marks, key=lambda mark: mark[1])


def _make_exporter(endpoint: str, complain: Callable[[str], None]) -> SpanExporter:
    """An exporter that tells, once, that the collector takes nothing."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    class TellingExporter(OTLPSpanExporter):
        has_told = False

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = super().export(spans)
            if result is not SpanExportResult.SUCCESS and not self.has_told:
                self.has_told = True
                complain("the collector of traces takes nothing; see report.traces_endpoint")
            return result

    return TellingExporter(endpoint or None)
