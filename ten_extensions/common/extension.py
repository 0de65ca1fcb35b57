"""The base of all our extensions: typed configuration, guarded hooks, guarded tasks, errors and metrics.

An exception that escapes a hook ends the whole process (TEN's rule), so here none does: it is logged with its
traceback, sent as an `error` message, and an open command is answered with status ERROR.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, Generic, TypeVar

from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, Loc, StatusCode

from ten_extensions.common.addon import Missing
from ten_extensions.common.config import Config, InvalidConfig, parse_config
from ten_extensions.common.messages import Json, make_data, make_result
from wrappers.clock import now_ms
from wrappers.downloads import Download

ConfigT = TypeVar("ConfigT", bound=Config)

RECOVERABLE = 1000
FATAL = -1000
"""Error codes of TEN's voice interfaces; always sent as integers."""

_HOOKS = (
    "on_configure",
    "on_init",
    "on_start",
    "on_stop",
    "on_deinit",
    "on_cmd",
    "on_data",
    "on_audio_frame",
    "on_video_frame",
)


class Extension(AsyncExtension, Generic[ConfigT]):
    """Base of our extensions. Hooks are TEN's own; those that override `on_init` or `on_deinit` call super's.

    A node whose `on_init` failed stays in the graph without working: it has sent a fatal error, ignores audio and data
    and answers commands with status ERROR. `on_stop` is only called after an `on_init` that succeeded.
    """

    module: ClassVar[str]
    """Name in `error`, `metrics` and `ready` messages: asr, tts, llm, turn, vad, audio, control, report."""
    config_type: ClassVar[type[Config]]
    closes_app_when_broken: ClassVar[bool] = False
    """For the node without which nobody would ever end the app."""

    config: ConfigT
    ten_env: AsyncTenEnv

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.log = _Log(self)
        self.broken = False
        self._initialized = False
        self._tasks: set[asyncio.Task[None]] = set()
        for hook in _HOOKS:  # on the instance, so that only the outermost call is guarded and super() calls are not
            setattr(self, hook, self._guard(hook, getattr(self, hook)))

    @classmethod
    def check_here(cls, config: ConfigT) -> Missing | None:
        """Tell what keeps this engine from running on this machine. Quick and without side effects."""
        return None

    @classmethod
    def downloads(cls, config: ConfigT) -> tuple[Download, ...]:
        """Models that this engine fetches when it is opened, because they are not here yet. Quick, asks no network."""
        return ()

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        text, _ = await ten_env.get_property_to_json("")
        self.config = parse_config(self.config_type, json.loads(text or "{}"))  # type: ignore[assignment]

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that waits, beside the handlers. Errors are reported; ended at the latest in `on_deinit`."""
        task = asyncio.get_running_loop().create_task(self._guarded_task(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: coroutine.close())  # where it was cancelled before it began
        return task

    def now_ms(self) -> int:
        """The app's clock, in whole ms."""
        return now_ms()

    async def send_ready(self, **properties: Any) -> None:
        """Tell the graph that this node has loaded what it needs, and what else there is to tell."""
        await self.ten_env.send_data(make_data("ready", module=self.module, **properties))

    async def send_error(
        self,
        text: str,
        *,
        fatal: bool = False,
        id: str = "",
        vendor: str = "",
        vendor_code: str = "",
        metadata: Json | None = None,
    ) -> None:
        """Send TEN's `error` message.

        text: what happened and how to mend it, for the user
        fatal: the node gives up; otherwise it goes on
        id: the request it belongs to
        """
        self.log.error(text)
        await self.ten_env.send_data(
            make_data(
                "error",
                id=id,
                module=self.module,
                code=FATAL if fatal else RECOVERABLE,
                message=text,
                vendor_info={"vendor": vendor or self.module, "code": vendor_code, "message": text},
                metadata=metadata or {},
            )
        )

    async def send_metrics(
        self, metrics: Json, metadata: Json | None = None, *, vendor: str = "", id: str = ""
    ) -> None:
        """Send TEN's `metrics` message; times in ms."""
        await self.ten_env.send_data(
            make_data(
                "metrics",
                id=id,
                module=self.module,
                vendor=vendor or self.module,
                metrics=metrics,
                metadata=metadata or {},
            )
        )

    async def answer_ok(self, cmd: Cmd, **properties: Any) -> None:
        """Answer a command with status OK."""
        await self.ten_env.return_result(make_result(StatusCode.OK, cmd, **properties))

    async def answer_error(self, cmd: Cmd, text: str) -> None:
        """Answer a command with status ERROR and the reason as `detail`."""
        await self.ten_env.return_result(make_result(StatusCode.ERROR, cmd, detail=text))

    async def close_app(self) -> None:
        """Ask the app to end. Call it through `spawn`: in a hook it would wait for itself."""
        command = Cmd.create("ten:close_app")
        command.set_dests([Loc("")])
        await self.ten_env.send_cmd(command)

    def _guard(
        self, hook_name: str, hook: Callable[..., Coroutine[Any, Any, None]]
    ) -> Callable[..., Coroutine[Any, Any, None]]:
        async def guarded(ten_env: AsyncTenEnv, *message: Any) -> None:
            self.ten_env = ten_env
            if self.broken and hook_name != "on_deinit":
                if hook_name == "on_cmd":
                    await self._report(self.answer_error(message[0], f"{self.name} could not be started"))
                return
            if hook_name == "on_stop" and not self._initialized:
                return  # the app was closed during its start
            try:
                await hook(ten_env, *message)
                self._initialized = self._initialized or hook_name == "on_init"
            except asyncio.CancelledError:
                return  # the runtime ends the hook; going on upwards would end the process
            except Exception as error:
                await self._report(self._failed(hook_name, error, *message))

        return guarded

    async def _failed(self, hook_name: str, error: Exception, *message: Any) -> None:
        self.broken = self.broken or hook_name == "on_init"
        if isinstance(error, InvalidConfig):
            text = "; ".join(f'node "{self.name}", {problem}' for problem in error.problems)
        else:
            self.log.error(traceback.format_exc())
            text = f'node "{self.name}", {hook_name}: {type(error).__name__}: {error}'
        if hook_name == "on_cmd":
            await self._report(self.answer_error(message[0], text))
        await self.send_error(text, fatal=self.broken)
        if self.broken and self.closes_app_when_broken:
            self.spawn(self.close_app())

    async def _guarded_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except Exception as error:
            await self._report(self._failed("task", error))

    async def _report(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except Exception:  # the last line of defence: a message that cannot even be sent is only logged
            self.log.error(traceback.format_exc())


class _Log:
    """Log lines of one extension, in whatever phase it is."""

    def __init__(self, extension: Extension[Any]) -> None:
        self._extension = extension

    def debug(self, text: str) -> None:
        self._extension.ten_env.log_debug(text)

    def info(self, text: str) -> None:
        self._extension.ten_env.log_info(text)

    def warn(self, text: str) -> None:
        self._extension.ten_env.log_warn(text)

    def error(self, text: str) -> None:
        self._extension.ten_env.log_error(text)
