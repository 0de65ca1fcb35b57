"""Makes frames of 10 ms at 16 kHz of whatever a node sends."""

from __future__ import annotations

from ten_extensions.common.messages import Pcm
from wrappers.audio import ENGINE_RATE_HZ, Frame, Framer, LowDelayResampler, Samples
from wrappers.echo import FRAME_SAMPLES


class FrameShaper:
    """One stream of frames of any rate and length."""

    def __init__(self) -> None:
        self._resampler = LowDelayResampler(ENGINE_RATE_HZ, ENGINE_RATE_HZ)
        self._framer: Framer | None = None

    def resample(self, pcm: Pcm) -> tuple[Samples, float]:
        """The samples at 16 kHz, int16 [n], and how many ms before the frame's own time they begin."""
        if pcm.rate_hz != self._resampler.in_hz:
            self._resampler = LowDelayResampler(pcm.rate_hz, ENGINE_RATE_HZ)
        held_ms = self._resampler.held_ms
        return self._resampler.push(pcm.samples), held_ms

    def cut(self, pcm: Pcm, time_ms: int) -> list[Frame]:
        """The frames, int16 [160], that are whole now; the first sample of `pcm` was captured at `time_ms`."""
        samples, held_ms = self.resample(pcm)
        if self._framer is None:
            if len(samples) == FRAME_SAMPLES and pcm.rate_hz == ENGINE_RATE_HZ:
                return [Frame(samples, time_ms)]  # as the contract says: nothing to be done
            self._framer = Framer(ENGINE_RATE_HZ, FRAME_SAMPLES)
        return self._framer.push(samples, time_ms - held_ms)
