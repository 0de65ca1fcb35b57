"""The VAD node: the audio passes untouched, and what it holds is told to recognition and control."""

import asyncio
from typing import Any

import numpy as np
import pytest
from support.probe import Probe, probe
from support.require import require
from support.speech import say
from ten_runtime import AudioFrame

from ten_extensions.common.messages import make_pcm_frame
from wrappers.audio import Resampler, Samples, read_audio

ADDON = "local_vad_python"
METADATA = {"session_id": "100"}
EVENTS = ("start_of_sentence", "speech_pause", "speech_resume", "end_of_sentence")


def with_silence(samples: Samples, before_ms: int = 500, after_ms: int = 1000) -> Samples:
    return np.concatenate([np.zeros(16 * before_ms, np.int16), samples, np.zeros(16 * after_ms, np.int16)])


def spoken(text: str) -> Samples:
    return np.concatenate(list(read_audio(say(text))))


def loud(duration_ms: int) -> Samples:
    """Noise that the energy detector takes for speech."""
    return np.random.default_rng(5).normal(0, 4000, 16 * duration_ms).astype(np.int16)


async def feed(
    node: Probe,
    samples: Samples,
    frame_ms: float = 10,
    rate_hz: int = 16000,
    start_ms: int = 10_000,
    stamped: bool = True,
) -> None:
    size = round(rate_hz * frame_ms / 1000)
    for first in range(0, len(samples), size):
        time_ms = round(start_ms + first * 1000 / rate_hz) if stamped else 0
        await node.env.send_audio_frame(make_pcm_frame(samples[first : first + size], rate_hz, time_ms, METADATA))
        await asyncio.sleep(frame_ms / 1000)


def run(samples: Samples, properties: dict[str, Any] | None = None, **options: Any) -> Probe:
    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="vad")
        await feed(node, samples, **options)

    return probe(ADDON, properties or {}, script)


def events(node: Probe, kind: str = "data") -> list[str]:
    return [arrival.name for arrival in node.arrivals if arrival.kind == kind and arrival.name in EVENTS]


def test_a_sentence_is_told_to_recognition_and_control_in_capture_time() -> None:
    speech = spoken("what time is it")
    node = run(with_silence(speech))
    assert events(node) == ["start_of_sentence", "speech_pause", "end_of_sentence"]
    assert events(node, "cmd") == ["start_of_sentence", "end_of_sentence"]
    (start,) = node.named("start_of_sentence", "data")
    (end,) = node.named("end_of_sentence", "data")
    assert start.properties["start_ms"] == pytest.approx(10_500, abs=80)
    assert start.properties["pre_roll_ms"] == 200
    assert 0.5 <= start.properties["probability"] <= 1
    assert start.properties["metadata"] == METADATA
    assert end.properties["start_ms"] == start.properties["start_ms"]
    assert end.properties["end_ms"] == pytest.approx(10_500 + len(speech) / 16, abs=120)
    assert node.named("start_of_sentence", "cmd")[0].properties == start.properties
    assert node.named("end_of_sentence", "cmd")[0].properties == end.properties


def test_control_is_told_of_a_voice_and_not_of_a_noise() -> None:
    node = run(with_silence(spoken("what time is it")))
    told = [start.properties["voiced"] for start in node.named("start_of_sentence", "cmd")]
    told += [voice.properties["time_ms"] > 10_500 for voice in node.named("speech_voiced")]
    assert told in ([True], [False, True])

    node = run(with_silence(loud(600)), {"backend": "energy"})
    assert node.named("start_of_sentence", "cmd")[0].properties["voiced"] is False
    assert node.named("speech_voiced") == []


def test_a_voice_after_a_noise_is_told_when_it_comes() -> None:
    hum = (4000 * np.sin(2 * np.pi * 150 * np.arange(16 * 400) / 16000)).astype(np.int16)
    node = run(with_silence(np.concatenate([loud(300), hum])), {"backend": "energy"})
    (voice,) = node.named("speech_voiced")
    assert 10_800 < voice.properties["time_ms"] < 10_920
    assert voice.properties["metadata"] == METADATA


def test_ten_vad_can_take_the_place_of_silero() -> None:
    require("ten_vad")
    node = run(with_silence(spoken("what time is it")), {"backend": "ten"})
    assert events(node) == ["start_of_sentence", "speech_pause", "end_of_sentence"]
    assert node.named("start_of_sentence", "data")[0].properties["start_ms"] == pytest.approx(10_500, abs=80)


def test_every_frame_passes_untouched_and_before_the_event_it_causes() -> None:
    signal = with_silence(loud(500))
    node = run(signal, {"backend": "energy"})
    frames = node.audio()
    np.testing.assert_array_equal(np.concatenate([frame.samples for frame in frames]), signal)
    assert [frame.timestamp_ms for frame in frames] == [10_000 + 10 * index for index in range(len(frames))]
    assert all(frame.metadata == METADATA for frame in frames)
    order = [arrival for arrival in node.arrivals if arrival.kind == "audio" or arrival.name == "speech_pause"]
    pause = next(index for index, arrival in enumerate(order) if arrival.name == "speech_pause")
    heard_ms = 10_000 + 10 * pause
    assert heard_ms >= order[pause].properties["time_ms"] > heard_ms - 30


