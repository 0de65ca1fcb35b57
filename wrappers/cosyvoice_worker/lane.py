"""One thread that loads a model and does all its work: what a model allocates in one thread, others may not use."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

AHEAD = 2
"""Chunks made before the pipe takes them."""
SIGN_OF_LIFE_S = 0.1
"""So often a waiting request says so; it is then that whoever waits notices that it is no longer wanted."""

Waveform = npt.NDArray[np.float32]
"""float32 [n], -1..1"""


class Backend(Protocol):
    """A loaded model with a voice."""

    sample_rate_hz: int

    def stream(self, text: str) -> Generator[Waveform, None, None]:
        """Speak; an empty chunk means that the next one is not ready yet. Closing it stops the model."""
        ...


class Hangs(Exception):
    """The model has made nothing for too long."""


class Lane:
    """All calls come from one thread, the work happens in another one."""

    def __init__(self, load: Callable[[], Backend]) -> None:
        """load: called at once, in the lane's thread"""
        self._jobs: queue.Queue[_Job] = queue.Queue()  # the parent has one request open at a time
        self._backend: Backend
        self._load_job = _Job(lambda: self._keep(load))
        self._jobs.put(self._load_job)
        threading.Thread(target=self._run, name="model", daemon=True).start()

    def wait_for_load(self, timeout_s: float) -> Iterator[int | None]:
        """Yields None while the model is being loaded, then its sample rate; raises what loading raised, or Hangs.

        May be called again.
        """
        for loaded in self._load_job.items(timeout_s):
            if loaded is None:
                yield None
        yield self._backend.sample_rate_hz

    def speak(self, text: str, timeout_s: float) -> Generator[Waveform | None, None, None]:
        """Yields chunks, and None while there is none. Closing it stops the model at its next chunk.

        raises Hangs, and what the model raises
        """
        job = _Job(lambda: self._backend.stream(text))
        self._jobs.put(job)
        try:
            yield from job.items(timeout_s)
        finally:
            job.cancel()

    def _keep(self, load: Callable[[], Backend]) -> Generator[bool, None, None]:
        self._backend = load()
        yield True

    def _run(self) -> None:
        while True:
            self._jobs.get().run()


class _Job:
    """One generator that runs in the lane, a few items ahead of its reader."""

    def __init__(self, start: Callable[[], Generator[Any, None, None]]) -> None:
        self._start = start
        self._changed = threading.Condition()
        self._made: deque[Any] = deque()
        self._ended = self._cancelled = False
        self._problem: Exception | None = None

    def run(self) -> None:
        """In the lane."""
        try:
            if not self._cancelled:
                with closing(self._start()) as items:
                    for item in items:
                        if not self._put(item):
                            break
        except Exception as problem:  # goes to the reader
            self._problem = problem
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def items(self, timeout_s: float) -> Generator[Any, None, None]:
        """In the reader's thread: what was made, None in between."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._made or self._ended, SIGN_OF_LIFE_S)
                item = self._made.popleft() if self._made else None
                self._changed.notify_all()
                ended = self._ended
            if item is not None:
                deadline_s = time.monotonic() + timeout_s
            elif ended and self._problem is not None:
                raise self._problem
            elif ended:
                return
            elif time.monotonic() > deadline_s:
                raise Hangs(f"the model has made nothing for {timeout_s:g} s")
            yield item

    def cancel(self) -> None:
        """Nobody reads any more."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def _put(self, item: Any) -> bool:
        with self._changed:
            if isinstance(item, np.ndarray) and not len(item):
                return not self._cancelled
            self._changed.wait_for(lambda: self._cancelled or len(self._made) < AHEAD)
            if self._cancelled:
                return False
            self._made.append(item)
            self._changed.notify_all()
            return True
