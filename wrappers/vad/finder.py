"""Finds speech in audio: a detector, the segmenter, and whether a voice was heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from wrappers.audio import ENGINE_RATE_HZ, Samples, ms_of_samples
from wrappers.vad.base import SpeechDetector
from wrappers.vad.segmenter import Segmenter, SegmenterOptions, SpeechEvent, SpeechStarted
from wrappers.vad.voicing import Voicing


@dataclass(frozen=True, slots=True)
class SpeechVoiced:
    """There is a pitch in the segment: it is a voice, and not a cough."""

    time_ms: int
    """Capture time at which that was certain."""


FinderEvent: TypeAlias = SpeechEvent | SpeechVoiced


class SpeechFinder:
    """Feed hops in order; get the events at the hop that decides."""

    def __init__(self, detector: SpeechDetector, options: SegmenterOptions) -> None:
        self.hop_samples = detector.hop_samples
        self._detector = detector
        self._segmenter = Segmenter(options)
        self._voicing = Voicing()
        self._was_voiced = False

    def push(self, hop: Samples, time_ms: int) -> list[FinderEvent]:
        """Take one hop, int16 [hop_samples] at 16 kHz.

        time_ms: capture time of its first sample
        """
        hop_ms = ms_of_samples(self.hop_samples, ENGINE_RATE_HZ)
        self._voicing.push(hop)
        events: list[FinderEvent] = [*self._segmenter.push(self._detector.probability(hop), time_ms, hop_ms)]
        if not self._segmenter.in_speech:
            self._was_voiced = False
            if not self._segmenter.may_start:
                self._voicing.forget()
            return events
        if self._was_voiced or not self._voicing.is_heard:
            return events
        self._was_voiced = True
        match events:
            case [SpeechStarted() as started]:
                return [replace(started, is_voiced=True)]
        return [*events, SpeechVoiced(time_ms + hop_ms)]

    def start_anew(self) -> list[FinderEvent]:
        """The audio has a hole: what was open ends before it."""
        ended = self._segmenter.finish()
        self._segmenter.reset()
        self._detector.reset()
        self._voicing = Voicing()
        self._was_voiced = False
        return [ended] if ended else []
