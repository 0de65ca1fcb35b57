"""The base of all voices: TEN's tts-interface around a speech engine.

    class MyVoice(TtsExtension[MyConfig]):
        vendor = "mine"
        config_type = MyConfig

        def open_engine(self) -> SpeechEngine: ...

Texts go into one bounded queue with one consumer, which speaks request after request. Handlers never wait: a flush
cancels the consumer's task, so that nothing is sent for the request after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import traceback
from abc import ABC, abstractmethod
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar, TypeVar

from ten_runtime import AsyncTenEnv, Cmd, Data

from ten_extensions.common.config import InvalidConfig, parse_config
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, read
from ten_extensions.common.tts_config import TtsConfig
from ten_extensions.common.tts_dump import TtsDump
from ten_extensions.common.tts_reply import Reason, TtsReply, Usage
from ten_extensions.common.tts_requests import RequestQueue, SpeechRequest
from wrappers.audio import ENGINE_RATE_HZ
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts import CachedVoice, EngineThread, PlaybackLead, SpeechEngine, SpeechWorker
from wrappers.worker import Worker

TtsConfigT = TypeVar("TtsConfigT", bound=TtsConfig)

IDLE_WHILE_OTHERS_WAIT_MS = 5000
"""A request without an end mark makes others wait for no longer than this, once all its audio was heard."""
IDLE_ALONE_MS = 30_000
"""Where nobody waits, a slow language model or a tool may take its time; but the turn must end one day."""
NO_SPEECH_PAUSE_MS = 20
"""Before the end of a request without any sound: its last texts may still be on their way."""


class TtsExtension(Extension[TtsConfigT], ABC):
    """Speaks `tts_text_input`, stops at `tts_flush`; all messages are in api/tts-interface.json beside this file."""

    module = "tts"
    vendor: ClassVar[str]
    """Name in metrics and errors, and of dumped files."""
    stall_timeout_s: ClassVar[float] = 10.0
    """An engine that makes no audio for so long hangs."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._queue = RequestQueue()
        self._lead = PlaybackLead()
        self._usage = Usage()
        self._dump = TtsDump(self.vendor)
        self._text_changed = asyncio.Event()
        self._playback_changed = asyncio.Event()
        self._voice = EngineThread(self.make_worker, self._open_engine, self.stall_timeout_s)
        self._must_reopen = False
        self._reply: TtsReply | None = None
        """Of the request that is being spoken."""
        self._speaking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @abstractmethod
    def open_engine(self) -> SpeechEngine:
        """Load the engine as `self.config.params` says. May take long: it runs in the engine's thread.

        raises EngineMissing where it cannot run
        """

    def fetch_model(self) -> None:
        """Get what is not on this machine yet. May take minutes: it runs in a thread of its own.

        raises EngineMissing where that fails
        """

    def make_worker(self) -> SpeechWorker:
        """The engine's thread: one of its own, unless a subclass has another for it."""
        return Worker(self.name)

    def sound_left_s(self) -> float:
        """How long the speech can be heard yet. From any thread."""
        return self._lead.left_ms(self._loop.time() * 1000) / 1000 if self._loop else 0.0

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self._loop = asyncio.get_running_loop()
        self.spawn(self._serve())

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        await super().on_deinit(ten_env)
        await self._voice.close()
        self._dump.close()

    # --- Messages. No handler suspends, so each is done before the next begins. ------------------------------------

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        message = read(data)
        match data.get_name():
            case "tts_text_input":
                await self._take_text(message)
            case "tts_flush":
                await self._flush(message)
            case "playback_state":
                self._take_playback_state(message)

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() != "update_configs":
            await self.answer_error(cmd, f"{self.name} does not know the command {cmd.get_name()}")
            return
        try:
            self._update_config(read(cmd))
        except InvalidConfig as error:
            await self.answer_error(cmd, str(error))
        else:
            await self.answer_ok(cmd, code=0, message="")

    async def _take_text(self, message: Json) -> None:
        request_id, text = message.get("request_id"), message.get("text", "")
        if not isinstance(request_id, str) or not request_id or not isinstance(text, str):
            await self._tell("tts_text_input needs request_id and text, both strings, the first not empty")
            return
        metadata = message.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        end = message.get("text_input_end") is True
        outcome = self._queue.add(request_id, text, end, metadata, self.now_ms())
        self._text_changed.set()
        if outcome in ("late", "stale"):
            self.log.debug(f"left out a text of request {request_id}, which is over")
        elif outcome in ("full", "refused"):
            request = SpeechRequest(request_id, metadata, self.now_ms())
            await self._tell("too much text waits to be spoken already: some is left out", request)
            if outcome == "refused":
                await self._reply_to(request).end(Reason.ERROR)

    async def _flush(self, message: Json) -> None:
        min_epoch = message.get("min_epoch")
        dropped = self._queue.flush(min_epoch if isinstance(min_epoch, int) else None)
        reply = self._reply
        if reply is None or reply.request in dropped:
            self._lead.clear(self.now_ms())
        if reply is not None and reply.request in dropped:
            assert self._speaking is not None
            self._speaking.cancel()
            await self._finish(reply, Reason.INTERRUPTED)
        flush_id, metadata = message.get("flush_id", ""), message.get("metadata", {})
        await self.ten_env.send_data(make_data("tts_flush_end", flush_id=flush_id, metadata=metadata))

    def _take_playback_state(self, message: Json) -> None:
        queued_ms, reported_ms, now_ms = message.get("queued_ms"), message.get("ts_ms"), self.now_ms()
        if not isinstance(queued_ms, int | float):
            return
        playing = message.get("state") != "paused"
        self._lead.report(queued_ms, playing, reported_ms if isinstance(reported_ms, int) else now_ms, now_ms)
        self._playback_changed.set()

    def _update_config(self, changes: Json) -> None:
        current = self.config.model_dump()
        known = {key: value for key, value in changes.items() if key in current}
        if isinstance(params := known.get("params"), dict):
            known["params"] = current["params"] | params
        self.config = parse_config(self.config_type, current | known)  # type: ignore[assignment]
        changed = self.config.model_dump()
        self._must_reopen = self._must_reopen or any(changed[key] != current[key] for key in ("params", "cache"))

    # --- The consumer. ---------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        if await self._open():
            await self.send_ready()
        while True:
            request = self._queue.first
            if request is None:
                await self._wait_for_text()
            else:
                await self._serve_one(request)

    async def _serve_one(self, request: SpeechRequest) -> None:
        if self._must_reopen:
            await self._open()
            return  # meanwhile the request may have been flushed
        self._reply = reply = self._reply_to(request)
        self._speaking = self.spawn(self._speak(reply))
        await asyncio.wait({self._speaking})
        if reply.reason is None:  # it broke in a way that nobody thought of; `spawn` has told it
            await self._finish(reply, Reason.ERROR)
        if reply.reason is not Reason.END and not await self._voice.stop():
            self.log.warn("the engine does not stop: it is left behind, and loaded anew")
            await self._open()

    async def _speak(self, reply: TtsReply) -> None:
        if self._voice.engine is None:  # told when it was loaded
            await self._finish(reply, Reason.ERROR)
            return
        try:
            while (piece := await self._next_piece(reply.request)) is not None:
                await self._say(reply, piece)
            if reply.samples == 0:
                await asyncio.sleep(NO_SPEECH_PAUSE_MS / 1000)
            await reply.complete_dump()
        except EngineFailed as error:
            await self._tell(str(error), reply.request)
            await self._finish(reply, Reason.ERROR)
        except Exception as error:  # engines are other people's code
            self.log.error(traceback.format_exc())
            await self._tell(f"the voice failed: {type(error).__name__}: {error}", reply.request)
            await self._finish(reply, Reason.ERROR)
        else:
            await self._finish(reply, Reason.END)

    async def _next_piece(self, request: SpeechRequest) -> str | None:
        """Wait for the request's next text; None at its end, or when too much time has passed without."""
        while (piece := self._queue.take_piece(request)) is None:
            if request.ended:
                return None
            limit_ms = IDLE_WHILE_OTHERS_WAIT_MS if self._queue.others_wait else IDLE_ALONE_MS
            now_ms = self.now_ms()
            left_ms = max(request.last_text_ms, self._lead.ends_at_ms(now_ms)) + limit_ms - now_ms
            if left_ms <= 0:
                self.log.warn(f"request {request.request_id} got no text for {limit_ms} ms and no end: it is ended")
                return None
            await self._wait_for_text(left_ms)
        return piece

    async def _say(self, reply: TtsReply, piece: str) -> None:
        reply.begin_piece()
        async with aclosing(self._voice.speak(piece, reply.rate_hz)) as frames:
            async for samples in frames:
                duration_ms = len(samples) * 1000 / reply.rate_hz
                await self._wait_for_playback(duration_ms)
                await reply.send_frame(samples)
                self._lead.sent(duration_ms, self.now_ms())
                await asyncio.sleep(0)  # a fast engine must not keep others from the loop
        await reply.end_piece(piece)

    async def _wait_for_playback(self, duration_ms: float) -> None:
        """Wait until so much more may be sent without being too far ahead of what is heard."""
        while (wait_ms := self._lead.wait_ms(duration_ms, self.now_ms())) > 0:
            self._playback_changed.clear()
            await _wait(self._playback_changed, wait_ms)

    async def _wait_for_text(self, timeout_ms: float = math.inf) -> None:
        self._text_changed.clear()
        await _wait(self._text_changed, timeout_ms)

    async def _finish(self, reply: TtsReply, reason: Reason) -> None:
        self._queue.finish(reply.request)
        self._reply = self._speaking = None
        await reply.end(reason)

    async def _open(self) -> bool:
        """Load the engine, in place of the one there is; on failure tell it and return False."""
        self._must_reopen = False
        try:
            await self._fetch_model()
            await self._voice.open()
        except EngineMissing as error:
            text = str(error)
        except Exception as error:
            self.log.error(traceback.format_exc())
            text = f"the voice could not be loaded: {type(error).__name__}: {error}"
        else:
            return True
        await self.send_error(f'node "{self.name}": {text}', fatal=True, vendor=self.vendor)
        return False

    async def _fetch_model(self) -> None:
        thread = Worker(f"{self.name} download")
        try:
            await thread.call(self.fetch_model)
        finally:
            thread.close()

    def _open_engine(self) -> SpeechEngine:
        config, engine = self.config, self.open_engine()
        if not config.cache.enabled:
            return engine
        return CachedVoice(engine, config.cache.open(), self.vendor, config.params.model_dump(exclude={"sample_rate"}))

    def _reply_to(self, request: SpeechRequest) -> TtsReply:
        engine = self._voice.engine
        own_rate_hz = engine.sample_rate_hz if engine is not None else ENGINE_RATE_HZ
        return TtsReply(
            self,
            request,
            self.config.params.sample_rate or own_rate_hz,
            vendor=self.vendor,
            usage=self._usage,
            dump=self._dump.file(Path(self.config.dump_path), request.request_id) if self.config.dump else None,
        )

    async def _tell(self, text: str, request: SpeechRequest | None = None) -> None:
        """Send an error that concerns one request."""
        await self.send_error(
            text,
            id=request.request_id if request else "",
            vendor=self.vendor,
            metadata=request.metadata if request else {},
        )


async def _wait(event: asyncio.Event, timeout_ms: float) -> None:
    """Wait until the event is set, at most so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None if math.isinf(timeout_ms) else timeout_ms / 1000):
            await event.wait()
