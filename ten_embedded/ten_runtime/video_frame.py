"""Video frames."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from ._body import VideoFrameBody
from ._frame import FrameMsg, int64
from ._typed import check_string


class PixelFmt(IntEnum):
    RGB24 = 1
    RGBA = 2
    BGR24 = 3
    BGRA = 4
    I422 = 5
    I420 = 6
    NV21 = 7
    NV12 = 8


class VideoFrame(FrameMsg):
    """A picture: pixels in the buffer, their layout in the fields. Getters give plain ints."""

    __slots__ = ()

    @classmethod
    def create(cls, name: str) -> Self:
        return cls._wrap(VideoFrameBody(check_string(name)))

    def get_width(self) -> int:
        return self._body.width

    def set_width(self, width: int) -> None:
        self._body.width = int64(width)

    def get_height(self) -> int:
        return self._body.height

    def set_height(self, height: int) -> None:
        self._body.height = int64(height)

    def get_pixel_fmt(self) -> int:
        return self._body.pixel_fmt

    def set_pixel_fmt(self, pixel_fmt: PixelFmt | int) -> None:
        self._body.pixel_fmt = int64(pixel_fmt)
