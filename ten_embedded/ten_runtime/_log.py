"""The runtime's logger: any thread may log, one thread writes."""

import atexit
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ._log_handlers import Handler, Record
from ._log_settings import default_handlers, parse_log_settings
from ._properties import copy_tree

DEFAULT_CAPACITY: Final = 10_000
_WARN: Final = 3
_SYNC_TIMEOUT_S: Final = 5.0
"""A line that must be written at once waits this long for a terminal that nobody reads; then it stays queued."""


class Logger:
    """Queues lines for a writer thread, so that a slow disk or terminal does not stop the event loop.

    The queue is bounded: while it is full, lines are dropped and their number is written later. The thread starts
    with the first line that needs it. No method raises because a place cannot be written.
    """

    def __init__(
        self,
        handlers: Sequence[Handler] | None = None,
        *,
        capacity: int = DEFAULT_CAPACITY,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._handlers = tuple(default_handlers() if handlers is None else handlers)
        self._capacity = capacity
        self._now_s = now_s
        self._closed = False
        self._reopen = False
        self._reset()
        _register(self)

    def _reset(self) -> None:
        self._queue: deque[Record] = deque()
        self._dropped = 0
        self._changed = threading.Condition()
        """Guards the queue; held for moments only."""
        self._writing = threading.Lock()
        """Held while lines are written, so that they stay in order. Taken before `_changed`."""
        self._thread: threading.Thread | None = None

    def wants(self, level: int, category: str | None = None) -> bool:
        return any(handler.wants(level, category) for handler in self._handlers)

    def log(
        self,
        level: int,
        text: str,
        category: str | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        function: str = "",
        file: str = "",
        line: int = 0,
        sync: bool = False,
    ) -> None:
        """Write a line soon, or with `sync` before returning. `level` is 1 (debug) to 4 (error)."""
        if not self.wants(level, category):
            return
        copied = copy_tree(dict(fields)) if fields else {}
        record = Record(
            self._now_s(), os.getpid(), threading.get_native_id(), level, text, category, copied, function, file, line
        )
        with self._changed:
            at_once = sync or self._closed
            if len(self._queue) >= self._capacity and not at_once:
                self._dropped += 1
                return
            self._queue.append(record)
            if not at_once:
                at_once = not self._wake_writer()
        if at_once:
            self.flush(_SYNC_TIMEOUT_S)

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Write all queued lines in the calling thread; False if another thread was still stuck writing."""
        if not self._writing.acquire(timeout=timeout_s):
            return False
        try:
            self._write_queued()
        finally:
            self._writing.release()
        return True

    def reopen(self) -> None:
        """Open the log files anew before the next line (after log rotation). Takes no lock: fit for signal handlers."""
        self._reopen = True

    def close(self, timeout_s: float = 2.0) -> None:
        """Write what is queued, end the thread and close the files. Later lines are written at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)
        if self.flush(timeout_s):
            self._close_files()

    def _write_queued(self) -> None:
        with self._changed:
            records, self._queue = list(self._queue), deque()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            text = f"{dropped} log lines were dropped here: they came faster than they could be written"
            records.append(Record(self._now_s(), os.getpid(), threading.get_native_id(), _WARN, text))
        if self._reopen:
            self._reopen = False
            self._close_files()
        for handler in self._handlers if records else ():
            handler.write(records)

    def _close_files(self) -> None:
        for handler in self._handlers:
            handler.reopen()

    def _wake_writer(self) -> bool:
        """False if there is no thread and none can be started: the interpreter is about to end."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="ten_log", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        self._changed.notify()
        return True

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
            self.flush(timeout_s=-1)


def open_logger(settings: Any, where: str) -> tuple[Logger, list[str]]:
    """Logger for the value of `ten.log` (None: everything to the standard error), and warnings to log with it.

    Raises ConfigError.
    """
    handlers, warnings = parse_log_settings(settings, where)
    return Logger(handlers), warnings


def flush_all() -> None:
    """Write what any logger of the process still has, as far as its places take it soon."""
    with _registry:
        loggers = list(_loggers)
    for logger in loggers:
        logger.flush()


_loggers: "weakref.WeakSet[Logger]" = weakref.WeakSet()
_registry = threading.Lock()
_ends_are_watched = False


def _register(logger: Logger) -> None:
    """From the first logger on: an ending process writes what is queued; a forked child has no writer thread, and
    must not write its parent's lines a second time.
    """
    global _ends_are_watched
    with _registry:
        _loggers.add(logger)
        if not _ends_are_watched:
            _ends_are_watched = True
            atexit.register(flush_all)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=_reset_after_fork)


def _reset_after_fork() -> None:
    for logger in list(_loggers):
        logger._reset()
