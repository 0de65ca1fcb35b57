"""Tests extensions with coroutines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ._loop_thread import LoopThread
from ._runner import AsyncRunner, Runner
from ._tester import TestBench, TesterApp
from .async_ten_env import AsyncSendingEnv
from .error import TenError

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from ._node import Node
    from .audio_frame import AudioFrame
    from .cmd import Cmd
    from .data import Data
    from .video_frame import VideoFrame


class AsyncTenEnvTester(AsyncSendingEnv):
    """Environment of an async tester: sends and logs like an async extension's."""

    __slots__ = ("_stop",)

    def __init__(self, owner: Node, stop: Callable[[TenError | None], None]) -> None:
        super().__init__(owner)
        self._stop = stop

    def stop_test(self, error: TenError | None = None) -> None:
        """End the test; `run` returns the error. Not a coroutine."""
        self._stop(error)


class AsyncExtensionTester(TestBench):
    """Override the hooks, set a mode and call `run`. Hooks run on an event loop in a thread of their own."""

    def __init__(self) -> None:
        pass

    def run(self) -> TenError | None:
        """Run the test. Returns the error given to `stop_test`, one of code 8 after the time-out, or None."""
        own_loop = LoopThread("ten:tester") if type(self)._loop_factory is None else None
        app = TesterApp(self, lambda: None)
        app.seat = _Seat(self, own_loop, app.stop_test)
        app.run(run_in_background=True)
        app.wait()
        if own_loop is not None:
            own_loop.stop()
        return app.outcome()

    async def on_configure(self, ten_env: AsyncTenEnvTester) -> None: ...

    async def on_init(self, ten_env: AsyncTenEnvTester) -> None: ...

    async def on_start(self, ten_env: AsyncTenEnvTester) -> None: ...

    async def on_stop(self, ten_env: AsyncTenEnvTester) -> None: ...

    async def on_deinit(self, ten_env: AsyncTenEnvTester) -> None: ...

    async def on_cmd(self, ten_env: AsyncTenEnvTester, cmd: Cmd) -> None: ...

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None: ...

    async def on_audio_frame(self, ten_env: AsyncTenEnvTester, audio_frame: AudioFrame) -> None: ...

    async def on_video_frame(self, ten_env: AsyncTenEnvTester, video_frame: VideoFrame) -> None: ...


class _Seat:
    """The place of a tester in the graph: stands for its extension.

    own_loop: the loop of the tester; without one it uses that of the app
    """

    def __init__(
        self, tester: AsyncExtensionTester, own_loop: LoopThread | None, stop: Callable[[TenError | None], None]
    ) -> None:
        self._tester = tester
        self._own_loop = own_loop
        self._stop = stop

    def _ten_executor(self, engine: Engine, _group: str) -> Executor:
        return self._loop_thread(engine).executor

    def _ten_runner(self, node: Node) -> Runner:
        env = AsyncTenEnvTester(node, self._stop)
        return AsyncRunner(self._tester, env, node.escaped, self._loop_thread(node.engine), node.warn)

    def _loop_thread(self, engine: Engine) -> LoopThread:
        return self._own_loop or engine.app.loop_thread
