"""Probabilities in, beginnings and ends of speech out."""

from collections.abc import Iterable

import pytest

from wrappers.vad import (
    Segmenter,
    SegmenterOptions,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

HOP_MS = 32


def run(
    segmenter: Segmenter, probabilities: Iterable[float], start_ms: int = 0, hop_ms: int = HOP_MS
) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    for index, probability in enumerate(probabilities):
        events += segmenter.push(probability, start_ms + index * hop_ms, hop_ms)
    return events


def hops(duration_ms: int, probability: float, hop_ms: int = HOP_MS) -> list[float]:
    return [probability] * (duration_ms // hop_ms)


def test_one_sentence_gives_start_pause_and_end_in_capture_time() -> None:
    events = run(Segmenter(), hops(320, 0.1) + hops(960, 0.9) + hops(640, 0.1), start_ms=50_000)
    assert events == [
        SpeechStarted(50_320, 200, 0.9),
        SpeechPaused(50_320 + 960 + 128),
        SpeechEnded(50_320, 50_320 + 960),
    ]


def test_the_start_is_told_as_soon_as_it_is_sure_with_the_time_of_its_first_sample() -> None:
    segmenter = Segmenter()
    assert [segmenter.push(p, t, 32) for p, t in ((0.6, 1000), (0.7, 1032), (0.55, 1064))] == [
        [],
        [],
        [SpeechStarted(1000, 200, 0.7)],
    ]
    assert segmenter.in_speech


@pytest.mark.parametrize("burst_ms", [32, 64])
def test_clicks_are_not_speech(burst_ms: int) -> None:
    assert run(Segmenter(), (hops(64, 0.1) + hops(burst_ms, 1.0)) * 20) == []


def test_a_soft_syllable_does_not_end_the_word_but_does_not_start_one_either() -> None:
    assert run(Segmenter(), hops(3200, 0.45)) == []
    events = run(Segmenter(), hops(128, 0.9) + hops(3200, 0.45))
    assert [type(event) for event in events] == [SpeechStarted]


def test_after_falling_silent_the_higher_threshold_counts_again() -> None:
    events = run(Segmenter(), hops(320, 0.9) + hops(32, 0.1) + hops(640, 0.45))
    assert events[-1] == SpeechEnded(0, 320)


def test_a_short_gap_is_neither_pause_nor_end() -> None:
    events = run(Segmenter(), hops(320, 0.9) + hops(96, 0.0) + hops(320, 0.9))
    assert [type(event) for event in events] == [SpeechStarted]


def test_each_pause_inside_a_segment_is_announced_once_and_so_is_its_end() -> None:
    speech_and_pause = hops(320, 0.9) + hops(256, 0.0)
    events = run(Segmenter(), speech_and_pause * 3 + hops(320, 0.0))
    assert events == [
        SpeechStarted(0, 200, 0.9),
        SpeechPaused(448),
        SpeechResumed(576),
        SpeechPaused(576 + 448),
        SpeechResumed(1152),
        SpeechPaused(1152 + 448),
        SpeechEnded(0, 1152 + 320),
    ]


def test_two_sentences_are_two_segments_and_the_pre_roll_does_not_reach_into_the_first() -> None:
    options = SegmenterOptions(hangover_ms=128, pause_ms=96, pre_roll_ms=300)
    sentence = hops(320, 0.9) + hops(160, 0.0)
    events = run(Segmenter(options), sentence + sentence)
    assert [event for event in events if not isinstance(event, SpeechPaused)] == [
        SpeechStarted(0, 300, 0.9),
        SpeechEnded(0, 320),
        SpeechStarted(480, 160, 0.9),
        SpeechEnded(480, 800),
    ]


def test_endless_speech_is_cut_and_goes_on_at_once_without_a_pre_roll() -> None:
    options = SegmenterOptions(max_speech_ms=1600)
    events = run(Segmenter(options), hops(3840, 0.9))
    assert events == [
        SpeechStarted(0, 200, 0.9),
        SpeechEnded(0, 1600),
        SpeechStarted(1600, 0, 0.9),
        SpeechEnded(1600, 3200),
        SpeechStarted(3200, 0, 0.9),
    ]


@pytest.mark.parametrize("hop_ms", [10, 16, 20, 32, 64])
def test_the_size_of_the_hops_only_changes_the_precision(hop_ms: int) -> None:
    events = run(Segmenter(), hops(960, 0.0, hop_ms) + hops(1920, 0.9, hop_ms) + hops(960, 0.0, hop_ms), hop_ms=hop_ms)
    started, paused, ended = events
    assert isinstance(started, SpeechStarted) and isinstance(paused, SpeechPaused) and isinstance(ended, SpeechEnded)
    assert started.time_ms == pytest.approx(960, abs=hop_ms)
    assert ended.end_ms == pytest.approx(2880, abs=hop_ms)
    assert 120 <= paused.time_ms - ended.end_ms < 120 + hop_ms


def test_a_hop_longer_than_everything_brings_pause_and_end_together() -> None:
    assert run(Segmenter(), [0.9, 0.1], hop_ms=500) == [
        SpeechStarted(0, 200, 0.9),
        SpeechPaused(1000),
        SpeechEnded(0, 500),
    ]


def test_finish_ends_what_is_open() -> None:
    segmenter = Segmenter()
    assert segmenter.finish() is None
    run(segmenter, hops(320, 0.9) + hops(64, 0.0))
    assert segmenter.finish() == SpeechEnded(0, 320)
    assert segmenter.finish() is None


def test_reset_forgets_an_open_segment() -> None:
    segmenter = Segmenter()
    run(segmenter, hops(320, 0.9))
    segmenter.reset()
    assert not segmenter.in_speech
    assert run(segmenter, hops(960, 0.0), start_ms=90_000) == []
    assert run(segmenter, hops(320, 0.9), start_ms=95_000) == [SpeechStarted(95_000, 200, 0.9)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"start_threshold": 0.3}, "thresholds"),
        ({"end_threshold": 0.0}, "thresholds"),
        ({"pause_ms": 500}, "pause_ms"),
        ({"max_speech_ms": 400}, "max_speech_ms"),
    ],
)
def test_options_that_cannot_work_are_refused(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SegmenterOptions(**wrong)  # type: ignore[arg-type]
