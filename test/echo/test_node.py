"""The node between microphone and VAD."""

import asyncio
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support.echo_scene import story
from support.probe import Arrival, Probe, probe
from support.require import require
from support.room import Room
from ten_runtime import AudioFrame

from ten_extensions.common.messages import make_data, make_pcm_frame
from wrappers.audio import Resampler, Samples

ADDON = "echo_suppressor_python"
METADATA = {"session_id": "100", "extra": [1, 2]}
START_MS = 1000
LATENCY_MS = 40
TAIL_MS = 200


class Talk:
    """Microphone and speaker of one test, 10 ms at a time, from START_MS on."""

    def __init__(self, node: Probe, microphone: Samples, played: Samples, reference: bool = True) -> None:
        self.node, self.microphone, self.played, self.reference = node, microphone, played, reference

    async def run(self, from_ms: int = 0, to_ms: int | None = None) -> None:
        for time_ms in range(from_ms, to_ms or len(self.microphone) // 16, 10):
            if self.reference:
                await self.play(time_ms)
            await self.hear(time_ms)
            await asyncio.sleep(0.01)

    async def hear(self, time_ms: int) -> None:
        frame = self.microphone[16 * time_ms :][:160]
        await self.node.env.send_audio_frame(make_pcm_frame(frame, 16000, START_MS + time_ms, METADATA))

    async def play(self, time_ms: int) -> None:
        frame, handed_ms = self.played[16 * time_ms :][:160], START_MS + time_ms
        heard = {"heard_ms": handed_ms + LATENCY_MS}
        await self.node.env.send_audio_frame(make_pcm_frame(frame, 16000, handed_ms, heard, "playback_frame"))

    async def tell(self, state: str, time_ms: int, queued_ms: int = 0) -> None:
        properties = {"request_id": "100-1-1", "state": state, "ts_ms": START_MS + time_ms, "queued_ms": queued_ms}
        await self.node.env.send_data(make_data("playback_state", played_ms=0, **properties))


def silence(duration_ms: int) -> Samples:
    return np.zeros(16 * duration_ms, np.int16)


def loud(duration_ms: int) -> Samples:
    return np.random.default_rng(3).integers(1, 4000, 16 * duration_ms).astype(np.int16)


def states(node: Probe, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(arrival.properties.get(key) for key in keys) for arrival in node.named("echo_state")]


def is_silent(arrival: Arrival) -> bool:
    assert arrival.pcm is not None
    return not arrival.pcm.samples.any()


def answer_from_to(properties: dict[str, Any], start_ms: int, end_ms: int) -> Probe:
    """A loud microphone for three seconds, and an answer in it that only playback states tell of."""

    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="aec")
        talk = Talk(node, loud(3000), silence(3000), reference=False)
        await talk.run(0, start_ms)
        await talk.tell("started", start_ms, end_ms - start_ms)
        await talk.run(start_ms, end_ms)
        await talk.tell("drained", end_ms)
        await talk.run(end_ms)

    return probe(ADDON, properties, script)


def test_the_gate_silences_the_answer_and_keeps_everything_else() -> None:
    node = answer_from_to({"mode": "gate", "tail_ms": TAIL_MS, "head_ms": 0}, 1000, 2000)
    frames = node.named("pcm_frame")
    assert [frame.pcm.timestamp_ms for frame in frames if frame.pcm] == list(range(START_MS, START_MS + 3000, 10))
    assert all(frame.properties["metadata"] == METADATA for frame in frames)
    closed = [frame.pcm.timestamp_ms - START_MS for frame in frames if frame.pcm and is_silent(frame)]
    assert closed == list(range(1000, 2000 + TAIL_MS, 10))
    heard = np.concatenate([frame.pcm.samples for frame in frames if frame.pcm])
    np.testing.assert_array_equal(heard[: 16 * 1000], loud(3000)[: 16 * 1000])
    np.testing.assert_array_equal(heard[16 * 2300 :], loud(3000)[16 * 2300 :])


def test_the_state_is_told_when_it_changes() -> None:
    node = answer_from_to({"mode": "gate", "tail_ms": TAIL_MS, "head_ms": 0}, 1000, 2000)
    assert states(node, "mode", "wanted", "gate", "settled", "speaking_interrupts") == [
        ("gate", "gate", "open", False, False),
        ("gate", "gate", "closed", False, False),
        ("gate", "gate", "open", False, False),
    ]
    assert states(node, "open_since_ms") == [(None,), (None,), (START_MS + 2000 + TAIL_MS,)]
    (metrics,) = [a.properties for a in node.named("metrics") if a.properties["id"] and a.properties["metrics"]][-1:]
    assert (metrics["module"], metrics["id"]) == ("aec", "100-1-1")
    assert metrics["metrics"] == {"gated_ms": 1000, "late_ms": 0}


