"""Turns as OpenTelemetry traces, read by a collector of the test's own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from support.app_dir import REPOSITORY
from support.require import require
from ten_runtime import AsyncExtensionTester, AsyncTenEnvTester, Data

from ten_extensions.common.messages import make_data
from wrappers.report import Turn, TurnTraces, Utterance

USER = Utterance("user", "what time is it", 1000, 2000, 1)
STAGES_MS = {"transcript": 400, "turn_decided": 420, "first_sound": 700}
AGENT = Utterance("agent", "It is ten.", 2700, 3500, 1, True, STAGES_MS)


class Collector:
    """Takes OTLP over HTTP and decodes it."""

    def __init__(self, status: int = 200) -> None:
        self.requests: list[Any] = []
        self.paths: list[str] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.paths.append(self.path)
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def spans(self) -> list[Any]:
        resources = [spans for request in self.requests for spans in request.resource_spans]
        return [span for resource in resources for scope in resource.scope_spans for span in scope.spans]

    @property
    def service(self) -> str:
        attributes = self.requests[0].resource_spans[0].resource.attributes
        return str(next(each.value.string_value for each in attributes if each.key == "service.name"))


@pytest.fixture
def collector() -> Iterator[Collector]:
    require("otel")
    found = Collector()
    yield found
    found.server.shutdown()
    found.server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def ms(span: Any, origin: Any) -> tuple[int, int]:
    zero = origin.start_time_unix_nano
    return round((span.start_time_unix_nano - zero) / 1e6), round((span.end_time_unix_nano - zero) / 1e6)


def test_one_trace_per_turn_with_a_span_per_stage(collector: Collector) -> None:
    traces = TurnTraces(f"{collector.url}/v1/traces", False, print)
    traces.add(Turn((USER,), AGENT), now_ms=3600)
    traces.add(Turn((), Utterance("agent", "Hello!", 0, 900, 0)), now_ms=3700)
    traces.close(5000)

    assert collector.service == "stream-omni" and set(collector.paths) == {"/v1/traces"}
    root = next(span for span in collector.spans if attributes(span).get("stream_omni.turn_id") == 1)
    inner = {span.name: ms(span, root) for span in collector.spans if span.parent_span_id == root.span_id}
    assert ms(root, root) == (0, 2500)
    assert inner == {
        "user speech": (0, 1000),
        "transcript": (1000, 1400),
        "turn decided": (1400, 1420),
        "first sound": (1420, 1700),
        "agent speech": (1700, 2500),
    }
    assert attributes(root)["stream_omni.interrupted"] is True
    assert len({span.trace_id for span in collector.spans}) == 2
    assert "time is it" not in str(collector.requests), "what was said stays here"


def test_what_was_said_is_sent_only_if_that_is_wanted(collector: Collector) -> None:
    traces = TurnTraces(f"{collector.url}/v1/traces", True, print)
    traces.add(Turn((USER,), None), now_ms=3600)
    traces.close(5000)

    root = next(span for span in collector.spans if span.name == "turn")
    assert attributes(root)["stream_omni.user_text"] == "what time is it"
    assert attributes(root)["stream_omni.answered"] is False


def test_the_standard_variables_name_collector_and_service(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{collector.url}/mine")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "my-agent")
    traces = TurnTraces("", False, print)
    traces.add(Turn((USER,), AGENT), now_ms=3600)
    traces.close(5000)

    assert collector.paths == ["/mine/v1/traces"] and collector.service == "my-agent"


def test_a_collector_that_takes_nothing_is_told_once() -> None:
    require("otel")
    refusing = Collector(status=400)
    complaints: list[str] = []
    traces = TurnTraces(f"{refusing.url}/v1/traces", False, complaints.append)
    for _ in range(3):
        traces.add(Turn((USER,), AGENT), now_ms=3600)
        traces.flush(5000)
    traces.close(5000)
    refusing.server.shutdown()

    assert complaints == ["the collector of traces takes nothing; see report.traces_endpoint"]


class Conversation(AsyncExtensionTester):
    """One turn, told to the report."""

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        if data.get_name() != "ready":
            return
        for said in (USER, AGENT):
            times = {"start_ms": said.start_ms, "end_ms": said.end_ms, "stages_ms": dict(said.stages_ms)}
            await ten_env.send_data(make_data("turn_report", role=said.role, text=said.text, turn_id=1, **times))
        ten_env.stop_test()


@pytest.mark.parametrize("wanted", [False, True])
def test_the_report_sends_traces_only_if_they_are_wanted(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(REPOSITORY))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    tester = Conversation()
    tester.set_test_mode_single("turn_report_python", json.dumps({"traces": wanted, "console": "off"}))

    assert tester.run() is None

    assert [span.name for span in collector.spans if not span.parent_span_id] == (["turn"] if wanted else [])
