"""The environment of coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from ._env_log import LoggingEnv
from ._properties import from_json_text
from ._typed import check_float, check_int, check_path, check_string
from .audio_frame import AudioFrame
from .cmd import Cmd
from .cmd_result import CmdResult
from .data import Data
from .error import TenError, closed_error
from .send_options import SendOptions
from .video_frame import VideoFrame

if TYPE_CHECKING:
    from ._body import ResultBody
    from ._node import Node

CmdAnswer = tuple["CmdResult | None", "TenError | None"]


class AsyncSendingEnv(LoggingEnv):
    """Sending and answering. Nothing is raised for what goes wrong: errors are handed back.

    Without `wait_for_result` data, frames and results are sent without suspending, and None is returned even if they
    are not connected to anything.
    """

    __slots__ = ()

    def __init__(self, owner: Node) -> None:
        self._owner = owner

    async def send_cmd(self, cmd: Cmd) -> CmdAnswer:
        """Send a command and wait for its one result, or the error why there is none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[CmdAnswer] = loop.create_future()
        settle = self._settler(loop)

        def take(result: ResultBody | None, error: TenError | None) -> None:
            settle(answer, (None if result is None else CmdResult._wrap(result), error))

        error = self._owner.outbox.send_cmd(cmd, take, every=False)
        return (None, error) if error else await answer

    async def send_cmd_ex(self, cmd: Cmd) -> AsyncIterator[CmdAnswer]:
        """Send a command and yield each result; ends after an error or the completed result."""
        loop = asyncio.get_running_loop()
        answers: asyncio.Queue[CmdAnswer] = asyncio.Queue()
        put = self._caller(loop, answers.put_nowait)

        def take(result: ResultBody | None, error: TenError | None) -> None:
            put((None if result is None else CmdResult._wrap(result), error))

        error = self._owner.outbox.send_cmd(cmd, take, every=True)
        if error:
            yield None, error
            return
        while True:
            result, error = await answers.get()
            is_last = error is not None or result is None or result.is_completed()
            yield result, error
            if is_last:
                return

    async def send_data(self, data: Data, options: SendOptions | None = None) -> TenError | None:
        if options is not None and options.wait_for_result:
            return await self._send_and_wait(data, "data")
        return self._owner.outbox.send(data, "data", None)

    async def send_audio_frame(self, audio_frame: AudioFrame, options: SendOptions | None = None) -> TenError | None:
        if options is not None and options.wait_for_result:
            return await self._send_and_wait(audio_frame, "audio_frame")
        return self._owner.outbox.send(audio_frame, "audio_frame", None)

    async def send_video_frame(self, video_frame: VideoFrame, options: SendOptions | None = None) -> TenError | None:
        if options is not None and options.wait_for_result:
            return await self._send_and_wait(video_frame, "video_frame")
        return self._owner.outbox.send(video_frame, "video_frame", None)

    async def return_result(self, result: CmdResult, options: SendOptions | None = None) -> TenError | None:
        outbox = self._owner.outbox
        if options is not None and options.wait_for_result:
            return await self._wait(lambda sink: outbox.return_result(result, sink))
        return outbox.return_result(result, None)

    async def _send_and_wait(self, message: Any, kind: str) -> TenError | None:
        return await self._wait(lambda sink: self._owner.outbox.send(message, kind, sink))

    async def _wait(self, send: Callable[[Callable[[TenError | None], None]], TenError | None]) -> TenError | None:
        """Send, and come back when what was sent has reached its receivers."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[TenError | None] = loop.create_future()
        settle = self._settler(loop)
        executor = self._owner.executor

        def sent(error: TenError | None) -> None:
            executor.post(lambda error: settle(outcome, error), error)  # behind the message that was just handed over

        error = send(sent)
        return error or await outcome

    def _settler(self, loop: asyncio.AbstractEventLoop) -> Callable[[asyncio.Future[Any], Any], None]:
        return self._caller(loop, _settle)

    def _caller(self, loop: asyncio.AbstractEventLoop, function: Callable[..., object]) -> Callable[..., None]:
        """How the executor calls a function on the loop of the coroutine that waits, which may be another one."""

        def call(*arguments: Any) -> None:
            if self._owner.executor.owns(loop):
                function(*arguments)
            elif not loop.is_closed():
                loop.call_soon_threadsafe(function, *arguments)

        return call


def _settle(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


class AsyncTenEnv(AsyncSendingEnv):
    """Environment of an async extension; its coroutines run on any event loop."""

    __slots__ = ()

    async def is_property_exist(self, path: str) -> tuple[bool, TenError | None]:
        error = self._closed()
        return (False, error) if error else (self._owner.properties.exists(path), None)

    async def get_property_int(self, path: str) -> tuple[int, TenError | None]:
        return self._get(path, "int", 0)

    async def get_property_float(self, path: str) -> tuple[float, TenError | None]:
        return self._get(path, "float", 0.0)

    async def get_property_bool(self, path: str) -> tuple[bool, TenError | None]:
        return self._get(path, "bool", False)

    async def get_property_string(self, path: str) -> tuple[str, TenError | None]:
        return self._get(path, "string", "")

    async def get_property_to_json(self, path: str | None = None) -> tuple[str, TenError | None]:
        error = self._closed()
        return ("", error) if error else self._owner.properties.to_json(path)

    async def set_property_int(self, path: str, value: int) -> TenError | None:
        return self._set(path, check_int(value))

    async def set_property_float(self, path: str, value: float) -> TenError | None:
        return self._set(path, check_float(value))

    async def set_property_bool(self, path: str, value: bool) -> TenError | None:
        return self._set(path, bool(value))

    async def set_property_string(self, path: str, value: str) -> TenError | None:
        return self._set(path, check_string(value))

    async def set_property_from_json(self, path: str, json_str: str) -> TenError | None:
        """Raises ValueError if the text is not JSON."""
        return self._set(path, from_json_text(check_string(json_str)))

    async def init_property_from_json(self, json_str: str) -> TenError | None:
        """Give the properties in place of property.json; only in `on_configure`."""
        return self._closed() or self._owner.properties.set_init_text(check_string(json_str))

    def _get(self, path: str, wanted: str, zero: Any) -> tuple[Any, TenError | None]:
        check_path(path)
        error = self._closed()
        return (zero, error) if error else self._owner.properties.get(path, wanted)

    def _set(self, path: str, value: Any) -> TenError | None:
        check_path(path)
        return self._closed() or self._owner.properties.set(path, value)

    def _closed(self) -> TenError | None:
        return closed_error() if self._owner.is_closed else None
