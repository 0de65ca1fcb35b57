"""Utterances out of a stream of audio: pure logic, so a test is a list of audio and events in and of steps out."""

import asyncio

import numpy as np
import pytest

from wrappers.asr import (
    CutterOptions,
    Drop,
    Feed,
    Finish,
    Heard,
    Inbox,
    Pause,
    Resume,
    Segmentation,
    Step,
    UtteranceCutter,
)
from wrappers.asr.inbox import MAX_EVENTS, InboxFull
from wrappers.audio import AudioHistory, Samples
from wrappers.vad import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted

START_MS = 7000


def ramp(start_ms: int, duration_ms: int) -> Samples:
    """Samples that tell their own time: each ms has its number, modulo 30 000."""
    return np.repeat(np.arange(start_ms, start_ms + duration_ms) % 30_000, 16).astype(np.int16)


class Stream:
    """A cutter, and what it wanted."""

    def __init__(self, segmentation: Segmentation = "vad", max_utterance_ms: int = 30_000) -> None:
        self.cutter = UtteranceCutter(CutterOptions(segmentation, max_utterance_ms))
        self.steps: list[Step] = []
        self.time_ms = START_MS

    def audio(self, duration_ms: int) -> None:
        for _ in range(duration_ms // 10):
            self.steps += self.cutter.push(ramp(self.time_ms, 10), self.time_ms)
            self.time_ms += 10

    def mark(self, event: SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded) -> None:
        self.steps += self.cutter.mark(event)

    def fed(self, number: int) -> Samples:
        """All audio of an utterance."""
        return np.concatenate([s.samples for s in self.steps if isinstance(s, Feed) and s.utterance.number == number])

    def order(self) -> list[str]:
        """Names of the steps with the utterance's number, feeds in a row once."""
        names: list[str] = []
        for step in self.steps:
            name = f"{type(step).__name__} {step.utterance.number}"
            if not (isinstance(step, Feed) and names and names[-1] == name):
                names.append(name)
        return names


def test_an_utterance_begins_exactly_one_pre_roll_before_its_speech() -> None:
    stream = Stream()
    stream.audio(1000)
    stream.mark(SpeechStarted(START_MS + 900, 200, 1.0))
    stream.audio(300)
    stream.mark(SpeechEnded(START_MS + 900, START_MS + 1250))

    assert np.array_equal(stream.fed(1), ramp(START_MS + 700, 600))
    assert stream.steps[-1] == Finish(stream.steps[0].utterance, START_MS + 1250)
    utterance = stream.steps[0].utterance
    assert (utterance.audio_ms, utterance.start_ms) == (START_MS + 700, START_MS + 900)


def test_a_pre_roll_longer_than_the_audio_takes_what_there_is() -> None:
    stream = Stream()
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS + 50, 500, 1.0))

    assert np.array_equal(stream.fed(1), ramp(START_MS, 100))


def test_a_pre_roll_reaches_into_the_silence_but_not_into_the_speech_of_the_utterance_before() -> None:
    stream = Stream()
    stream.audio(500)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.mark(SpeechEnded(START_MS, START_MS + 380))
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS + 520, 200, 1.0))

    assert np.array_equal(stream.fed(2), ramp(START_MS + 380, 220))


def test_audio_is_fed_in_blocks_and_all_of_it_before_a_pause() -> None:
    stream = Stream()
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS + 100, 0, 1.0))
    stream.audio(250)
    assert [len(s.samples) // 16 for s in stream.steps if isinstance(s, Feed)] == [100, 100]
    stream.mark(SpeechPaused(START_MS + 350))
    assert [type(step) for step in stream.steps[-2:]] == [Feed, Pause]
    assert np.array_equal(stream.fed(1), ramp(START_MS + 100, 250))


def test_speech_after_a_pause_is_told_even_where_the_vad_does_not() -> None:
    stream = Stream()
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.mark(SpeechPaused(START_MS + 100))
    stream.audio(100)
    stream.mark(SpeechPaused(START_MS + 200))
    stream.audio(200)
    stream.mark(SpeechEnded(START_MS, START_MS + 350))

    expected = ["Feed 1", "Pause 1", "Feed 1", "Resume 1", "Pause 1", "Feed 1", "Resume 1", "Finish 1"]
    assert stream.order() == expected


def test_silence_after_a_pause_is_not_speech() -> None:
    stream = Stream()
    stream.audio(300)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.mark(SpeechPaused(START_MS + 300))
    stream.mark(SpeechEnded(START_MS, START_MS + 180))

    assert [type(step) for step in stream.steps] == [Feed, Pause, Finish]


def test_a_second_beginning_without_an_end_ends_the_first() -> None:
    stream = Stream()
    stream.audio(300)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.audio(300)
    stream.mark(SpeechStarted(START_MS + 400, 100, 1.0))

    assert stream.order() == ["Feed 1", "Finish 1", "Feed 2"]


def test_ends_pauses_and_finalizes_without_a_beginning_do_nothing() -> None:
    stream = Stream()
    stream.audio(300)
    stream.mark(SpeechPaused(START_MS + 100))
    stream.mark(SpeechResumed(START_MS + 110))
    stream.mark(SpeechEnded(START_MS, START_MS + 200))

    assert stream.steps == stream.cutter.finalize(None) == stream.cutter.finalize(START_MS) == []


def test_loudness_waits_until_a_vad_would_have_spoken() -> None:
    stream = Stream("auto")
    stream.steps += stream.cutter.push(np.zeros(8000, np.int16), START_MS)
    stream.time_ms += 500
    stream.audio(600)  # ramp: loud from its first sample on
    assert stream.steps == []
    stream.audio(300)
    assert stream.order() == ["Feed 1"]
    assert abs(stream.steps[0].utterance.start_ms - START_MS - 500) <= 20

    stream.mark(SpeechStarted(START_MS + 600, 50, 1.0))
    assert stream.order() == ["Feed 1", "Drop 1", "Feed 2"]
    assert isinstance(stream.steps[-2], Drop)
    assert np.array_equal(stream.fed(2), ramp(START_MS + 550, 850))


def test_a_mark_other_than_a_beginning_takes_the_utterance_over() -> None:
    """The recogniser came to life while somebody was speaking already."""
    stream = Stream("auto")
    stream.steps += stream.cutter.push(np.zeros(1600, np.int16), START_MS)
    stream.time_ms += 100
    stream.audio(1500)
    stream.mark(SpeechEnded(START_MS, stream.time_ms - 100))

    assert stream.order() == ["Feed 1", "Finish 1"]


def test_own_segmentation_does_not_listen_to_a_vad() -> None:
    stream = Stream("own")
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))

    assert stream.steps == []


