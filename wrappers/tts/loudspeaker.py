"""Plays sound on the machine's usual device, for programs that do nothing else. The agent has its own way to play."""

from __future__ import annotations

import importlib
from types import TracebackType
from typing import Any

import numpy as np

from wrappers.audio import Samples, samples_of_ms
from wrappers.errors import EngineFailed, EngineMissing

_MEND = "write to a file instead: --output FILE.wav"
_LAST_MS = 20
"""Of silence at the end, so that no device repeats or cuts the last sound."""


class Loudspeaker:
    """Blocks while the device has enough to play."""

    def __init__(self, rate_hz: int) -> None:
        """raises EngineMissing where there is no device, or no library to reach it"""
        try:
            sounddevice: Any = importlib.import_module("sounddevice")
        except (ImportError, OSError) as problem:
            raise EngineMissing(f"sound cannot be played here ({problem})", _MEND) from None
        self._rate_hz = rate_hz
        self._error: type[Exception] = sounddevice.PortAudioError
        try:
            self._stream = sounddevice.OutputStream(rate_hz, channels=1, dtype="int16", latency="high")
            self._stream.start()
        except (self._error, ValueError) as problem:  # the latter where there is no device at all
            raise EngineMissing(f"there is no loudspeaker ({problem})", _MEND) from None

    def play(self, samples: Samples) -> None:
        """Play int16 [n] behind what plays. Raises EngineFailed where the device is gone."""
        try:
            self._stream.write(np.ascontiguousarray(samples).reshape(-1, 1))
        except self._error as problem:
            raise EngineFailed(f"the loudspeaker does not take sound any more ({problem})") from None

    def __enter__(self) -> Loudspeaker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the end of the sound; after an error or Ctrl-C, stop at once."""
        if kind is None:
            self.play(np.zeros(samples_of_ms(_LAST_MS, self._rate_hz), np.int16))
            self._stream.stop()
        else:
            self._stream.abort()
        self._stream.close()
