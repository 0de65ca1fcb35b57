"""Changes the rate of a stream of samples."""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr

from wrappers.audio.samples import FULL_SCALE, SILENCE, Samples, to_int16

Quality = Literal["live", "best"]

_SOXR_QUALITY = {"live": "LQ", "best": "HQ"}
# LQ holds back 10-20 ms and is clean for speech; HQ holds back up to 80 ms, which matters only to live streams.


class Resampler:
    """Resamples one stream; chunk borders leave no trace in the output.

    in_hz, out_hz: any rates; equal ones pass the samples through untouched
    quality: 'live' for what is heard as it comes, 'best' for what is read ahead anyway
    """

    def __init__(self, in_hz: int, out_hz: int, quality: Quality = "live") -> None:
        if in_hz <= 0 or out_hz <= 0:
            raise ValueError(f"sample rates must be above 0, not {in_hz} and {out_hz}")
        self.in_hz = in_hz
        self.out_hz = out_hz
        self._stream = (
            None
            if in_hz == out_hz
            else soxr.ResampleStream(in_hz, out_hz, 1, dtype="float32", quality=_SOXR_QUALITY[quality])
        )
        self._taken = 0
        self._given = 0

    @property
    def held_ms(self) -> float:
        """How much of the input is not in the output yet."""
        return self._taken * 1000 / self.in_hz - self._given * 1000 / self.out_hz

    def push(self, samples: Samples) -> Samples:
        """Take int16 [n] at in_hz; return what is ready, int16 [m] at out_hz, m may be 0."""
        return self._convert(samples, last=False)

    def flush(self) -> Samples:
        """Return what is held back, int16 [m] at out_hz. Afterwards a new stream may begin."""
        tail = self._convert(SILENCE, last=True)
        if self._stream is not None:
            self._stream.clear()
        self._taken = self._given = 0
        return tail

    def _convert(self, samples: Samples, last: bool) -> Samples:
        if self._stream is None:
            return samples
        # Not soxr's own int16: it dithers, so that silence would hiss and two runs would differ.
        converted = to_int16(self._stream.resample_chunk(samples.astype(np.float32) / FULL_SCALE, last=last))
        self._taken += len(samples)
        self._given += len(converted)
        return converted