def test_off_lets_everything_through() -> None:
    node = answer_from_to({"mode": "off"}, 1000, 2000)
    np.testing.assert_array_equal(np.concatenate([pcm.samples for pcm in node.audio()]), loud(3000))
    assert states(node, "mode", "gate", "speaking_interrupts") == [("off", "open", True)]


def run_scene(mode: str, seconds: float, with_echo: bool = True) -> Probe:
    """The agent tells its story in a room."""
    played = np.concatenate([silence(500), story(seconds), silence(1000)])
    room = Room(delay_ms=120, gain_db=-12)
    microphone = room.noise(len(played)) + (room.echo(played) if with_echo else np.int16(0))

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        talk = Talk(node, microphone, played)
        await talk.run(0, 500)
        await talk.tell("started", 500, round(1000 * seconds))
        for second in range(round(seconds)):
            await talk.run(500 + 1000 * second, 1500 + 1000 * second)
            await talk.tell("progress", 1500 + 1000 * second, round(1000 * seconds) - 1000 * (second + 1))
        await talk.tell("drained", 500 + round(1000 * seconds))
        await talk.run(500 + round(1000 * seconds))

    return probe(ADDON, {"mode": mode}, script)


@pytest.mark.parametrize("mode", ["aec", "auto"])
def test_the_canceller_takes_over_from_the_gate(mode: str) -> None:
    require("aec")
    node = run_scene(mode, seconds=9)
    told = states(node, "mode", "gate", "settled", "speaking_interrupts")
    assert told[0] == ("aec" if mode == "aec" else "gate", "open", False, False)
    assert ("aec", "open", True, True) in told
    assert told[-1] == ("aec", "open", True, True)
    figures = node.named("metrics")[-1].properties["metrics"]
    assert figures["delay_ms"] == pytest.approx(120, abs=3)
    assert figures["erle_db"] > 15
    frames = node.audio()
    assert [pcm.timestamp_ms for pcm in frames[:1040]] == list(range(START_MS, START_MS + 10400, 10))
    assert all(pcm.metadata == METADATA for pcm in frames)
    settled = np.concatenate([pcm.samples for pcm in frames if 7000 < pcm.timestamp_ms - START_MS < 9500])
    assert 0 < np.sqrt(np.mean(settled.astype(float) ** 2)) < 100, "about the noise of the room"


def test_headphones_turn_it_off_in_auto() -> None:
    require("aec")
    node = run_scene("auto", seconds=6, with_echo=False)
    assert states(node, "mode", "speaking_interrupts")[-1] == ("off", True)
    assert "erle_db" not in node.named("echo_state")[-1].properties


@pytest.mark.parametrize(("mode", "errors"), [("aec", 1), ("auto", 0)])
def test_without_the_package_the_gate_stands_in(monkeypatch: pytest.MonkeyPatch, mode: str, errors: int) -> None:
    monkeypatch.setitem(sys.modules, "livekit", None)
    node = answer_from_to({"mode": mode, "tail_ms": TAIL_MS, "head_ms": 0}, 1000, 2000)
    assert sum(is_silent(frame) for frame in node.named("pcm_frame")) == (1000 + TAIL_MS) // 10
    told = [error.properties for error in node.named("error")]
    assert [error["code"] for error in told] == [1000] * errors
    if errors:
        assert 'node "test_extension"' not in told[0]["message"]
        assert "needs the Python package livekit" in told[0]["message"]
        assert "the gate stands in" in told[0]["message"]
    assert states(node, "mode")[-1] == ("gate",)


def test_a_frame_waits_for_its_reference_and_no_longer_than_30_ms() -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        talk = Talk(node, loud(1000), silence(1000))
        await talk.run(0, 100)
        count = len(node.audio())
        await talk.hear(100)
        await asyncio.sleep(0.02)
        assert len(node.audio()) == count
        await talk.play(100)
        assert len(await node.wait_for("pcm_frame", count + 1)) == count + 1
        await talk.hear(110)
        arrived_s = asyncio.get_running_loop().time()
        await node.wait_for("pcm_frame", count + 2)
        assert asyncio.get_running_loop().time() - arrived_s == pytest.approx(0.03, abs=0.001)

    probe(ADDON, {"mode": "gate"}, script)


