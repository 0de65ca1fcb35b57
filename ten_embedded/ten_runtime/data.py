"""Data messages."""

from __future__ import annotations

from typing import Self

from ._body import DataBody
from ._buffer import BufferMsg
from ._typed import check_string


class Data(BufferMsg):
    """A named message without an answer: properties, and a buffer if need be."""

    __slots__ = ()
    _missing_error = SystemError
    _foreign_error = SystemError

    @classmethod
    def create(cls, name: str) -> Self:
        return cls._wrap(DataBody(check_string(name)))

    def clone(self) -> Self:
        """A deep copy."""
        return self._clone()

    def get_buf(self) -> bytearray:
        """A copy of the buffer; empty without one."""
        buffer = self._body.buffer
        return bytearray() if buffer is None else buffer[:]
