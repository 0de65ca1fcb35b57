"""The byte buffer of data and frames."""

from __future__ import annotations

from typing import ClassVar

from .msg import Msg


class BufferMsg(Msg):
    """A message with a buffer, which is locked to be read or written without a copy."""

    __slots__ = ()
    _missing_error: ClassVar[type[Exception]] = RuntimeError
    _foreign_error: ClassVar[type[Exception]] = RuntimeError

    def alloc_buf(self, size: int) -> None:
        """Get a new buffer of `size` bytes. Raises ValueError for a size below 1."""
        if size < 1:
            raise ValueError(f"a buffer needs at least 1 byte, not {size}")
        self._body.buffer = bytearray(size)

    def lock_buf(self) -> memoryview:
        """The buffer itself, uint8 and writable; give it back with `unlock_buf` before sending.

        Raises SystemError (data) or RuntimeError (frames) without a buffer.
        """
        body = self._body
        if body.buffer is None:
            raise self._missing_error("the message has no buffer; call alloc_buf first")
        view = memoryview(body.buffer)
        if body.views is None:
            body.views = [view]
        else:
            body.views.append(view)
        return view

    def unlock_buf(self, view: memoryview) -> None:
        """Give a view back.

        Raises SystemError (data) or RuntimeError (frames) for a view that is not locked, ValueError for an empty one.
        """
        if not len(view):
            raise ValueError("the view is empty")
        views = self._body.views or []
        for index, locked in enumerate(views):
            if locked is view:
                del views[index]
                return
        raise self._foreign_error("this view is not a locked one of this message")
