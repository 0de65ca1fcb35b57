"""Gate, VAD and control together: a user who still speaks when the gate opens."""

import asyncio
from typing import Any

import numpy as np
import pytest
from support.probe import Probe, probe_graph
from support.require import require
from support.speech import say

from ten_extensions.common.messages import make_data, make_pcm_frame
from wrappers.audio import read_audio

SELF = "ten:test_extension"
START_MS = 1000
TAIL_MS = 200


def to(*nodes: str) -> list[dict[str, str]]:
    return [{"extension": node} for node in nodes]


def graph() -> dict[str, Any]:
    """The tester is microphone, loudspeaker, recogniser, model and voice."""
    addons = {"aec": "echo_suppressor_python", "vad": "local_vad_python", "main_control": "voice_control_python"}
    properties = {
        "aec": {"mode": "gate", "tail_ms": TAIL_MS},
        "main_control": {"barge_in": "words", "wait_for": ["aec"]},
    }
    nodes = [
        {"type": "extension", "name": name, "addon": addon, "property": properties.get(name, {})}
        for name, addon in addons.items()
    ]
    own = {"audio_frame": [{"name": "pcm_frame", "dest": to("aec")}]}
    told = [
        {"name": "playback_state", "dest": to("aec", "main_control")},
        {"name": "asr_result", "dest": to("main_control")},
    ]
    events = [{"name": name, "dest": to("main_control")} for name in ("start_of_sentence", "end_of_sentence")]
    shown = [{"name": name, "dest": to(SELF)} for name in ("turn_state", "turn_report")]
    return {
        "nodes": [*nodes, {"type": "extension", "name": SELF, "addon": SELF}],
        "connections": [
            {"extension": SELF, **own, "data": told},
            {
                "extension": "aec",
                "audio_frame": [{"name": "pcm_frame", "dest": to("vad")}],
                "data": [
                    {"name": "echo_state", "dest": to("main_control", SELF)},
                    {"name": "ready", "dest": to(SELF, "main_control")},
                ],
            },
            {"extension": "vad", "cmd": events, "data": [{"name": "ready", "dest": to(SELF)}]},
            {
                "extension": "main_control",
                "cmd": [{"name": "chat_completion", "dest": to(SELF)}],
                "data": shown,
            },
        ],
    }


@pytest.mark.parametrize(("speaks_at_ms", "is_lost"), [(0, True), (900, True), (2500, False)])
def test_a_user_who_still_speaks_when_the_gate_opens(speaks_at_ms: int, is_lost: bool) -> None:
    require("flite")
    speech = np.concatenate(list(read_audio(say("could you please tell me something about the sea"))))
    sound = np.concatenate([np.zeros(16 * speaks_at_ms, np.int16), speech, np.zeros(16 * 1000, np.int16)])
    agent_ends_ms = 1500

    async def script(node: Probe) -> None:
        async def tell(state: str, time_ms: int) -> None:
            times = {"ts_ms": START_MS + time_ms, "queued_ms": agent_ends_ms, "played_ms": 0}
            await node.env.send_data(make_data("playback_state", request_id="100-0-1", state=state, **times))

        await node.wait_for("ready", 2)
        await tell("started", 0)
        for time_ms in range(0, len(sound) // 16, 10):
            if time_ms == agent_ends_ms:
                await tell("drained", time_ms)
            frame = sound[16 * time_ms :][:160]
            await node.env.send_audio_frame(make_pcm_frame(frame, 16000, START_MS + time_ms, {"session_id": "100"}))
            await asyncio.sleep(0.01)
        end_ms = START_MS + speaks_at_ms + len(speech) // 16
        result = {"text": "about the sea", "final": True, "start_ms": end_ms - 500, "duration_ms": 500}
        await node.env.send_data(make_data("asr_result", id="1", language="en-US", **result))
        await node.wait_for("chat_completion")
        await node.wait_for("turn_report", role="user")

    node = probe_graph(graph(), script)
    report = node.named("turn_report", role="user")[0].properties
    opened_ms = node.named("echo_state")[-1].properties["open_since_ms"]
    assert opened_ms == START_MS + agent_ends_ms + TAIL_MS
    assert report["start_lost"] is is_lost
    assert report["start_ms"] - opened_ms < 100 if is_lost else report["start_ms"] > opened_ms + 500
    listening = [state.properties for state in node.named("turn_state") if state.properties["state"] != "waiting"]
    assert {state["barge_in"] for state in listening} == {"off"}, "nobody is heard through a gate"
