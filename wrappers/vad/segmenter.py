"""Turns speech probabilities into the beginnings and ends of speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Someone began to speak."""

    time_ms: int
    """Capture time of the first speech sample, before the pre-roll."""
    pre_roll_ms: int
    """How much audio before it belongs to the segment, for soft beginnings; never reaches into the segment before."""
    probability: float
    """The highest probability that led to the decision."""
    is_voiced: bool = False
    """Whether a voice has been heard in it; only `SpeechFinder` knows, and says so later if need be."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The speaker has been silent for a moment; the segment may go on."""

    time_ms: int
    """Capture time at which the silence was long enough."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The speaker goes on after a pause, in the same segment."""

    time_ms: int
    """Capture time of the first speech after the pause."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The segment is over."""

    start_ms: int
    """As in its `SpeechStarted`."""
    end_ms: int
    """Capture time of the end of the last speech."""


SpeechEvent: TypeAlias = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded


@dataclass(frozen=True)
class SegmenterOptions:
    start_threshold: float = 0.5
    """Probability from which a hop counts as speech."""
    sure_threshold: float = 0.6
    """Probability that one hop of it has to reach before a segment starts: what is left of an echo often stays below.
    At 0.7 soft first words are lost, too."""
    end_threshold: float = 0.35
    """Probability below which it stops counting; lower than the start, so that a soft syllable does not end a word."""
    min_speech_ms: int = 96
    """Shorter bursts are clicks and coughs."""
    pause_ms: int = 120
    """Silence after which a pause is announced, so that recognition can begin to finish what it has."""
    hangover_ms: int = 400
    """Silence that ends a segment. Turn detection decides later whether it also ends the turn."""
    max_speech_ms: int = 30_000
    """A segment is cut here, as engines take no more at once; the speech goes on in the next one."""
    pre_roll_ms: int = 200
    """Audio before the detected start that belongs to the segment: detectors are 50-100 ms late at a soft onset."""

    def __post_init__(self) -> None:
        if not 0 < self.end_threshold <= self.start_threshold <= 1:
            raise ValueError(
                f"thresholds must be 0 < end <= start <= 1, not {self.end_threshold} and {self.start_threshold}"
            )
        if self.sure_threshold > 1:
            raise ValueError(f"sure_threshold must be at most 1, not {self.sure_threshold}")
        if not 0 < self.pause_ms <= self.hangover_ms:
            raise ValueError(f"pause_ms must be above 0 and at most hangover_ms, not {self.pause_ms}")
        if self.max_speech_ms <= self.min_speech_ms + self.hangover_ms:
            raise ValueError("max_speech_ms must be above min_speech_ms + hangover_ms")


class Segmenter:
    """Feed probabilities in order; get the events at the hop that decides."""

    def __init__(self, options: SegmenterOptions = SegmenterOptions()) -> None:
        self._options = options
        self.reset()

    @property
    def in_speech(self) -> bool:
        """Whether a segment is open."""
        return self._open

    @property
    def may_start(self) -> bool:
        """Whether what was heard last may become the beginning of a segment."""
        return self._speech_ms > 0

    def reset(self) -> None:
        """Forget everything, without events: the next hop may be from another time."""
        self._open = False
        self._voiced = False
        self._start_ms = 0
        self._speech_end_ms = 0
        self._speech_ms = 0
        self._peak = 0.0
        self._paused = False
        self._segment_end_ms: int | None = None

    def push(self, probability: float, time_ms: int, hop_ms: int) -> list[SpeechEvent]:
        """Take one hop.

        time_ms: capture time of its first sample
        hop_ms: its length; hops may differ
        """
        threshold = self._options.end_threshold if self._voiced else self._options.start_threshold
        self._voiced = probability >= threshold
        hop_end_ms = time_ms + hop_ms
        if not self._open:
            return self._listen(probability, time_ms, hop_end_ms)
        if self._voiced:
            self._speech_end_ms = hop_end_ms
            events: list[SpeechEvent] = [SpeechResumed(time_ms)] if self._paused else []
            self._paused = False
            if hop_end_ms - self._start_ms >= self._options.max_speech_ms:
                events.append(self._close())
            return events
        return self._be_silent(hop_end_ms)

    def finish(self) -> SpeechEnded | None:
        """End an open segment because no more audio will come."""
        return self._close() if self._open else None

    def _listen(self, probability: float, time_ms: int, hop_end_ms: int) -> list[SpeechEvent]:
        if not self._voiced:
            self._speech_ms = 0
            self._peak = 0.0
            return []
        if self._speech_ms == 0:
            self._start_ms = time_ms
        self._speech_ms += hop_end_ms - time_ms
        self._peak = max(self._peak, probability)
        since_last_ms = self._options.max_speech_ms
        if self._segment_end_ms is not None:
            since_last_ms = max(0, self._start_ms - self._segment_end_ms)
        goes_on = since_last_ms < self._options.pause_ms  # the last one was cut at its longest: this is proven speech
        is_speech = self._speech_ms >= self._options.min_speech_ms and self._peak >= self._options.sure_threshold
        if not is_speech and not goes_on:
            return []
        pre_roll_ms = min(self._options.pre_roll_ms, since_last_ms)
        self._open = True
        self._paused = False
        self._speech_end_ms = hop_end_ms
        return [SpeechStarted(self._start_ms, pre_roll_ms, self._peak)]

    def _be_silent(self, hop_end_ms: int) -> list[SpeechEvent]:
        silence_ms = hop_end_ms - self._speech_end_ms
        events: list[SpeechEvent] = []
        if silence_ms >= self._options.pause_ms and not self._paused:
            self._paused = True
            events.append(SpeechPaused(hop_end_ms))
        if silence_ms >= self._options.hangover_ms:
            events.append(self._close())
        return events

    def _close(self) -> SpeechEnded:
        self._open = False
        self._speech_ms = 0
        self._peak = 0.0
        self._segment_end_ms = self._speech_end_ms
        return SpeechEnded(self._start_ms, self._speech_end_ms)
