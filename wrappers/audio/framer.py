"""Cuts a stream of samples into frames of one length, each with the time of its first sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wrappers.audio.samples import SILENCE, Samples

JUMP_MS = 60
"""A chunk whose time is further off than this begins a new stretch of audio; less is jitter or the drift of clocks."""

DRIFT_SHARE = 1 / 64
"""How much of a small difference is followed per chunk: slow enough to smooth jitter, faster than any clock drifts."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Samples with the time of the first one."""

    samples: Samples
    time_ms: int


class Framer:
    """Takes chunks of any length and gives frames of exactly `frame_samples`.

    Times come from counting samples, so that frames follow each other without a gap whenever the chunks arrive. Where
    the chunks carry times, the count is mapped to them: it follows slow drift, and begins anew after a jump.
    """

    def __init__(self, rate_hz: int, frame_samples: int, start_ms: float = 0) -> None:
        if rate_hz <= 0 or frame_samples <= 0:
            raise ValueError(f"rate and frame length must be above 0, not {rate_hz} and {frame_samples}")
        self._rate_hz = rate_hz
        self._frame_samples = frame_samples
        self._rest: Samples = SILENCE
        self._rest_ms = float(start_ms)
        self.anchored = False
        """Whether the times are known, and not only counted from the start."""
        self.jumps = 0
        """How often the given times were not continuous. The samples of an unfinished frame are left out then."""

    @property
    def next_ms(self) -> float:
        """Time of the next sample that is pushed, by the count."""
        return self._rest_ms + self._duration_ms(len(self._rest))

    def anchor(self, time_ms: float) -> None:
        """Say the time of the next sample that is pushed."""
        self._rest_ms += time_ms - self.next_ms
        self.anchored = True

    def push(self, samples: Samples, time_ms: float | None = None) -> list[Frame]:
        """Add a chunk and take the frames that are now whole.

        samples: int16 [n] of any length
        time_ms: time of the first sample, where known
        """
        if time_ms is not None:
            self._follow(time_ms)
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        whole = len(joined) // self._frame_samples
        frames = []
        for index in range(whole):
            first = index * self._frame_samples
            time = round(self._rest_ms + self._duration_ms(first))
            frames.append(Frame(joined[first : first + self._frame_samples], time))
        self._rest = joined[whole * self._frame_samples :].copy()
        self._rest_ms += self._duration_ms(whole * self._frame_samples)
        return frames

    def flush(self) -> Frame | None:
        """The unfinished last frame, filled up with silence; None if there is none."""
        if not len(self._rest):
            return None
        filled = np.zeros(self._frame_samples, np.int16)
        filled[: len(self._rest)] = self._rest
        frame = Frame(filled, round(self._rest_ms))
        self._rest = SILENCE
        self._rest_ms += self._duration_ms(self._frame_samples)
        return frame

    def _follow(self, time_ms: float) -> None:
        difference = time_ms - self.next_ms
        if not self.anchored:
            self.anchor(time_ms)
        elif abs(difference) > JUMP_MS:
            self.jumps += 1
            self._rest = SILENCE
            self._rest_ms = float(time_ms)
        else:
            self._rest_ms += difference * DRIFT_SHARE

    def _duration_ms(self, count: int) -> float:
        return count * 1000 / self._rate_hz