def test_unmarked_audio_is_decoded_once_when_asked_for() -> None:
    stream = Stream("auto")
    stream.audio(100)
    steps = stream.cutter.finalize(None)
    assert [type(step) for step in steps] == [Feed, Finish]
    assert not steps[0].utterance.marked
    assert stream.cutter.finalize(None) == []


@pytest.mark.parametrize("length_ms", [20, 100, 8880])
def test_no_sample_of_a_cut_utterance_is_lost_or_doubled(length_ms: int) -> None:
    stream = Stream("vad", max_utterance_ms=5000)
    stream.audio(10)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.audio(20_000 + length_ms)
    stream.mark(SpeechEnded(START_MS, stream.time_ms))

    count = stream.steps[-1].utterance.number
    pieces = [stream.fed(number) for number in range(1, count + 1)]
    assert np.array_equal(np.concatenate(pieces), ramp(START_MS, stream.time_ms - START_MS))
    assert max(len(piece) for piece in pieces) <= 5100 * 16


def test_history_forgets_what_is_old_and_what_is_from_another_time() -> None:
    history = AudioHistory(1000)
    for start_ms in range(START_MS, START_MS + 3000, 30):
        history.push(ramp(start_ms, 30), start_ms)
    assert np.array_equal(history.since(history.position(START_MS + 2500)), ramp(START_MS + 2500, 500))
    kept = history.since(0)
    assert 1000 <= len(kept) // 16 < 1060
    assert np.array_equal(kept, ramp(START_MS + 3000 - len(kept) // 16, len(kept) // 16))

    history.push(ramp(90_000, 30), 90_000)  # the computer slept
    assert np.array_equal(history.since(0), ramp(90_000, 30))
    assert history.time_ms(history.end) == 90_030
    assert len(history.since(history.end)) == 0


def test_history_counts_where_chunks_carry_no_time() -> None:
    history = AudioHistory(1000)
    for _ in range(10):
        history.push(np.zeros(160, np.int16), 0)

    assert history.time_ms(history.end) == 100
    assert history.position(50) == 800


def test_inbox_keeps_the_order_of_audio_and_events() -> None:
    async def run() -> list[Heard | str | None]:
        inbox: Inbox[str] = Inbox()
        inbox.put_audio(Heard(ramp(0, 10), 1))
        inbox.put("event")
        inbox.put_audio(Heard(ramp(0, 10), 2))
        return [await inbox.get(), await inbox.get(), await inbox.get(), await inbox.get(0)]

    first, event, second, nothing = asyncio.run(run())
    assert isinstance(first, Heard) and isinstance(second, Heard)
    assert (first.time_ms, event, second.time_ms, nothing) == (1, "event", 2, None)


def test_inbox_replaces_what_does_not_fit_by_silence_and_takes_audio_again_when_there_is_room() -> None:
    async def run() -> list[Heard | str | None]:
        inbox: Inbox[str] = Inbox(max_audio_ms=20)
        for number in range(5):
            inbox.put_audio(Heard(ramp(100, 10), number, {"session_id": "7"}))
        inbox.put("end")
        taken = [await inbox.get()]
        inbox.put_audio(Heard(ramp(100, 10), 9))
        return taken + [await inbox.get(0) for _ in range(5)]

    kept, also_kept, lost, event, again, nothing = asyncio.run(run())
    assert isinstance(kept, Heard) and isinstance(also_kept, Heard) and isinstance(again, Heard)
    assert (kept.time_ms, also_kept.time_ms, again.time_ms, event, nothing) == (0, 1, 9, "end", None)
    assert isinstance(lost, Heard) and lost.lost and not kept.lost
    assert (lost.time_ms, lost.metadata, len(lost.samples), lost.samples.any()) == (2, {"session_id": "7"}, 480, False)


def test_inbox_refuses_more_events_than_anybody_can_mean() -> None:
    async def run() -> None:
        inbox: Inbox[int] = Inbox()
        for number in range(MAX_EVENTS):
            inbox.put(number)
        with pytest.raises(InboxFull):
            inbox.put(-1)
        assert await inbox.get() == 0
        inbox.put(MAX_EVENTS)

    asyncio.run(run())


def test_steps_have_their_utterance() -> None:
    stream = Stream()
    stream.audio(100)
    stream.mark(SpeechStarted(START_MS, 0, 1.0))
    stream.mark(SpeechPaused(START_MS + 100))
    stream.mark(SpeechResumed(START_MS + 100))

    assert [step.utterance.number for step in stream.steps] == [1, 1, 1]
    assert isinstance(stream.steps[-1], Resume)