@pytest.mark.parametrize(("rate_hz", "frame_ms"), [(16000, 20), (16000, 5), (48000, 10), (8000, 32)])
def test_frames_of_other_rates_and_lengths_become_10_ms_at_16_khz(rate_hz: int, frame_ms: int) -> None:
    resampler = Resampler(16000, rate_hz)
    signal = np.concatenate([resampler.push(loud(640)), resampler.flush()])
    size = rate_hz * frame_ms // 1000

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        for first in range(0, len(signal) - size + 1, size):
            time_ms = START_MS + first * 1000 // rate_hz
            await node.env.send_audio_frame(make_pcm_frame(signal[first : first + size], rate_hz, time_ms, METADATA))
            await asyncio.sleep(frame_ms / 1000)

    frames = probe(ADDON, {"mode": "gate"}, script).audio()
    assert {(len(pcm.samples), pcm.rate_hz) for pcm in frames} == {(160, 16000)}
    times = [pcm.timestamp_ms for pcm in frames]
    assert times[0] == pytest.approx(START_MS, abs=2)
    assert all(8 <= b - a <= 12 for a, b in pairwise(times))
    assert len(frames) >= 62
    assert all(pcm.metadata == METADATA for pcm in frames)


def test_frames_without_a_time_were_captured_just_now() -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await node.env.send_data(make_data("playback_state", request_id="r", state="started", queued_ms=9000))
        for _ in range(5):
            await asyncio.sleep(0.01)
            await node.env.send_audio_frame(make_pcm_frame(loud(10), 16000, 0, METADATA))
        await node.wait_for("pcm_frame", 5)

    assert all(not pcm.samples.any() for pcm in probe(ADDON, {"mode": "gate"}, script).audio())


def device(side: str, state: str, name: str) -> Any:
    return make_data("device_state", side=side, state=state, device=name, rate_hz=48000, latency_ms=20, ts_ms=0)


@pytest.mark.parametrize(
    ("news", "is_learnt_anew"),
    [
        ([("output", "open", "Speakers")], False),
        ([("input", "muted", "Mic"), ("input", "open", "Mic")], False),
        ([("output", "open", "Speakers"), ("output", "open", "Monitor")], True),
        ([("output", "lost", "Speakers"), ("output", "open", "Speakers")], True),
    ],
    ids=["the first", "muted", "another", "back again"],
)
def test_another_device_is_another_echo(news: list[tuple[str, str, str]], is_learnt_anew: bool) -> None:
    require("aec")
    played = np.concatenate([story(7), silence(500)])
    room = Room(delay_ms=120, gain_db=-12)
    microphone = room.noise(len(played)) + room.echo(played)

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await node.env.send_data(device("input", "open", "Mic"))
        talk = Talk(node, microphone, played)
        await talk.tell("started", 0, 7000)
        await talk.run(0, 6500)
        assert states(node, "settled")[-1] == (True,)
        for one in news:
            await node.env.send_data(device(*one))
        await talk.run(6500)

    node = probe(ADDON, {"mode": "aec"}, script)
    assert states(node, "settled")[-1] == (not is_learnt_anew,)


def test_a_lost_end_opens_the_gate_with_a_warning() -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        talk = Talk(node, loud(4000), silence(4000), reference=False)
        await talk.tell("started", 0, 500)
        await talk.run()

    node = probe(ADDON, {"mode": "gate", "lost_end_ms": 1000}, script)
    assert [is_silent(frame) for frame in node.named("pcm_frame")].index(False) == pytest.approx(150, abs=2)
    (error,) = node.named("error")
    assert error.properties["code"] == 1000
    assert "has not told the end" in error.properties["message"]


def test_messages_with_odd_fields_do_no_harm() -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        odd: list[dict[str, Any]] = [{}, {"state": "dancing"}, {"request_id": "", "state": "drained", "ts_ms": "soon"}]
        for properties in odd:
            await node.env.send_data(make_data("playback_state", **{"request_id": "", "state": "", **properties}))
        await node.env.send_data(make_data("device_state", side="", state=""))
        await node.env.send_data(make_data("weather", rain=True))
        for _ in range(3):
            frame = AudioFrame.create("pcm_frame")
            frame.set_number_of_channels(2)
            frame.set_bytes_per_sample(2)
            frame.alloc_buf(6)
            await node.env.send_audio_frame(frame)
        await node.wait_for("error")
        await Talk(node, loud(100), silence(100)).run()

    node = probe(ADDON, {"mode": "gate"}, script)
    (error,) = node.named("error")
    assert "audio that cannot be used: 6 bytes" in error.properties["message"]
    np.testing.assert_array_equal(np.concatenate([pcm.samples for pcm in node.audio()]), loud(100))


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"mode": "ace"}, 'mode: "ace" is not one of gate, aec, off, auto'),
        ({"tail": 3}, "tail: unknown key; allowed are"),
        ({"tail_ms": -1}, "tail_ms: -1: input should be greater than or equal to 0"),
    ],
)
def test_wrong_properties_are_explained(properties: dict[str, Any], words: str) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error", code=-1000)

    assert words in probe(ADDON, properties, script).named("error")[0].properties["message"]
