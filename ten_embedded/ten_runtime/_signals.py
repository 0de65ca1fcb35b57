"""Ctrl-C and its relatives."""

from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

from ._exit import exit_now
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._app_core import AppCore

GRACE_S = 1.5
"""How long the app has to end in order after Ctrl-C."""
_DISABLED_BY = "TEN_DISABLE_SIGNAL_TRAP"


class SignalTrap:
    """Closes the app at SIGINT or SIGTERM, and reopens the log files at SIGHUP, while it is entered.

    The second SIGINT or SIGTERM ends the process at once, and so does a Ctrl-C that was not obeyed within GRACE_S.
    The signals are read by a thread of their own, since the main thread may be stuck in a long call. Outside of the
    main thread nothing is trapped.
    """

    def __init__(self, app: AppCore) -> None:
        self.first: signal.Signals | None = None
        """The signal that closed the app."""
        self._app = app
        self._old_handlers: dict[int, Any] = {}
        self._timer: threading.Timer | None = None

    def __enter__(self) -> SignalTrap:
        if threading.current_thread() is not threading.main_thread() or os.environ.get(_DISABLED_BY):
            return self
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._old_wakeup_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if number := getattr(signal, name, None):
                self._old_handlers[number] = signal.signal(number, _leave_to_thread)
        self._thread = threading.Thread(target=self._watch, name="ten:signals", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if not self._old_handlers:
            return
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_wakeup_fd)
        if self._timer is not None:
            self._timer.cancel()
        self._writer.close()
        self._thread.join()
        self._reader.close()

    def _watch(self) -> None:
        while received := self._reader.recv(1):
            number = received[0]
            if number == getattr(signal, "SIGHUP", None):
                self._app.logger.reopen()
            elif number not in (signal.SIGINT, signal.SIGTERM):
                continue
            elif self.first is None:
                self._close(signal.Signals(number))
            else:
                exit_now(128 + number)

    def _close(self, received: signal.Signals) -> None:
        self.first = received
        self._app.log(LogLevel.INFO, f"{received.name}: the app closes")
        self._app.close()
        if received == signal.SIGINT:
            self._timer = threading.Timer(GRACE_S, exit_now, (128 + received,))
            self._timer.daemon = True
            self._timer.start()


def _leave_to_thread(_number: int, _frame: FrameType | None) -> None:
    """The wake-up descriptor has told the thread already."""
