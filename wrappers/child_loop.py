"""The child's side of an engine process: answer requests until the parent is gone.

An engine's worker module ends with

    if __name__ == "__main__":
        serve(Engine().handle)

where `handle(request)` returns the answer, or is a generator of answers. See `child_process.py` for the protocol.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from wrappers.child_frames import BrokenFrame, Frame, encode, read_frame

Handler = Callable[[Frame], Frame | Iterator[Frame] | None]


class Refused(Exception):
    """A request cannot be served for a reason that the user can mend; it reaches the parent as text, without traceback.

    kind: a word by which the parent tells reasons apart
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def serve(handle: Handler) -> NoReturn:
    """Answer requests one after the other, on the calling thread. At the end of stdin the process ends.

    handle: gets the parent's frame; returns one frame, none (an empty answer), or an iterator of frames. An iterator is
    closed at its next item when the parent cancels. What it raises is answered, and the process goes on.
    """
    connection = _Connection()
    threading.Thread(target=connection.listen, name="requests", daemon=True).start()
    while True:
        request = connection.requests.get()
        number = request.header["id"]
        try:
            answer = handle(request)
            if answer is None or isinstance(answer, Frame):
                connection.answer(number, answer or Frame(), last=True)
            else:
                connection.answer_all(number, answer)
        except Refused as refusal:
            connection.answer_error(number, refusal.kind, str(refusal))
        except Exception as error:
            traceback.print_exc()
            connection.answer_error(number, type(error).__name__, str(error))


def take_pipes() -> tuple[int, int]:
    """Descriptors of stdin and stdout, for frames only: whatever else reads finds nothing, and prints go to stderr."""
    pipes = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout.flush()
    os.dup2(2, 1)  # the engine's prints go where its log goes
    return pipes


class _Connection:
    """The two pipes: requests in, answers out."""

    def __init__(self) -> None:
        self.requests: queue.Queue[Frame] = queue.Queue()  # the parent has one request open at a time
        self._input, self._output = take_pipes()
        self._cancelled = -1

    def listen(self) -> None:
        """Take requests; a cancellation is noticed while the main thread computes. At the end of stdin all ends."""
        try:
            while (frame := read_frame(lambda size: os.read(self._input, size))) is not None:
                if frame.header.get("cancel"):
                    self._cancelled = frame.header["id"]
                else:
                    self.requests.put(frame)
        except BrokenFrame as error:
            print(f"broken request: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)  # the main thread may be deep inside a model, and nobody waits for its answer any more

    def answer(self, number: int, frame: Frame, *, last: bool) -> None:
        # A full pipe blocks here: that is what keeps the engine from running ahead of its consumer.
        data = memoryview(encode(Frame({**frame.header, "id": number, "last": last}, frame.payload)))
        try:
            while data:
                data = data[os.write(self._output, data) :]
        except BrokenPipeError:
            os._exit(0)

    def answer_all(self, number: int, frames: Iterator[Frame]) -> None:
        try:
            for frame in frames:
                if self._cancelled == number:
                    break
                self.answer(number, frame, last=False)
        finally:
            close: Any = getattr(frames, "close", None)
            if close is not None:
                close()
        self.answer(number, Frame({"end": True}), last=True)

    def answer_error(self, number: int, kind: str, text: str) -> None:
        self.answer(number, Frame({"error": {"kind": kind, "text": text}}), last=True)
