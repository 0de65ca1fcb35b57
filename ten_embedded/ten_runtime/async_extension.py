"""Extensions with coroutines as hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._runner import AsyncRunner, Runner
from .async_ten_env import AsyncTenEnv

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from ._node import Node
    from .audio_frame import AudioFrame
    from .cmd import Cmd
    from .data import Data
    from .video_frame import VideoFrame


class AsyncExtension:
    """A node of a graph. All async extensions share one event loop, so nothing in them may block.

    (With TEN_PYTHON_THREAD_MODE=multi_thread in the environment each has a loop and a thread of its own.)

    A hook of the life cycle ends when its coroutine returns. Each message is handled in a task of its own; the
    handlers of one extension begin in order and overlap where they await.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> AsyncExtension:
        extension = object.__new__(cls)
        extension.name = args[0] if args else kwargs.get("name", "")  # a subclass may forget super().__init__()
        return extension

    def __init__(self, name: str) -> None:
        self.name = name

    async def on_configure(self, ten_env: AsyncTenEnv) -> None: ...

    async def on_init(self, ten_env: AsyncTenEnv) -> None: ...

    async def on_start(self, ten_env: AsyncTenEnv) -> None: ...

    async def on_stop(self, ten_env: AsyncTenEnv) -> None: ...

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None: ...

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        """A command without an answer is answered by a time-out."""

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None: ...

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None: ...

    async def on_video_frame(self, ten_env: AsyncTenEnv, video_frame: VideoFrame) -> None: ...

    def _ten_executor(self, engine: Engine, group: str) -> Executor:
        self._ten_loop_thread = engine.loop_thread_for(self)
        return self._ten_loop_thread.executor

    def _ten_runner(self, node: Node) -> Runner:
        return AsyncRunner(self, AsyncTenEnv(node), node.escaped, self._ten_loop_thread, node.warn)
