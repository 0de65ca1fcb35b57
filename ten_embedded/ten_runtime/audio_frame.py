"""Audio frames."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from ._body import AudioFrameBody
from ._frame import FrameMsg, int64
from ._typed import check_string


class AudioFrameDataFmt(IntEnum):
    INTERLEAVE = 1
    NON_INTERLEAVE = 2


class AudioFrame(FrameMsg):
    """A piece of sound: samples in the buffer, their layout in the fields. Getters give plain ints."""

    __slots__ = ()

    @classmethod
    def create(cls, name: str) -> Self:
        return cls._wrap(AudioFrameBody(check_string(name)))

    def get_sample_rate(self) -> int:
        return self._body.sample_rate

    def set_sample_rate(self, sample_rate: int) -> None:
        self._body.sample_rate = int64(sample_rate)

    def get_samples_per_channel(self) -> int:
        return self._body.samples_per_channel

    def set_samples_per_channel(self, samples_per_channel: int) -> None:
        self._body.samples_per_channel = int64(samples_per_channel)

    def get_bytes_per_sample(self) -> int:
        return self._body.bytes_per_sample

    def set_bytes_per_sample(self, bytes_per_sample: int) -> None:
        self._body.bytes_per_sample = int64(bytes_per_sample)

    def get_number_of_channels(self) -> int:
        return self._body.number_of_channels

    def set_number_of_channels(self, number_of_channels: int) -> None:
        self._body.number_of_channels = int64(number_of_channels)

    def get_data_fmt(self) -> int:
        return self._body.data_fmt

    def set_data_fmt(self, data_fmt: AudioFrameDataFmt | int) -> None:
        self._body.data_fmt = int64(data_fmt)

    def get_line_size(self) -> int:
        return self._body.line_size

    def set_line_size(self, line_size: int) -> None:
        self._body.line_size = int64(line_size)
