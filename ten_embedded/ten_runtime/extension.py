"""Extensions with plain functions as hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._runner import Runner, SyncRunner
from .ten_env import TenEnv

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from ._node import Node
    from .audio_frame import AudioFrame
    from .cmd import Cmd
    from .data import Data
    from .video_frame import VideoFrame


class Extension:
    """A node of a graph. Its functions run one at a time on the thread of its extension group, so they may block.

    A hook of the life cycle ends when its `ten_env.on_xxx_done()` is called, now or later.
    """

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Extension:
        return object.__new__(cls)

    def __init__(self, name: str) -> None:
        pass

    def on_configure(self, ten_env: TenEnv) -> None:
        ten_env.on_configure_done()

    def on_init(self, ten_env: TenEnv) -> None:
        ten_env.on_init_done()

    def on_start(self, ten_env: TenEnv) -> None:
        ten_env.on_start_done()

    def on_stop(self, ten_env: TenEnv) -> None:
        ten_env.on_stop_done()

    def on_deinit(self, ten_env: TenEnv) -> None:
        ten_env.on_deinit_done()

    def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
        """A command without an answer is answered by a time-out."""

    def on_data(self, ten_env: TenEnv, data: Data) -> None: ...

    def on_audio_frame(self, ten_env: TenEnv, audio_frame: AudioFrame) -> None: ...

    def on_video_frame(self, ten_env: TenEnv, video_frame: VideoFrame) -> None: ...

    def _ten_executor(self, engine: Engine, group: str) -> Executor:
        return engine.group_executor(group)

    def _ten_runner(self, node: Node) -> Runner:
        return SyncRunner(self, TenEnv(node), node.escaped)
