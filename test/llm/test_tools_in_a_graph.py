"""main_control, a language model behind a real client, and the clock: a timer is set, and rings. In virtual time."""

import json
from typing import Any

import pytest
from support.failover_graph import TESTER
from support.probe import Probe, probe_graph
from support.require import require

from ten_extensions.common.messages import Json, make_data

CALL = {"seconds": 5, "label": "tea"}
OUTPUT = 'Set: timer 1 "tea": rings in 5 s'
TALK: dict[str, dict[str, list[str]]] = {
    TESTER: {"data": ["asr_result", "playback_state", "tts_audio_end"]},
    "clock": {"cmd": ["tool_register"], "data": ["announcement", "ready"]},
    "llm": {"data": ["ready", "error"]},
}
"""What main_control hears."""


def graph(addon: str, params: Json) -> Json:
    def node(name: str, addon: str, property: Json) -> Json:
        return {"type": "extension", "name": name, "addon": addon, "extension_group": "g", "property": property}

    def connect(name: str, flows: dict[str, list[str]], dest: str) -> Json:
        return {"extension": name} | {
            kind: [{"name": flow, "dest": [{"extension": dest}]} for flow in names] for kind, names in flows.items()
        }

    to_llm, to_tester = {"cmd": ["chat_completion", "abort"]}, {"data": ["tts_text_input", "turn_report", "error"]}
    return {
        "nodes": [
            node("main_control", "voice_control_python", {"wait_for": ["llm", "clock"]}),
            node("llm", addon, {"params": params}),
            node("clock", "clock_timer_python", {}),
            {"type": "extension", "name": TESTER, "addon": TESTER, "extension_group": "t"},
        ],
        "connections": [
            *(connect(name, flows, "main_control") for name, flows in TALK.items()),
            {**connect("main_control", to_llm, "llm"), **connect("main_control", to_tester, TESTER)},
        ],
    }


async def converse(tester: Probe) -> None:
    """Ask for a timer, hear that it is set, and hear it ring."""
    await tester.env.send_data(make_data("asr_result", text="Set a timer.", final=True, start_ms=1, duration_ms=1))
    for count, text in enumerate(["It is set.", "Your timer is up: tea."], 1):
        spoken = (await tester.wait_for("tts_text_input", text=text))[0].properties
        request = {"request_id": spoken["request_id"]}
        await tester.env.send_data(make_data("playback_state", **request, state="started", played_ms=0))
        await tester.env.send_data(make_data("tts_audio_end", **request, reason=1, request_total_audio_duration_ms=900))
        await tester.env.send_data(make_data("playback_state", **request, state="drained", played_ms=900))
        reports = await tester.wait_for("turn_report", count, role="agent")
        assert reports[-1].properties["text"] == text


def hold(addon: str, params: Json) -> None:
    tester = probe_graph(graph(addon, params), converse)
    assert not tester.named("error")
    times_ms = [arrival.time_ms for arrival in tester.named("tts_text_input") if arrival.properties["text"]]
    assert times_ms[-1] - times_ms[0] == pytest.approx(5000, abs=100)


def test_openais_client() -> None:
    require("openai")
    from support.chat_server import FakeChatServer, Reply, chunk, stream

    function = {"name": "set_timer", "arguments": json.dumps(CALL)}
    calls = Reply(lines=(chunk({"tool_calls": [{"index": 0, "id": "abc", "function": function}]}, "tool_calls"),))
    with FakeChatServer(calls, stream("It is", " set.")) as server:
        hold("openai_llm_python", {"base_url": server.base_url})

    first, second = (asked.body for asked in server.asked)
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in first["tools"]}
    assert offered.keys() == {"current_time", "set_timer", "list_timers", "cancel_timer"}
    assert offered["set_timer"]["required"] == ["seconds"]
    call, output = second["messages"][-2:]
    assert second["messages"][:-2] == first["messages"]
    assert json.loads(call["tool_calls"][0]["function"]["arguments"]) == CALL
    assert (output["tool_call_id"], output["content"]) == (call["tool_calls"][0]["id"], OUTPUT)


def test_a_tool_that_refuses_is_told_to_the_model() -> None:
    require("openai")
    from support.chat_server import FakeChatServer, Reply, chunk, stream

    async def script(tester: Probe) -> None:
        question = make_data("asr_result", text="Cancel the timer.", final=True, start_ms=1, duration_ms=1)
        await tester.env.send_data(question)
        await tester.wait_for("tts_text_input", text="There is none.")

    calls = [{"index": 0, "id": "abc", "function": {"name": "cancel_timer", "arguments": "{}"}}]
    with FakeChatServer(Reply(lines=(chunk({"tool_calls": calls}, "tool_calls"),)), stream("There is none.")) as server:
        probe_graph(graph("openai_llm_python", {"base_url": server.base_url}), script)
    output = server.asked[1].body["messages"][-1]
    assert output["content"] == "The tool failed: There is no such timer. Running: none"


def test_lm_studios_sdk() -> None:
    require("lmstudio")
    from support.fake_lmstudio import CalledTool, FakeLmStudio, History

    def reply(history: History) -> list[Any]:
        return ["It is", " set."] if history[-1][0] == "tool" else [CalledTool("set_timer", CALL)]

    with FakeLmStudio(reply) as server:
        hold("lmstudio_llm_python", {"host": server.host})

    first, second = server.predictions
    fields = {
        entry["key"]: entry["value"]
        for layer in first["predictionConfigStack"]["layers"]
        for entry in layer["config"]["fields"]
    }
    names = [tool["function"]["name"] for tool in fields["llm.prediction.tools"]["tools"]]
    assert names == ["cancel_timer", "current_time", "list_timers", "set_timer"]
    call, output = (message["content"][0] for message in second["history"]["messages"][-2:])
    assert call["toolCallRequest"]["arguments"] == CALL
    assert (output["toolCallId"], output["content"]) == (call["toolCallRequest"]["id"], OUTPUT)
