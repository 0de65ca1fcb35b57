"""The base of all language models: TEN's llm-interface around a chat engine.

    class MyLlm(LlmExtension[MyConfig]):
        vendor = "mine"
        config_type = MyConfig

        def make_engine(self) -> ChatEngine: ...

Each completion runs in a task of its own. An abort answers its command at once and cancels the task; what the engine
still does to get out of it is nobody's concern.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar, TypeVar

from ten_runtime import AsyncTenEnv, Cmd

from ten_extensions.common.config import InvalidConfig, parse_config
from ten_extensions.common.extension import Extension
from ten_extensions.common.llm_config import LlmConfig
from ten_extensions.common.llm_prefill import PrefillAhead
from ten_extensions.common.llm_reply import LlmReply
from ten_extensions.common.llm_request import read_completion
from ten_extensions.common.messages import Json, read
from wrappers.errors import EngineMissing
from wrappers.llm.base import ChatEngine, Delta, KnowsContext, LlmError, Prefills

LlmConfigT = TypeVar("LlmConfigT", bound=LlmConfig)


class LlmExtension(Extension[LlmConfigT], ABC):
    """Answers `chat_completion`, `abort`, `prefill`, `retrieve_prompt`; all messages are in api/llm-interface.json."""

    module = "llm"
    vendor: ClassVar[str]
    """Name in metrics and errors, until the engine gives its own."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._replies: dict[str, LlmReply] = {}
        self._tasks_of: dict[str, asyncio.Task[None]] = {}
        self._engine: ChatEngine | None = None
        self._opened = asyncio.Event()
        """Set once opening the present engine has succeeded or failed."""
        self._problem: LlmError | None = None
        """Why it failed."""
        self._opening = asyncio.Lock()
        self._prefill = PrefillAhead(self.spawn, lambda problem: self.log.warn(f"prefill: {problem}"))

    @abstractmethod
    def make_engine(self) -> ChatEngine:
        """The engine as `self.config.params` says. Quick: what takes long belongs into its `open`."""

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._open())

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        await self._abort("")

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        await super().on_deinit(ten_env)
        if self._engine is not None:
            await self._engine.close()

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        properties = read(cmd)
        match cmd.get_name():
            case "chat_completion":
                await self._take_completion(cmd, properties)
            case "abort":
                await self._abort(str(properties.get("request_id", "")))
                await self.answer_ok(cmd)
            case "prefill":
                await self._take_prefill(cmd, properties)
            case "retrieve_prompt":
                await self.answer_ok(cmd, prompt=self.config.prompt)
            case "update_configs":
                await self._update_configs(cmd, properties)
            case name:
                await self.answer_error(cmd, f"{self.name} does not know the command {name}")

    async def _take_completion(self, cmd: Cmd, properties: Json) -> None:
        try:
            completion = read_completion(properties, self.config.prompt)
        except InvalidConfig as error:
            await self.answer_error(cmd, f"chat_completion: {error}")
            return
        request_id = completion.request_id
        if request_id in self._replies:
            await self.answer_error(cmd, f'chat_completion: request_id "{request_id}" is being answered already')
        elif len(self._replies) >= self.config.max_requests:
            await self.answer_error(cmd, f"chat_completion: {len(self._replies)} requests are being answered already")
        else:
            self._prefill.stop()
            reply = self._replies[request_id] = LlmReply(self, cmd, completion, self._vendor)
            self._tasks_of[request_id] = self.spawn(self._answer(reply))

    async def _take_prefill(self, cmd: Cmd, properties: Json) -> None:
        """Answered at once: whether it is done at all. While an answer is made, all the engine's time is for that."""
        try:
            request = read_completion({"request_id": "prefill", **properties}, self.config.prompt).chat
        except InvalidConfig as error:
            await self.answer_error(cmd, f"prefill: {error}")
            return
        engine = self._engine
        idle = self._opened.is_set() and self._problem is None and not self._replies
        if not (self.config.prefill_ahead and idle and isinstance(engine, Prefills)):
            await self.answer_ok(cmd, taken=False)
            return
        self._prefill.take(engine, request)
        await self.answer_ok(cmd, taken=True)

    async def _abort(self, request_id: str) -> None:
        """Abort one completion, or all. One that does not run (any more) needs no abort."""
        for found in [request_id] if request_id else list(self._replies):
            reply = self._replies.pop(found, None)
            task = self._tasks_of.pop(found, None)
            if reply is not None and task is not None:
                await reply.abort()
                task.cancel()

    async def _answer(self, reply: LlmReply) -> None:
        try:
            engine = await self._ready_engine()
            async with aclosing(engine.chat(reply.completion.chat)) as deltas:
                await self._pass_on(deltas, reply)
            await reply.complete()
        except LlmError as error:
            await reply.fail(str(error), error.kind)
        except Exception as error:  # engines are other people's code
            self.log.error(traceback.format_exc())
            await reply.fail(f"the language model failed: {type(error).__name__}: {error}")
        finally:
            if self._replies.get(reply.completion.request_id) is reply:
                del self._replies[reply.completion.request_id], self._tasks_of[reply.completion.request_id]

    async def _pass_on(self, deltas: AsyncGenerator[Delta, None], reply: LlmReply) -> None:
        timeout_ms = self.config.first_token_timeout_ms
        text = f"the language model made no text for {timeout_ms / 1000:g} s"
        with contextlib.suppress(StopAsyncIteration):
            while True:
                try:
                    async with asyncio.timeout(timeout_ms / 1000) as limit:
                        delta = await anext(deltas)
                except TimeoutError:
                    if not limit.expired():
                        raise  # the engine's own
                    raise LlmError("too_slow", f"{text[0].upper()}{text[1:]}.", "Take a smaller model.") from None
                await reply.add(delta)
                timeout_ms = self.config.stall_timeout_ms
                text = f"the language model stopped in the middle of its answer, for {timeout_ms / 1000:g} s"

    @property
    def _vendor(self) -> str:
        return self._engine.vendor if self._engine is not None else self.vendor

    # --- The engine. -----------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Open an engine in place of the one there is; on failure tell it."""
        async with self._opening:
            before, others = self._engine, list(self._tasks_of.values())
            self._engine = self.make_engine()
            self._problem = await self._try_open(self._engine)
            self._opened.set()
        if self._problem is not None:
            text = f'node "{self.name}": {self._problem}'
            await self.send_error(text, fatal=True, vendor=self._vendor, vendor_code=self._problem.kind)
        else:
            await self._tell_ready()
        if before is not None:
            await asyncio.gather(*others, return_exceptions=True)  # they began with it
            await before.close()

    async def _tell_ready(self) -> None:
        engine = self._engine
        tokens = engine.context_tokens if isinstance(engine, KnowsContext) else 0
        await self.send_ready(**({"context_tokens": tokens} if tokens > 0 else {}))

    async def _try_open(self, engine: ChatEngine) -> LlmError | None:
        try:
            await engine.open()
        except LlmError as error:
            return error
        except EngineMissing as error:
            return LlmError("failed", str(error))
        except Exception as error:
            self.log.error(traceback.format_exc())
            return LlmError("failed", f"the language model could not be loaded: {type(error).__name__}: {error}")
        return None

    async def _ready_engine(self) -> ChatEngine:
        """The present engine, once it is open. What could not be opened before may be there by now."""
        await self._opened.wait()
        assert self._engine is not None
        if self._problem is not None:
            async with self._opening:
                if self._problem is not None:
                    self._problem = await self._try_open(self._engine)
            if self._problem is not None:
                raise LlmError(self._problem.kind, self._problem.text, self._problem.mend)
            await self._tell_ready()
        return self._engine

    async def _update_configs(self, cmd: Cmd, changes: Json) -> None:
        current = self.config.model_dump()
        known = {key: value for key, value in changes.items() if key in current}
        if isinstance(params := known.get("params"), dict):
            known["params"] = current["params"] | params
        try:
            self.config = parse_config(self.config_type, current | known)  # type: ignore[assignment]
        except InvalidConfig as error:
            await self.answer_error(cmd, str(error))
            return
        if self.config.params.model_dump() != current["params"]:
            self._opened.clear()
            self._prefill.stop()
            self.spawn(self._open())
        await self.answer_ok(cmd, code=0, message="")
