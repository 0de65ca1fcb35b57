"""Finding speech in audio, from the sound to the events."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from support.noises import NOISES, burst
from support.speech import say

from wrappers.audio import Samples, read_audio
from wrappers.vad import (
    Backend,
    FinderEvent,
    SegmenterOptions,
    SpeechDetector,
    SpeechEnded,
    SpeechFinder,
    SpeechPaused,
    SpeechStarted,
    SpeechVoiced,
    open_detector,
)

HOP = 320
START_MS = 70_000


class LoudIsSpeech:
    """Finds speech wherever there is sound."""

    hop_samples = HOP

    def __init__(self) -> None:
        self.resets = 0

    def probability(self, hop: Samples) -> float:
        return float(bool(hop.any()))

    def reset(self) -> None:
        self.resets += 1


def silence(duration_ms: int) -> Samples:
    return np.zeros(16 * duration_ms, np.int16)


def vowel(duration_ms: int) -> Samples:
    return (4000 * np.sign(np.sin(2 * np.pi * 120 * np.arange(16 * duration_ms) / 16000 + 0.1))).astype(np.int16)


def find(*parts: Samples, detector: SpeechDetector | None = None) -> list[FinderEvent]:
    finder = SpeechFinder(detector or LoudIsSpeech(), SegmenterOptions())
    return list(events_of(finder, np.concatenate(parts)))


def events_of(finder: SpeechFinder, sound: Samples) -> Iterable[FinderEvent]:
    hop = finder.hop_samples
    for first in range(0, len(sound) - hop + 1, hop):
        yield from finder.push(sound[first : first + hop], START_MS + first // 16)


def kinds(events: Iterable[FinderEvent]) -> list[type]:
    return [type(event) for event in events]


def voices(events: Iterable[FinderEvent]) -> list[bool]:
    """For each segment, whether a voice was heard in it."""
    found: list[bool] = []
    for event in events:
        if isinstance(event, SpeechStarted):
            found.append(event.is_voiced)
        if isinstance(event, SpeechVoiced):
            found[-1] = True
    return found


def test_a_voice_is_told_at_its_beginning() -> None:
    events = find(silence(600), vowel(500), silence(600))
    assert kinds(events) == [SpeechStarted, SpeechPaused, SpeechEnded]
    assert isinstance(events[0], SpeechStarted)
    assert events[0].is_voiced
    assert events[0].time_ms == START_MS + 600


def test_a_voice_that_comes_later_is_told_once() -> None:
    events = find(silence(600), burst(1)[: 16 * 200], vowel(500), silence(600))
    assert kinds(events) == [SpeechStarted, SpeechVoiced, SpeechPaused, SpeechEnded]
    assert isinstance(events[0], SpeechStarted)
    assert isinstance(events[1], SpeechVoiced)
    assert not events[0].is_voiced
    assert START_MS + 800 < events[1].time_ms <= START_MS + 900


def test_noise_that_counts_as_speech_has_no_voice() -> None:
    events = find(*[part for seed in range(20) for part in (burst(seed), silence(600))])
    assert voices(events) == [False] * 20


def test_each_segment_needs_a_voice_of_its_own() -> None:
    events = find(vowel(500), silence(600), burst(1), silence(600), vowel(500), silence(600))
    assert voices(events) == [True, False, True]


def test_a_click_before_it_is_not_part_of_a_segment() -> None:
    hum = vowel(60)
    events = find(hum, silence(600), hum, silence(600), burst(2), silence(600))
    assert voices(events) == [False]


@pytest.mark.parametrize("noise", NOISES)
def test_silero_and_the_pitch_together_take_no_noise_for_a_voice(noise: Callable[[int], Samples]) -> None:
    room = np.random.default_rng(1)
    sound = np.concatenate([part for seed in range(100) for part in (noise(seed), silence(800))])
    sound = (sound + room.normal(0, 20, len(sound))).astype(np.int16)
    assert not any(voices(find(sound, detector=open_detector("silero"))))


def test_a_hole_in_the_audio_ends_what_was_open_and_forgets_it() -> None:
    detector = LoudIsSpeech()
    finder = SpeechFinder(detector, SegmenterOptions())
    assert kinds(events_of(finder, vowel(500))) == [SpeechStarted]
    assert kinds(finder.start_anew()) == [SpeechEnded]
    assert detector.resets == 1
    assert finder.start_anew() == []
    assert voices(events_of(finder, burst(2))) == [False]


@pytest.mark.parametrize("backend", ["silero", "energy"])
def test_a_sentence_is_one_segment_with_a_voice(backend: Backend) -> None:
    sentence = np.concatenate(list(read_audio(say("what time is it"))))
    events = find(silence(600), sentence, silence(600), detector=open_detector(backend))
    assert voices(events) == [True]
