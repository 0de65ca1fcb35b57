"""The turn detection node: transcripts in, decisions out."""

from typing import Any

import pytest
from support.chat_server import HOLD, FakeChatServer, Reply, chunk, failure, stream
from support.happened import happened
from support.probe import Probe, probe
from support.require import require

from ten_extensions.common.messages import make_data


def asked(properties: dict[str, Any], *texts: dict[str, Any]) -> Probe:
    """A node that was asked about texts, each after the decision about the one before."""

    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="turn")
        finals = 0
        for text in texts:
            await node.env.send_data(make_data("text_data", **text))
            finals += text.get("is_final", True)
            await node.wait_for("turn_decision", finals)

    return probe("semantic_turn_python", properties, script)


def decisions(properties: dict[str, Any], *texts: dict[str, Any]) -> list[dict[str, Any]]:
    return [arrival.properties for arrival in asked(properties, *texts).named("turn_decision")]


def test_a_decision_answers_each_transcript_and_carries_its_metadata() -> None:
    metadata = {"session_id": "100", "turn_id": 4, "language": "en-US"}
    finished, unfinished, wait, chinese = decisions(
        {"backend": "rules"},
        {"text": "what time is it", "is_final": True, "metadata": metadata},
        {"text": "i would like to book a table for", "is_final": True, "metadata": metadata},
        {"text": "hold on", "is_final": True, "metadata": metadata},
        {"text": "请帮我", "is_final": True, "metadata": metadata | {"language": "zh-CN"}},
    )
    assert finished["decision"] == "finished" and unfinished["decision"] == "unfinished"
    assert wait["decision"] == "wait" and chinese["decision"] == "unfinished"
    assert finished["text"] == "what time is it"
    assert finished["metadata"] == metadata
    assert 400 <= finished["wait_ms"] < 700 < 1800 < unfinished["wait_ms"] <= 3000
    assert 0 <= finished["confidence"] <= 1
    assert type(finished["latency_ms"]) is int


def test_the_bounds_of_the_waiting_time_are_properties() -> None:
    (decision,) = decisions({"min_wait_ms": 50, "force_threshold_ms": 60}, {"text": "i want to go to the"})
    assert 50 <= decision["wait_ms"] <= 60


def test_what_is_not_final_is_not_judged() -> None:
    results = decisions({}, {"text": "what", "is_final": False}, {"text": "what time is it"})
    assert [result["text"] for result in results] == ["what time is it"]


def test_a_chat_model_decides_and_the_waiting_time_follows_from_it() -> None:
    require("openai")
    with FakeChatServer(stream("unfinished"), stream("finished")) as server:
        properties = {"backend": "chat_model", "params": {"base_url": server.base_url}}
        first, second = decisions(properties, {"text": "what time is it"}, {"text": "what time is it in"})
    assert first["decision"] == "unfinished" and first["wait_ms"] > 2000
    assert second["decision"] == "finished" and second["wait_ms"] < 600


def test_a_chat_model_that_fails_is_told_once_and_each_transcript_gets_a_decision() -> None:
    require("openai")
    with FakeChatServer(failure(500, "it has a cold")) as server:
        properties = {"backend": "chat_model", "params": {"base_url": server.base_url}}
        node = asked(properties, *[{"text": "i want to go to the"}] * 3)
    assert [arrival.properties["decision"] for arrival in node.named("turn_decision")] == ["unfinished"] * 3
    (error,) = node.named("error")
    assert error.properties["code"] == 1000
    assert (
        "chat_model gives no answer, the rules decide instead: LM Studio failed: it has" in error.properties["message"]
    )


def test_a_server_that_is_not_there_does_not_keep_the_node_from_working() -> None:
    require("openai")
    properties = {"backend": "chat_model", "params": {"base_url": "http://127.0.0.1:9/v1", "model": "any"}}
    node = asked(properties, {"text": "what time is it"})
    assert node.named("turn_decision")[0].properties["decision"] == "finished"
    assert "does not answer at http://127.0.0.1:9/v1" in node.named("error")[0].properties["message"]


def test_more_words_make_an_unanswered_question_about_fewer_void() -> None:
    require("openai")

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await node.env.send_data(make_data("text_data", text="what time"))
        assert await happened(server.holding)
        await node.env.send_data(make_data("text_data", text="what time is it"))
        assert await happened(server.left_early)
        await node.wait_for("turn_decision")

    with FakeChatServer(Reply(lines=(chunk({"role": "assistant"}), HOLD)), stream("finished")) as server:
        properties = {"backend": "chat_model", "params": {"base_url": server.base_url}}
        node = probe("semantic_turn_python", properties, script)
    assert [arrival.properties["text"] for arrival in node.named("turn_decision")] == ["what time is it"]


def test_garbage_is_survived() -> None:
    results = decisions({}, {"text": ""}, {"text": "\x00\ud7ff" * 5000}, {"text": "yes", "metadata": {}})
    assert [result["decision"] for result in results][-1] == "finished"


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"backend": "magic"}, 'backend: "magic" is not one of rules, chat_model, smart_turn'),
        ({"backend": "smart_turn"}, "backend smart_turn needs params.path, the ONNX file"),
        ({"force_threshold_ms": 10}, "force_threshold_ms: 10: must not be below min_wait_ms (400)"),
        ({"force_treshold_ms": 10}, "did you mean force_threshold_ms?"),
    ],
)
def test_wrong_properties_are_explained(properties: dict[str, Any], words: str) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error", code=-1000)

    (error,) = probe("semantic_turn_python", properties, script).named("error")
    assert words in error.properties["message"]
