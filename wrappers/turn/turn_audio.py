"""The sound of the turn that is just being spoken."""

from __future__ import annotations

from wrappers.audio import ENGINE_RATE_HZ, AudioHistory, Resampler, Samples

KEEP_MS = 12_000
"""What a model hears, and what may pass between the end of speech and the question about it."""
LEAD_MS = 200
"""Before the detected start: detectors are late at a soft beginning."""
TAIL_MS = 200
"""After the end of speech: the models were trained with so much silence there."""


class TurnAudio:
    """Keeps the last seconds of captured audio and gives a turn's part of it."""

    def __init__(self) -> None:
        self._history = AudioHistory(KEEP_MS)
        self._resampler = Resampler(ENGINE_RATE_HZ, ENGINE_RATE_HZ)

    def push(self, samples: Samples, rate_hz: int, time_ms: int) -> None:
        """Add a frame. time_ms: capture time of its first sample, 0 where the sender does not know it"""
        if rate_hz != self._resampler.in_hz:
            self._resampler = Resampler(rate_hz, ENGINE_RATE_HZ)
        self._history.push(self._resampler.push(samples), time_ms)

    def of_turn(self, start_ms: int | None, end_ms: int | None) -> Samples:
        """The turn from its start to its end in capture time, with a little before and after; int16 [n] at 16 kHz.

        None: everything that is kept, up to now
        """
        history = self._history
        start = 0 if start_ms is None else history.position(start_ms - LEAD_MS)
        end = history.end if end_ms is None else history.position(end_ms + TAIL_MS)
        kept = history.since(start)
        return kept[: max(0, len(kept) - (history.end - end))]
