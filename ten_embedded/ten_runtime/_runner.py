"""Calls the hooks and handlers of an extension: plainly, or as tasks of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from ._executor import BACKLOG_WARNING
from ._loop_thread import SLOW_S
from ._task_starter import TaskStarter

if TYPE_CHECKING:
    from ._loop_thread import LoopThread
    from .msg import Msg

Fatal = Callable[[BaseException], None]
"""Told what escaped from the user's code; it ends the process."""
Handler = Callable[[Any, "Msg"], Coroutine[Any, Any, None]]
HANDLERS = {
    "cmd": "on_cmd",
    "data": "on_data",
    "audio_frame": "on_audio_frame",
    "video_frame": "on_video_frame",
}


class Runner(Protocol):
    """Runs on the executor of its extension and never raises."""

    def run_hook(self, name: str, done: Callable[[], None]) -> None:
        """Begin a hook of the life cycle; `done` is called, if the hook is a coroutine, when it has returned."""

    def handle(self, kind: str, message: Msg) -> None:
        """Give a message to its handler."""

    def end(self, then: Callable[[], None]) -> None:
        """The extension is gone; `then` is called when nothing of it runs any more."""


class SyncRunner:
    """For plain functions. The end of a hook is told through the environment, not by its return."""

    def __init__(self, extension: Any, env: Any, fatal: Fatal) -> None:
        self._extension = extension
        self._env = env
        self._fatal = fatal
        self._handlers = {kind: getattr(extension, name) for kind, name in HANDLERS.items()}

    def run_hook(self, name: str, done: Callable[[], None]) -> None:
        try:
            getattr(self._extension, name)(self._env)
        except BaseException as error:
            self._fatal(error)

    def handle(self, kind: str, message: Msg) -> None:
        try:
            self._handlers[kind](self._env, message)
        except BaseException as error:
            self._fatal(error)

    def end(self, then: Callable[[], None]) -> None:
        then()


class AsyncRunner:
    """For coroutines: each hook and each message is a task of its own, so handlers overlap where they await."""

    def __init__(
        self,
        extension: Any,
        env: Any,
        fatal: Fatal,
        loop_thread: LoopThread,
        warn: Callable[[str], None],
    ) -> None:
        self._extension = extension
        self._env = env
        self._fatal = fatal
        self._loop_thread = loop_thread
        self._start_at_once = TaskStarter(loop_thread.loop).start
        self._start = self._start_watched if loop_thread.loop.get_debug() else self._start_at_once
        self._name = f"ten:{getattr(extension, 'name', '')}"
        self._warn = warn
        self._warn_at = BACKLOG_WARNING
        self._tasks: dict[object, asyncio.Task[None]] = {}
        """Those that run, by the message they handle or the hook they run."""
        self._handlers = {kind: getattr(extension, name) for kind, name in HANDLERS.items()}
        self._is_gone = False
        """After the extension's end, the cancellation of what it left running is no failure."""
        loop_thread.add_async_node()

    def run_hook(self, name: str, done: Callable[[], None]) -> None:
        task = self._start(self._run_hook(name, done), self._name)
        if not task.done():
            self._keep(name, task)

    def handle(self, kind: str, message: Msg) -> None:
        task = self._start(self._run_handler(self._handlers[kind], message), self._name)
        if not task.done():
            self._keep(message, task)

    def end(self, then: Callable[[], None]) -> None:
        self._is_gone = True
        self._loop_thread.remove_async_node(then)

    async def _run_hook(self, name: str, done: Callable[[], None]) -> None:
        try:
            await getattr(self._extension, name)(self._env)
        except BaseException as error:
            self._failed(error)
        self._tasks.pop(name, None)
        done()

    async def _run_handler(self, handler: Handler, message: Msg) -> None:
        try:
            await handler(self._env, message)
        except BaseException as error:
            self._failed(error)
        self._tasks.pop(message, None)

    def _failed(self, error: BaseException) -> None:
        if not (self._is_gone and isinstance(error, asyncio.CancelledError)):
            self._fatal(error)

    def _start_watched(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """For debug mode, whose own complaint would not name the extension."""
        begin_s = perf_counter()
        task = self._start_at_once(coroutine, name)
        took_s = perf_counter() - begin_s
        if took_s > SLOW_S:
            self._warn(f"a hook or handler held the event loop for {took_s * 1000:.0f} ms before it first waited")
        return task

    def _keep(self, key: object, task: asyncio.Task[None]) -> None:
        """Hold a task until it ends, since the loop itself does not."""
        self._tasks[key] = task
        if len(self._tasks) >= self._warn_at:
            self._warn(f"{len(self._tasks)} messages are being handled at the same time: they come faster than they go")
            self._warn_at *= 2
