"""Finds speech by its loudness, for a recogniser that gets audio from a client without a VAD."""

from __future__ import annotations

from wrappers.asr.base import RATE_HZ
from wrappers.audio import Framer, Samples
from wrappers.vad import Segmenter, SegmenterOptions, SpeechEvent, SpeechStarted
from wrappers.vad.energy import EnergyDetector

OPTIONS = SegmenterOptions(min_speech_ms=200, hangover_ms=900, pre_roll_ms=300)
"""Loudness is easily mistaken, so it takes longer than a VAD to believe that speech has begun, and that it is over."""
WAIT_FOR_VAD_MS = 700
"""A VAD that hears the same audio would have spoken by then."""


class SelfCutting:
    """Takes all audio and gives the speech events that a VAD would have sent."""

    def __init__(self, *, waits: bool) -> None:
        """waits: hold a beginning back until a VAD, if there is one, would have announced it"""
        self._wait_ms = WAIT_FOR_VAD_MS if waits else 0
        self._detector = EnergyDetector()
        self._framer = Framer(RATE_HZ, self._detector.hop_samples)
        self._segmenter = Segmenter(OPTIONS)
        self._held: list[SpeechEvent] = []

    def push(self, samples: Samples, time_ms: int) -> list[SpeechEvent]:
        """Take the next audio: int16 [n] at 16 kHz, with the capture time of its first sample."""
        hop_ms = self._detector.hop_samples * 1000 // RATE_HZ
        events: list[SpeechEvent] = []
        for hop in self._framer.push(samples, time_ms):
            self._held += self._segmenter.push(self._detector.probability(hop.samples), hop.time_ms, hop_ms)
            if self._held and hop.time_ms + hop_ms - _time_ms(self._held[0]) >= self._wait_ms:
                events += self._held
                self._held = []
        return events

    def reset(self) -> None:
        """Begin anew: what was heard has been dealt with."""
        self._segmenter.reset()
        self._held = []


def _time_ms(event: SpeechEvent) -> int:
    return event.time_ms if isinstance(event, SpeechStarted) else 0
