"""Changes the rate of a live stream with a delay of 3 ms."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from wrappers.audio.samples import FULL_SCALE, SILENCE, Samples

DELAY_MS = 3.0
"""Half the length of the filter. Twice as long would halve the transition band, and reach the canceller too late."""

STOP_BAND_DB = 60.0
"""What is above the lower Nyquist frequency is weaker by this; microphones are noisier."""


class LowDelayResampler:
    """Resamples one stream with a filter of 2 x DELAY_MS; chunk borders leave no trace in the output.

    A polyphase FIR: output sample m lies at u = m * in_hz / out_hz on the axis of the input, and is the sum over
    |u - j| < H of x[j] * g(u - j), where H = DELAY_MS of input samples and

        g(t) = c * sinc(c * t) * I0(b * sqrt(1 - (t / H)^2)) / I0(b),    c = 2 * cutoff / in_hz

    Kaiser's window (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974) with
    b = 0.1102 * (STOP_BAND_DB - 8.7) has a transition of (STOP_BAND_DB - 7.95) / (14.36 * 2 * DELAY_MS) = 604 Hz, which
    is placed below the lower Nyquist frequency. Output sample m needs the input up to u + H: that is the whole delay.
    soxr, which the other streams use, holds 10-60 ms back even at its low quality, and gives it in bursts.

    in_hz, out_hz: any rates; equal ones pass the samples through untouched
    """

    def __init__(self, in_hz: int, out_hz: int) -> None:
        if in_hz <= 0 or out_hz <= 0:
            raise ValueError(f"sample rates must be above 0, not {in_hz} and {out_hz}")
        self.in_hz = in_hz
        self.out_hz = out_hz
        divisor = math.gcd(in_hz, out_hz)
        self._up, self._down = out_hz // divisor, in_hz // divisor
        self._half = math.ceil(DELAY_MS * in_hz / 1000)
        self._window: npt.NDArray[np.float32]
        self._phases = np.zeros((0, 0), np.float32) if in_hz == out_hz else self._filters()
        self.clear()

    @property
    def held_ms(self) -> float:
        """How much of the input is not in the output yet."""
        return self._taken * 1000 / self.in_hz - self._given * 1000 / self.out_hz

    def push(self, samples: Samples) -> Samples:
        """Take int16 [n] at in_hz; return what is ready, int16 [m] at out_hz."""
        if self.in_hz == self.out_hz:
            return samples
        self._taken += len(samples)
        self._window = np.concatenate((self._window, samples.astype(np.float32)))
        ready = (self._taken - self._half) * self._up  # output m is ready if m * down < ready
        return self._take(max(self._given, -(-ready // self._down)))

    def flush(self) -> Samples:
        """Return what is held back, int16 [m] at out_hz. Afterwards a new stream may begin."""
        if self.in_hz == self.out_hz:
            return SILENCE
        self._window = np.concatenate((self._window, np.zeros(self._half, np.float32)))
        tail = self._take(-(-self._taken * self._up // self._down))
        self.clear()
        return tail

    def clear(self) -> None:
        """Forget everything: a new stream begins."""
        self._taken = 0
        self._given = 0
        self._first = -self._half
        """Where the window begins, counted in samples of the input."""
        self._window = np.zeros(self._half, np.float32)

    def _take(self, until: int) -> Samples:
        """Output samples up to number `until`, for which the input must be there."""
        if until <= self._given:
            return SILENCE
        position = np.arange(self._given, until, dtype=np.int64) * self._down
        whole = position // self._up
        starts = whole - (self._half - 1) - self._first
        stretches = np.lib.stride_tricks.sliding_window_view(self._window, 2 * self._half)[starts]
        out = np.einsum("mk,mk->m", stretches, self._phases[position % self._up])
        self._given = until
        keep_from = until * self._down // self._up - (self._half - 1)
        self._window = self._window[keep_from - self._first :]
        self._first = keep_from
        return np.clip(np.rint(out), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)

    def _filters(self) -> npt.NDArray[np.float32]:
        """One row of 2H factors for each of the places that an output sample can have between two input samples."""
        transition_hz = (STOP_BAND_DB - 7.95) / (14.36 * 2 * DELAY_MS / 1000)
        cutoff_hz = min(self.in_hz, self.out_hz) / 2 - transition_hz / 2
        c = 2 * cutoff_hz / self.in_hz
        taps = np.arange(-self._half + 1, self._half + 1)
        t = np.arange(self._up)[:, None] / self._up - taps[None, :]
        window = np.i0(0.1102 * (STOP_BAND_DB - 8.7) * np.sqrt(np.clip(1 - (t / self._half) ** 2, 0, None)))
        filters = np.sinc(c * t) * window
        filters /= filters.sum(axis=1, keepdims=True)  # a constant stays the same constant at every place
        return filters.astype(np.float32)