@pytest.mark.parametrize("frame_ms", [2.5, 10, 20, 32, 100, 1000])
def test_frames_of_any_length_give_the_same_events(frame_ms: float) -> None:
    node = run(with_silence(loud(600)), {"backend": "energy"}, frame_ms=frame_ms)
    assert events(node) == ["start_of_sentence", "speech_pause", "end_of_sentence"]
    end = node.named("end_of_sentence", "data")[0].properties
    assert (end["start_ms"], end["end_ms"]) == pytest.approx((10_500, 11_100), abs=25)


@pytest.mark.parametrize("rate_hz", [8000, 24000, 48000])
def test_audio_of_another_rate_is_heard_at_the_right_time(rate_hz: int) -> None:
    resampler = Resampler(16000, rate_hz)
    signal = np.concatenate([resampler.push(with_silence(loud(600))), resampler.flush()])
    node = run(signal, {"backend": "energy"}, rate_hz=rate_hz)
    end = node.named("end_of_sentence", "data")[0].properties
    assert (end["start_ms"], end["end_ms"]) == pytest.approx((10_500, 11_100), abs=40)


def test_frames_without_a_time_are_counted() -> None:
    node = run(with_silence(loud(600)), {"backend": "energy"}, stamped=False)
    end = node.named("end_of_sentence", "data")[0].properties
    assert (end["start_ms"], end["end_ms"]) == pytest.approx((500, 1100), abs=25)


def test_going_on_after_a_pause_is_told_and_does_not_end_the_sentence() -> None:
    gap = np.zeros(16 * 250, np.int16)
    node = run(with_silence(np.concatenate([loud(400), gap, loud(400)])), {"backend": "energy"})
    assert events(node) == ["start_of_sentence", "speech_pause", "speech_resume", "speech_pause", "end_of_sentence"]
    resume = node.named("speech_resume")[0].properties
    assert resume["time_ms"] == pytest.approx(10_500 + 650, abs=25)


def test_the_silence_that_ends_a_sentence_is_a_property() -> None:
    gap = np.zeros(16 * 600, np.int16)
    signal = with_silence(np.concatenate([loud(400), gap, loud(400)]))
    assert events(run(signal, {"backend": "energy"})).count("end_of_sentence") == 2
    assert events(run(signal, {"backend": "energy", "silence_duration_ms": 700})).count("end_of_sentence") == 1


def test_a_hole_in_the_audio_ends_the_sentence_before_it() -> None:
    speech = spoken("what time is it")

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await feed(node, with_silence(speech, after_ms=0))
        await feed(node, with_silence(speech, before_ms=0), start_ms=60_000)

    node = probe(ADDON, {}, script)
    first, second = [arrival.properties for arrival in node.named("end_of_sentence", "data")]
    length_ms = len(speech) / 16
    assert (first["start_ms"], first["end_ms"]) == pytest.approx((10_500, 10_500 + length_ms), abs=120)
    assert (second["start_ms"], second["end_ms"]) == pytest.approx((60_000, 60_000 + length_ms), abs=120)


def test_ten_minutes_of_silence_are_no_speech() -> None:
    node = run(np.zeros(16000 * 600, np.int16), {"backend": "energy"}, frame_ms=100)
    assert events(node) == []
    assert len(node.audio()) == 6000


def test_broken_frames_are_told_once_and_pass_on() -> None:
    def broken() -> AudioFrame:
        frame = AudioFrame.create("pcm_frame")
        frame.set_number_of_channels(2)
        frame.set_bytes_per_sample(2)
        frame.alloc_buf(6)
        return frame

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        for _ in range(5):
            await node.env.send_audio_frame(broken())
        await node.env.send_audio_frame(make_pcm_frame(np.zeros(160, np.int16), 16000, 0, METADATA))
        await node.wait_for("error")
        await feed(node, with_silence(loud(400)))

    seen = probe_ignoring_audio(script)
    (error,) = seen.named("error")
    assert error.properties["code"] == 1000
    assert "audio that cannot be heard: 6 bytes of 16-bit audio with 2 channels" in error.properties["message"]
    assert events(seen) == ["start_of_sentence", "speech_pause", "end_of_sentence"]


def probe_ignoring_audio(script: Any) -> Probe:
    """As `probe`, for frames that nobody can read."""

    class Deaf(Probe):
        async def on_audio_frame(self, ten_env: Any, audio_frame: AudioFrame) -> None:
            return None

    return probe(ADDON, {"backend": "energy"}, script, kind=Deaf)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"backend": "webrtc"}, 'backend: "webrtc" is not one of silero, ten, energy'),
        ({"vad_threshold": 1.5}, "vad_threshold: 1.5: input should be less than or equal to 1"),
        ({"silence_duration_ms": 90}, "silence_duration_ms: 90: must not be below pause_ms (96)"),
        ({"max_speech_ms": 300}, "max_speech_ms: 300: must be above prefix_padding_ms + silence_duration_ms (496)"),
    ],
)
def test_wrong_properties_are_explained(properties: dict[str, Any], words: str) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error", code=-1000)

    assert words in probe(ADDON, properties, script).named("error")[0].properties["message"]
