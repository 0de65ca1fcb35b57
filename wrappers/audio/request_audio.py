"""The audio of one spoken request on its way to the listener."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from wrappers.audio.gain_ramp import GainRamp
from wrappers.audio.resample import Resampler
from wrappers.audio.samples import SILENCE, Samples


class RequestAudio:
    """Samples of one request in order, at the rate of the output."""

    def __init__(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any], rate_hz: int) -> None:
        self.request_id = request_id
        self.epoch = epoch
        self.metadata = metadata
        self.queued = 0
        """Samples that are still to be played."""
        self.played = 0
        """Samples that were played."""
        self.finished = False
        """Nothing will be added any more."""
        self.waiting = True
        """Nothing of it sounds at the moment, because there is too little: before the start and in an underrun."""
        self.waited = 0
        """Samples of silence since it has been waiting, or since there is something that waits."""
        self.level = GainRamp()
        """Fades it in again after an underrun."""
        self._rate_hz = rate_hz
        self._resampler: Resampler | None = None
        self._chunks: deque[Samples] = deque()

    def push(self, samples: Samples, rate_hz: int) -> None:
        """Add int16 [n]; another rate than the output's is converted as one stream over the whole request."""
        if self._resampler is None or self._resampler.in_hz != rate_hz:
            self._flush_resampler()
            self._resampler = Resampler(rate_hz, self._rate_hz, "live")
        self._append(self._resampler.push(samples))

    def finish(self) -> None:
        """Nothing more will come: add what the resampler still holds."""
        self._flush_resampler()
        self.finished = True

    def change_rate(self, rate_hz: int) -> None:
        """Go on at another rate of the output."""
        self._flush_resampler()
        converter = Resampler(self._rate_hz, rate_hz, "best")
        queued = np.concatenate((converter.push(self.peek(self.queued)), converter.flush()))
        self.played = self.played * rate_hz // self._rate_hz
        self.waited = self.waited * rate_hz // self._rate_hz
        self._rate_hz = rate_hz
        self._chunks.clear()
        self.queued = 0
        self._append(queued)

    def take(self, count: int) -> Samples:
        """Remove the next `count` samples, of which there must be enough, as played."""
        taken = self.peek(count)
        left = count
        while left:
            first = self._chunks.popleft()
            if len(first) > left:
                self._chunks.appendleft(first[left:])
            left -= min(left, len(first))
        self.queued -= count
        self.played += count
        return taken

    def peek(self, count: int) -> Samples:
        """The next samples without removing them; fewer than `count` if there are no more."""
        parts: list[Samples] = []
        for chunk in self._chunks:
            if count <= 0:
                break
            parts.append(chunk[:count])
            count -= len(parts[-1])
        return np.concatenate(parts) if parts else SILENCE

    def _flush_resampler(self) -> None:
        if self._resampler is not None:
            self._append(self._resampler.flush())
            self._resampler = None

    def _append(self, samples: Samples) -> None:
        if len(samples):
            self.waited = self.waited if self.queued else 0
            self._chunks.append(samples)
            self.queued += len(samples)
