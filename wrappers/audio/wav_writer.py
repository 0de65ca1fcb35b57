"""Writes a WAV file that is whole after every flush, so that a crash costs only what was not flushed."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from wrappers.audio.files import AudioFileError
from wrappers.disk import sync

_HEADER_BYTES = 44
_LARGEST_SIZE = 0xFFFFFFFF
_BYTES_PER_SAMPLE = 2


class WavWriter:
    """Appends 16-bit samples to a new WAV file. Blocking: call it from a worker.

    path: an existing file is replaced; missing folders are made
    raises AudioFileError, here and in the methods, when the file cannot be written; it is closed then, and whole up to
    the last flush that worked
    """

    def __init__(self, path: Path, rate_hz: int, channels: int = 1) -> None:
        if rate_hz <= 0 or channels <= 0:
            raise ValueError(f"rate and channels must be above 0, not {rate_hz} and {channels}")
        self.path = path.expanduser()
        self.rate_hz = rate_hz
        self.channels = channels
        self._data_bytes = 0
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self.path.open("wb")
        except OSError as error:
            raise AudioFileError(self.path, _reason(error)) from None
        self.flush()

    @property
    def duration_ms(self) -> int:
        """Length of what was written so far."""
        return round(self._data_bytes * 1000 / (self.rate_hz * self.channels * _BYTES_PER_SAMPLE))

    def write(self, samples: npt.NDArray[np.int16]) -> None:
        """Append int16 [n] (mono) or [n, channels]."""
        given = 1 if samples.ndim == 1 else samples.shape[1]
        if given != self.channels:
            raise ValueError(f"{given} channels were given for a file with {self.channels}")
        data = np.ascontiguousarray(samples, dtype="<i2").tobytes()
        try:
            self._file.write(data)
        except OSError as error:
            raise self._given_up(error) from None
        self._data_bytes += len(data)

    def flush(self) -> None:
        """Hand everything to the system, then correct the lengths in the header: the file is whole from here on."""
        try:
            self._file.flush()
            self._file.seek(0)
            self._file.write(self._header())
            self._file.flush()
            self._file.seek(0, 2)
        except OSError as error:
            raise self._given_up(error) from None

    def sync(self) -> None:
        """Flush, and return when all of it is on the disk itself: a power cut costs nothing of it."""
        self.flush()
        try:
            sync(self._file.fileno())
        except OSError as error:
            raise self._given_up(error) from None

    def close(self) -> None:
        """Flush and close; closing twice is allowed."""
        if not self._file.closed:
            self.flush()
            self._file.close()

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _header(self) -> bytes:
        frame_bytes = self.channels * _BYTES_PER_SAMPLE
        return struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            b"RIFF",
            min(self._data_bytes + _HEADER_BYTES - 8, _LARGEST_SIZE),
            b"WAVE",
            b"fmt ",
            16,
            1,  # PCM
            self.channels,
            self.rate_hz,
            self.rate_hz * frame_bytes,
            frame_bytes,
            8 * _BYTES_PER_SAMPLE,
            b"data",
            min(self._data_bytes, _LARGEST_SIZE),
        )

    def _given_up(self, error: OSError) -> AudioFileError:
        with suppress(OSError):  # closing tries once more to write what could not be written
            self._file.close()
        return AudioFileError(self.path, _reason(error))


def _reason(error: OSError) -> str:
    match error:
        case PermissionError():
            return "writing is not permitted"
        case IsADirectoryError():
            return "this is a folder; name a file to write"
        case _:
            return f"cannot be written ({error.strerror or error})"
