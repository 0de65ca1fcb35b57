"""The loudspeaker that nobody hears: what it plays, when, and what it tells. In virtual time."""

import asyncio
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.probe import Probe, probe
from ten_runtime import AudioFrame, StatusCode

from ten_extensions.common.messages import Json, make_cmd, make_data, make_pcm_frame

ADDON = "audio_file_python"


def metadata(request_id: str = "100-1-1", epoch: int = 1) -> Json:
    return {"session_id": "100", "turn_id": 1, "request_id": request_id, "epoch": epoch}


async def speak(
    node: Probe, duration_ms: int, value: int = 1000, about: Json | None = None, rate_hz: int = 16000
) -> None:
    """Send a whole request, in frames of 20 ms, as a TTS does."""
    about = metadata() if about is None else about
    request_id = about.get("request_id", "cloud")
    await node.env.send_data(make_data("tts_audio_start", request_id=request_id, metadata=about))
    for _ in range(duration_ms // 20):
        frame = np.full(rate_hz // 50, value, np.int16)
        await node.env.send_audio_frame(make_pcm_frame(frame, rate_hz, 0, about))
    await node.env.send_data(make_data("tts_audio_end", request_id=request_id, reason=1, metadata=about))


def states(node: Probe) -> list[tuple[str, str, int]]:
    found = [arrival.properties for arrival in node.named("playback_state")]
    return [(state["state"], state["request_id"], state["played_ms"]) for state in found]


def played(node: Probe) -> np.ndarray:
    return np.concatenate([frame.samples for frame in node.audio("playback_frame")])


def run(script: Any, **properties: Any) -> Probe:
    async def after_ready(node: Probe) -> None:
        await node.wait_for("ready", module="audio")
        await script(node)

    return probe(ADDON, {"mode": "output"} | properties, after_ready)


def test_frames_flow_every_10_ms_whether_or_not_there_is_something_to_hear() -> None:
    async def script(node: Probe) -> None:
        await asyncio.sleep(60)

    node = run(script)
    frames = node.named("playback_frame")
    assert len(frames) == pytest.approx(6000, abs=2)
    for index, frame in enumerate(frames):
        assert frame.pcm is not None and frame.pcm.rate_hz == 16000 and len(frame.pcm.samples) == 160
        assert frame.pcm.timestamp_ms == frames[0].time_ms + 10 * index
        assert frame.pcm.metadata == {"heard_ms": frame.pcm.timestamp_ms}
        assert frame.time_ms == pytest.approx(frame.pcm.timestamp_ms, abs=1)
    assert not played(node).any()


def test_a_request_is_played_at_the_pace_of_speech_and_followed() -> None:
    async def script(node: Probe) -> None:
        await asyncio.sleep(1)
        await speak(node, 260)
        await node.wait_for("playback_state", state="drained")

    node = run(script)
    assert states(node) == [
        ("started", "100-1-1", 0),
        ("progress", "100-1-1", 100),
        ("progress", "100-1-1", 200),
        ("drained", "100-1-1", 260),
    ]
    first, *_, last = node.named("playback_state")
    assert last.time_ms - first.time_ms == pytest.approx(250, abs=1)
    assert first.properties["queued_ms"] == 260 and last.properties["queued_ms"] == 0
    assert first.properties["metadata"] == metadata()
    assert all(abs(state.properties["ts_ms"] - state.time_ms) <= 1 for state in node.named("playback_state"))
    assert np.count_nonzero(played(node) == 1000) == 16 * 260
    (metrics,) = node.named("metrics")
    assert metrics.properties["metrics"] == {"underruns": 0, "dropped_samples": 0}


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 48000])
def test_any_rate_is_played_in_its_true_length(rate_hz: int) -> None:
    async def script(node: Probe) -> None:
        await speak(node, 500, rate_hz=rate_hz)
        await node.wait_for("playback_state", state="drained")

    (drained,) = run(script).named("playback_state", state="drained")
    assert drained.properties["played_ms"] == pytest.approx(500, abs=1)


