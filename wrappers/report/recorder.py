"""Keeps a conversation without making it wait: whoever tells what happened goes on at once."""

from __future__ import annotations

import threading
import time
from collections import deque

from wrappers.report.event import Event
from wrappers.report.run_files import RunFiles, Sound

PERIOD_S = 0.5
"""How often the thread writes: a crash of the process costs no more than this."""
MANY = 3000
"""Items at which it does not wait for that; ten seconds of a conversation, which virtual time makes at once."""
MAX_WAITING = 60_000
"""Items; minutes of sound that a disk which hangs may keep in memory."""
CLOSE_TIMEOUT_S = 10
"""For a disk that does not answer at the end."""


class Recorder:
    """A thread that writes to a run's folder what it is told. All methods but `close` only queue, from any thread.

    may_wait: in virtual time, where the conversation can outrun the disk and nobody minds a pause
    """

    def __init__(self, files: RunFiles, *, may_wait: bool = False) -> None:
        self._files = files
        self._may_wait = may_wait
        self._waiting: deque[Event | Sound] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._lost = False
        """Whether something came while too many were waiting."""
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def add(self, item: Event | Sound) -> None:
        """Keep a message or a frame."""
        waiting = len(self._waiting)
        if waiting >= MANY:
            self._wake.set()
            if waiting >= MAX_WAITING and not self._may_wait:
                self._lost = True
                return
            while self._may_wait and len(self._waiting) >= MAX_WAITING:
                time.sleep(0.01)
        self._waiting.append(item)

    def close(self) -> None:
        """Write the rest and complete the files. Blocks."""
        self._closing = True
        self._wake.set()
        self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(PERIOD_S)
            self._wake.clear()
            self._write()
        self._write()
        self._files.close()

    def _write(self) -> None:
        items = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            self._files.add(items)
        except Exception as error:  # one message that cannot be kept must not cost all that come after it
            self._files.tell(f"parts of the conversation are not kept: {type(error).__name__}: {error}")
        if self._lost:
            self._files.tell("the disk is too slow: parts of the conversation are not kept")
