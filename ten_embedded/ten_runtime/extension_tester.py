"""Tests extensions with plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._executor import ThreadExecutor
from ._phase import Phase
from ._runner import Runner, SyncRunner
from ._tester import TestBench, TesterApp
from .error import TenError
from .ten_env import SendingEnv

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from ._node import Node
    from .audio_frame import AudioFrame
    from .cmd import Cmd
    from .data import Data
    from .video_frame import VideoFrame


class TenEnvTester(SendingEnv):
    """Environment of a tester: sends and logs like an extension's."""

    __slots__ = ("_stop",)

    def __init__(self, owner: Any, stop: Callable[[TenError | None], None]) -> None:
        super().__init__(owner)
        self._stop = stop

    def on_configure_done(self) -> None:
        self._owner.phase_done(Phase.CONFIGURE)

    def on_init_done(self) -> None:
        self._owner.phase_done(Phase.INIT)

    def on_start_done(self) -> None:
        self._owner.phase_done(Phase.START)

    def on_stop_done(self) -> None:
        self._owner.phase_done(Phase.STOP)

    def on_deinit_done(self) -> None:
        self._owner.phase_done(Phase.DEINIT)

    def stop_test(self, error: TenError | None = None) -> None:
        """End the test; `run` returns the error."""
        self._stop(error)


class ExtensionTester(TestBench):
    """Override the hooks, set a mode and call `run`. Hooks run on the thread that called it."""

    def __init__(self) -> None:
        pass

    def run(self) -> TenError | None:
        """Run the test. Returns the error given to `stop_test`, one of code 8 after the time-out, or None."""
        executor = ThreadExecutor()
        app = TesterApp(self, executor.stop)
        app.seat = _Seat(self, executor, app.stop_test)
        app.run(run_in_background=True)
        executor.serve()
        app.wait()
        return app.outcome()

    def on_configure(self, ten_env: TenEnvTester) -> None:
        ten_env.on_configure_done()

    def on_init(self, ten_env: TenEnvTester) -> None:
        ten_env.on_init_done()

    def on_start(self, ten_env: TenEnvTester) -> None:
        ten_env.on_start_done()

    def on_stop(self, ten_env: TenEnvTester) -> None:
        ten_env.on_stop_done()

    def on_deinit(self, ten_env: TenEnvTester) -> None:
        ten_env.on_deinit_done()

    def on_cmd(self, ten_env: TenEnvTester, cmd: Cmd) -> None: ...

    def on_data(self, ten_env: TenEnvTester, data: Data) -> None: ...

    def on_audio_frame(self, ten_env: TenEnvTester, audio_frame: AudioFrame) -> None: ...

    def on_video_frame(self, ten_env: TenEnvTester, video_frame: VideoFrame) -> None: ...


class _Seat:
    """The place of a tester in the graph: stands for its extension."""

    def __init__(
        self, tester: ExtensionTester, executor: ThreadExecutor, stop: Callable[[TenError | None], None]
    ) -> None:
        self._tester = tester
        self._executor = executor
        self._stop = stop

    def _ten_executor(self, engine: Engine, _group: str) -> Executor:
        self._executor.hold_time = engine.app.loop_thread.hold_time
        return self._executor

    def _ten_runner(self, node: Node) -> Runner:
        return SyncRunner(self._tester, TenEnvTester(node, self._stop), node.escaped)
