"""Silences the microphone while the agent is heard. Pure: decides by the times of the frames, not by when they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ, Samples, samples_of_ms
from wrappers.echo.heard_intervals import HeardIntervals

FADE_MS = 5
"""The microphone comes back in a fade: a jump from silence into a loud sound is a click, which a VAD may take up."""

WIRELESS_FROM_MS = 100
"""A device this late is wireless, and its delay changes while it plays."""


@dataclass(frozen=True)
class GateOptions:
    head_ms: int = 30
    """Closed so much before the agent is heard: the clocks of loudspeaker and microphone agree to some ms only."""
    tail_ms: int | None = None
    """Closed so long after it; None: the delay of the echo, and a margin."""
    margin_ms: int = 250
    """Until a living room has fallen silent, after the last sound has arrived."""
    wireless_margin_ms: int = 300
    """The same for wireless devices."""


class TimeGate:
    """Closed for every frame whose capture time lies in [start - head, end + tail] of something heard."""

    def __init__(self, options: GateOptions = GateOptions()) -> None:
        self.delay_ms = 0
        """From handing a sound over to its arrival in the microphone, as far as it is known."""
        self.was_closed = False
        """Whether the last frame was silenced."""
        self._options = options

    @property
    def tail_ms(self) -> int:
        """How long it stays closed after the end."""
        options = self._options
        if options.tail_ms is not None:
            return options.tail_ms
        return self.delay_ms + (options.margin_ms if self.delay_ms < WIRELESS_FROM_MS else options.wireless_margin_ms)

    def is_closed(self, heard: HeardIntervals, start_ms: int, end_ms: int) -> bool:
        """Whether a frame captured between these times is to be silenced."""
        return heard.overlap(start_ms, end_ms, self._options.head_ms, self.tail_ms)

    def pass_on(self, samples: Samples, closed: bool) -> Samples:
        """Silence if closed; else the samples themselves, faded in after silence. Frames must come in order."""
        was_closed, self.was_closed = self.was_closed, closed
        if closed:
            return np.zeros_like(samples)
        return fade_in(samples) if was_closed else samples


def fade_in(samples: Samples) -> Samples:
    """A copy of int16 [n] that begins at nothing."""
    faded = samples.copy()
    count = min(len(samples), samples_of_ms(FADE_MS, ENGINE_RATE_HZ))
    faded[:count] = np.rint(samples[:count] * np.linspace(0, 1, count, endpoint=False)).astype(np.int16)
    return faded
