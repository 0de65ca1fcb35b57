"""What audio and video frames have in common."""

from __future__ import annotations

from operator import index
from typing import Self

from ._buffer import BufferMsg


class FrameMsg(BufferMsg):
    """A frame. Setters raise TypeError for anything but an int."""

    __slots__ = ()

    def clone(self) -> Self:
        """A deep copy."""
        return self._clone()

    def get_buf(self) -> bytearray:
        """A copy of the buffer. Raises SystemError without one."""
        buffer = self._body.buffer
        if buffer is None:
            raise SystemError("the frame has no buffer; call alloc_buf first")
        return buffer[:]

    def get_timestamp(self) -> int:
        return self._body.timestamp

    def set_timestamp(self, timestamp: int) -> None:
        self._body.timestamp = int64(timestamp)

    def is_eof(self) -> bool:
        return self._body.eof

    def set_eof(self, is_eof: bool) -> None:
        self._body.eof = bool(is_eof)


def int64(value: int) -> int:
    """Raises TypeError for what is no integer of 64 bits."""
    number = index(value)
    if not -(2**63) <= number < 2**63:
        raise TypeError(f"{number} does not fit in 64 bits")
    return number
