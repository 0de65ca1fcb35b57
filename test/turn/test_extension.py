"""The turn detection node: transcripts in, decisions out."""

from typing import Any

import pytest
from support.probe import Probe, probe

from ten_extensions.common.messages import make_data


def decisions(properties: dict[str, Any], *texts: dict[str, Any]) -> list[dict[str, Any]]:
    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="turn")
        for text in texts:
            await node.env.send_data(make_data("text_data", **text))
        await node.wait_for("turn_decision", len([text for text in texts if text.get("is_final", True)]))

    return [arrival.properties for arrival in probe("semantic_turn_python", properties, script).named("turn_decision")]


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


def test_garbage_is_survived() -> None:
    results = decisions({}, {"text": ""}, {"text": "\x00\ud7ff" * 5000}, {"text": "yes", "metadata": {}})
    assert [result["decision"] for result in results][-1] == "finished"


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"backend": "magic"}, 'backend: "magic" is not one of rules'),
        ({"force_threshold_ms": 10}, "force_threshold_ms: 10: must not be below min_wait_ms (400)"),
        ({"force_treshold_ms": 10}, "did you mean force_threshold_ms?"),
    ],
)
def test_wrong_properties_are_explained(properties: dict[str, Any], words: str) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error", code=-1000)

    (error,) = probe("semantic_turn_python", properties, script).named("error")
    assert words in error.properties["message"]