def test_flush_stops_at_once_and_drops_what_comes_late() -> None:
    async def script(node: Probe) -> None:
        await speak(node, 5000)
        await asyncio.sleep(1)
        status, answer = await node.command(make_cmd("flush", flush_id="f1", min_epoch=2))
        assert status == StatusCode.OK and answer["flush_id"] == "f1"
        assert states(node)[-1][0] == "flushed"  # told before the answer
        await speak(node, 1000, value=5000)
        await asyncio.sleep(2)
        await speak(node, 200, value=2000, about=metadata("100-2-1", epoch=2))
        await node.wait_for("playback_state", state="drained")

    node = run(script)
    flushed = node.named("playback_state", state="flushed")
    assert [(state.properties["request_id"], state.properties["queued_ms"]) for state in flushed] == [("100-1-1", 0)]
    assert flushed[0].properties["played_ms"] == pytest.approx(1000, abs=20)
    samples = played(node)
    assert not np.any(samples > 2000)
    assert np.count_nonzero(samples == 1000) == pytest.approx(16_000, abs=320)
    assert np.count_nonzero(samples == 2000) == 16 * 200
    assert states(node)[-1] == ("drained", "100-2-1", 200)


def test_a_flush_without_a_number_drops_what_is_there() -> None:
    async def script(node: Probe) -> None:
        await speak(node, 5000)
        await asyncio.sleep(0.5)
        await node.command(make_cmd("flush"))
        await asyncio.sleep(1)

    assert states(run(script))[-1][0] == "flushed"


def test_duck_pause_and_resume_go_on_from_the_very_sample() -> None:
    async def script(node: Probe) -> None:
        await speak(node, 2000, value=10_000)
        await asyncio.sleep(0.5)
        await node.command(make_cmd("duck", gain_db=-12, ramp_ms=50))
        await asyncio.sleep(0.25)
        await node.command(make_cmd("pause"))
        await asyncio.sleep(1)
        await node.command(make_cmd("resume", ramp_ms=20))
        await node.wait_for("playback_state", state="drained")

    node = run(script)
    samples = played(node)
    assert 10_000 in samples and 2512 in samples
    first = int(np.argmax(samples > 0))
    assert np.abs(np.diff(samples[first : first + 16 * 2900].astype(int))).max() < 130
    paused = node.named("playback_state", state="paused")[0]
    assert paused.properties["played_ms"] == pytest.approx(750, abs=20)
    assert states(node)[-1] == ("drained", "100-1-1", 2000)
    started = node.named("playback_state", state="started")[0]
    drained = node.named("playback_state", state="drained")[0]
    assert drained.time_ms - started.time_ms == pytest.approx(2990, abs=25)


def test_frames_of_a_cloud_tts_belong_to_the_announced_request() -> None:
    async def script(node: Probe) -> None:
        await speak(node, 200, about={"session_id": "100"})
        await node.wait_for("playback_state", state="drained")

    node = run(script)
    assert states(node) == [("started", "cloud", 0), ("progress", "cloud", 100), ("drained", "cloud", 200)]


def test_what_is_played_is_kept_in_a_file_that_is_whole_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "out" / "agent.wav"

    async def script(node: Probe) -> None:
        await speak(node, 3000)
        await asyncio.sleep(2.5)
        with wave.open(str(path)) as file:
            assert 1.0 <= file.getnframes() / 16000 <= 2.5
        await node.wait_for("playback_state", state="drained")

    node = run(script, path=str(path))
    with wave.open(str(path)) as file:
        kept = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    sent = played(node)
    assert len(kept) >= len(sent) - 160
    length = min(len(kept), len(sent))
    np.testing.assert_array_equal(kept[:length], sent[:length])
    assert np.count_nonzero(kept == 1000) == 16 * 3000


def test_a_file_that_cannot_be_written_is_a_fatal_error(tmp_path: Path) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error")

    node = probe(ADDON, {"mode": "output", "path": str(tmp_path)}, script)
    (error,) = node.named("error")
    assert error.properties["code"] == -1000
    assert error.properties["message"] == f'node "{ADDON}", path: {tmp_path}: this is a folder; name a file to write'
    assert not node.named("ready")


def test_broken_frames_and_messages_do_no_harm() -> None:
    async def script(node: Probe) -> None:
        for _ in range(3):
            frame = AudioFrame.create("pcm_frame")
            frame.alloc_buf(3)
            await node.env.send_audio_frame(frame)
        await node.env.send_data(make_data("tts_audio_start", request_id="a", metadata={"epoch": "high"}))
        await node.env.send_data(make_data("tts_audio_end", request_id="never-begun", metadata=metadata("x", 3)))
        status, answer = await node.command(make_cmd("duck", gain_db="quiet"))
        assert status == StatusCode.ERROR
        status, answer = await node.command(make_cmd("dance"))
        assert answer["detail"] == "a file output does not know the command dance"
        await speak(node, 100)
        await node.wait_for("playback_state", state="drained", request_id="100-1-1")

    node = run(script)
    complaints = [error.properties["message"] for error in node.named("error")]
    assert len([text for text in complaints if "audio that cannot be played: 3 bytes" in text]) == 1
