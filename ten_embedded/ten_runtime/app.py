"""The app: a process's home for graphs."""

from __future__ import annotations

import threading
from signal import Signals
from typing import ClassVar

from ._app_core import AppCore
from ._loop_thread import LoopFactory
from ._observer import Observer, guarded_observer
from ._signals import SignalTrap
from .ten_env import TenEnv


class App:
    """Override `on_configure`, `on_init` or `on_deinit` if need be, then call `run`.

    Each hook ends in its `ten_env.on_xxx_done()`. Several apps may live in one process, at a time or in turn.
    """

    _loop_factory: ClassVar[LoopFactory | None] = None
    """Makes the event loop of the app's async extensions; None for the loop that all apps share."""
    _core: AppCore | None = None
    _thread: threading.Thread | None = None
    _observer: Observer | None = None
    _close_requested = False
    closing_signal: Signals | None = None
    """After `run`: the signal that closed the app."""

    @property
    def failure(self) -> str:
        """Why the app could not start or had to end; empty if all went well."""
        return self._core.failure if self._core is not None else ""

    def on_configure(self, ten_env: TenEnv) -> None:
        ten_env.on_configure_done()

    def on_init(self, ten_env: TenEnv) -> None:
        ten_env.on_init_done()

    def on_deinit(self, ten_env: TenEnv) -> None:
        ten_env.on_deinit_done()

    def run(self, run_in_background: bool = False) -> None:
        """Run the app: until it has ended, or in the background; then `wait` waits for the end."""
        self._core = self._make_core()
        self._core.observer = guarded_observer(self._observer, self._core)
        if self._close_requested:
            self._core.close()
        if run_in_background:
            self._thread = threading.Thread(target=self._run, args=(self._core,), name="ten:app", daemon=True)
            self._thread.start()
        else:
            self._run(self._core)

    def wait(self) -> None:
        """Wait for the end of an app that runs in the background."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Ask the app to end; from any thread, and more than once if you like."""
        self._close_requested = True
        if self._core is not None:
            self._core.close()

    def set_observer(self, observer: Observer | None) -> None:
        """Have every message shown to a function when it is sent; it must not change or keep it."""
        self._observer = observer
        if self._core is not None:
            self._core.observer = guarded_observer(observer, self._core)

    def _make_core(self) -> AppCore:
        return AppCore(self, type(self)._loop_factory)

    def _run(self, core: AppCore) -> None:
        with SignalTrap(core) as trap:
            core.run()
        self.closing_signal = trap.first
        self._close_requested = False
