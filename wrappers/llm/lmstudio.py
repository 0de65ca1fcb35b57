"""Language models in LM Studio, over its own protocol. Needs the package `lmstudio`.

Compared with LM Studio's OpenAI-compatible server this one finds LM Studio by itself, loads the wanted model, tells
thoughts from text, and stops the model at once when an answer is not wanted any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib
import importlib.util
import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from wrappers.errors import EngineMissing

from .base import LONGER_CONTEXT, ChatRequest, Delta, LlmError, ReasoningDelta, ToolCall, Usage
from .lmstudio_choice import PREFERRED_MODELS, find_preferred
from .lmstudio_messages import chat_history, prediction_config
from .server_engine import ServerEngine
from .think import ThoughtSplitter
from .too_large import SMALLER_MODEL, is_too_large

VENDOR = "lmstudio"
DEFAULT_PORTS = (41343, 52993, 16141, 39414, 22931)
"""Where LM Studio listens on this machine; it takes the first that is free."""
_START = "Start LM Studio and, in it under Developer, its server (or: lms server start)."
_ALLOW = "Allow clients without a token in its server's settings."
_LOOK_TIMEOUT_S = 0.2
_CANCEL_TIMEOUT_S = 5.0
"""How long the server may take to confirm that it has stopped."""


@dataclass(frozen=True)
class LmStudioOptions:
    """Which server, which model."""

    host: str = ""
    """host:port; empty: wherever LM Studio is on this machine."""
    model: str = ""
    """Loaded if it is not yet; empty: a preferred one if it is there, else the one that is loaded."""
    preferred: tuple[str, ...] = PREFERRED_MODELS
    """Parts of names, in this order; see `find_preferred`."""
    connect_timeout_s: float = 20.0
    """A server that hangs would be waited for without end; one on a busy machine may well take seconds."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """temperature, top_p, top_k, min_p, max_tokens, stop, repeat_penalty for requests that do not say."""


class LmStudioEngine(ServerEngine):
    """A model in LM Studio. The connection is made anew when it was lost between two answers."""

    vendor = VENDOR

    def __init__(self, options: LmStudioOptions, on_progress: Callable[[float], None] | None = None) -> None:
        """on_progress: called in another thread with 0..1 while the model is loaded"""
        super().__init__(model="")
        self._options = options
        self._on_progress = on_progress or (lambda progress: None)
        self._sdk: Any = None
        self._client: Any = None
        self._context_tokens = 0

    @property
    def context_tokens(self) -> int:
        """See `KnowsContext`: that with which the model is loaded."""
        return self._context_tokens

    # --- What follows runs in the background loop. -----------------------------------------------------------------

    async def _open(self) -> None:
        try:
            self._sdk = importlib.import_module("lmstudio")  # takes half a second
        except ImportError:
            raise _package_missing() from None
        logging.getLogger("lmstudio").addHandler(logging.NullHandler())  # what it logs, we tell
        await self._connect()
        model = await self._get_model()
        self._model = str(model.identifier)
        with contextlib.suppress(self._sdk.LMStudioError):  # then it is as with servers that do not tell
            self._context_tokens = await model.get_context_length()

    async def _connect(self) -> None:
        await self._close()
        client = self._sdk.AsyncClient(self._options.host or None)
        try:
            async with asyncio.timeout(self._options.connect_timeout_s):
                await client.__aenter__()
        except Exception as error:
            with contextlib.suppress(Exception):
                await client.aclose()
            if isinstance(error, ValueError):  # the client stumbles over a refusal that is a plain text
                raise LlmError("unauthorized", "LM Studio does not let us in.", _ALLOW) from None
            raise self._read_error(error, started=False) from None
        self._client = client

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await client.aclose()

    async def _get_model(self) -> Any:
        """The SDK's handle of the wanted model, loaded. raises LlmError"""
        loaded = {str(model.identifier): model for model in await self._client.llm.list_loaded()}
        known = [str(model.model_key) for model in await self._client.llm.list_downloaded()]
        wanted = self._options.model or find_preferred(self._options.preferred, list(loaded), known)
        if wanted in loaded:
            return loaded[wanted]
        if wanted:
            try:
                return await self._load(wanted, known)
            except LlmError:
                if self._options.model or not loaded:
                    raise  # else a loaded one is better than none
        for model in loaded.values():
            return model
        text = f"LM Studio answers on {self._client.api_host}, but no model is loaded."
        raise LlmError("no_model", text, f"Load one in LM Studio, or {_choice(known)}.")

    async def _load(self, wanted: str, known: list[str]) -> Any:
        try:
            return await self._client.llm.model(wanted, on_load_progress=self._on_progress)
        except self._sdk.LMStudioServerError as error:
            said, choice, too_large = _text_of(error), _choice(known), is_too_large(str(error))
        if too_large:
            raise LlmError("model_too_large", f"LM Studio cannot load {wanted}: {said}.", SMALLER_MODEL)
        if wanted in known:
            raise LlmError("failed", f"LM Studio cannot load {wanted}: {said}.")
        text = f"LM Studio has no model called {wanted}."
        raise LlmError("no_model", text, f"{choice[0].upper()}{choice[1:]}.")

    async def _chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Asks once more over a new connection if the old one proves to be dead before anything has come."""
        for may_reconnect in (True, False):
            started = False
            try:
                if self._client is None:
                    await self._connect()
                async with aclosing(self._try(request)) as deltas:
                    async for delta in deltas:
                        started = True
                        yield delta
                return
            except LlmError:
                raise
            except Exception as error:
                lost = isinstance(error, self._sdk.LMStudioWebsocketError)
                if lost:
                    await self._close()
                if started or not lost or not may_reconnect:
                    raise self._read_error(error, started) from None

    async def _try(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        history = self._sdk.Chat.from_history(self._sdk.history.ChatHistoryData._from_api_dict(chat_history(request)))
        config = prediction_config({**self._options.sampling, **request.parameters}, request.tools)
        handle = await self._client.llm.model(request.model or self._model)
        prediction = await handle.respond_stream(history, config=config)
        thoughts = ThoughtSplitter()
        try:
            async with aclosing(_events(prediction)) as events:
                async for event in events:
                    for delta in _read_event(event, thoughts):
                        yield delta
        except self._sdk.LMStudioPredictionError as error:
            if "tool call" not in str(error):
                raise
            yield ToolCall("unreadable", "unreadable", {}, "The call is not written as the chat template wants it.")
            return  # LM Studio ends the answer there
        for delta in thoughts.finish():
            yield delta
        yield _read_result(prediction.result())

    def _read_error(self, error: Exception, started: bool) -> LlmError:
        text = _text_of(error)
        if "authentication" in text.lower():
            return LlmError("unauthorized", "LM Studio does not let us in.", _ALLOW)
        if isinstance(error, self._sdk.LMStudioServerError):
            if is_too_large(str(error)):
                return LlmError("model_too_large", f"LM Studio cannot load the model: {text}.", SMALLER_MODEL)
            if "context" in text.lower():
                mend = LONGER_CONTEXT
                return LlmError("context_overflow", f"The conversation is too long for the model: {text}.", mend)
            if "no model" in text.lower() or "not found" in text.lower():
                return LlmError("no_model", f"LM Studio says: {text}.", "Load a model in LM Studio.")
            return LlmError("failed", f"LM Studio failed: {text}.")
        if started:
            return LlmError("unreachable", "LM Studio broke off in the middle of its answer.", "Look whether it runs.")
        if isinstance(error, self._sdk.LMStudioClientError | OSError):
            where = f"at {self._options.host}" if self._options.host else "on this machine"
            return LlmError("unreachable", f"LM Studio does not answer {where}.", _START)
        return LlmError("failed", f"LM Studio failed: {type(error).__name__}: {text}.")


def _choice(known: list[str]) -> str:
    return f"set params.model to one of: {', '.join(known)}" if known else "download one in it"


async def _events(prediction: Any) -> AsyncGenerator[Any, None]:
    """The events of a prediction. Whoever leaves early stops the model, too.

    The iteration runs in a task of its own: cancelled inside of it, the SDK would only forget the prediction.
    """
    iterator = prediction._iter_events()  # the public iterator leaves out tool calls
    waiting: asyncio.Future[Any] | None = None
    try:
        while True:
            waiting = asyncio.ensure_future(anext(iterator, None))
            await asyncio.wait({waiting})
            event, waiting = waiting.result(), None
            if event is None:
                return
            yield event
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CANCEL_TIMEOUT_S):
                await prediction.cancel()
                while waiting is None or await waiting is not None:
                    waiting = asyncio.ensure_future(anext(iterator, None))
        await prediction.aclose()


def _read_event(event: Any, thoughts: ThoughtSplitter) -> list[Delta]:
    match type(event).__name__:
        case "PredictionFragmentEvent" if event.arg.content:
            match event.arg.reasoning_type:
                case "none":
                    return [*thoughts.push(event.arg.content)]
                case "reasoning":
                    return [ReasoningDelta(event.arg.content)]
        case "PredictionToolCallEvent":
            call = event.arg
            return [ToolCall(call.id or call.name, call.name, dict(call.arguments or {}))]
    return []  # the tags around thoughts, progress


def _read_result(result: Any) -> Usage:
    stats = result.stats
    match stats.stop_reason:
        case "modelUnloaded":
            raise LlmError("no_model", "The model was unloaded in the middle of its answer.", "Load it in LM Studio.")
        case "failed":
            raise LlmError("failed", "LM Studio failed in the middle of its answer.")
    return Usage(stats.prompt_tokens_count or 0, stats.predicted_tokens_count or 0)


def find_lmstudio(host: str = "") -> str:
    """Look, within a second, where LM Studio answers: host:port. raises EngineMissing that says why not"""
    if importlib.util.find_spec("lmstudio") is None:
        raise _package_missing()
    hosts = [host] if host else [f"127.0.0.1:{port}" for port in DEFAULT_PORTS]
    found = next((candidate for candidate in hosts if _greets(candidate)), "")
    if not found:
        where = f"at {host}" if host else "on this machine"
        raise EngineMissing(f"LM Studio does not answer {where}", "lms server start (or its switch in LM Studio)")
    return found


def _greets(host: str) -> bool:
    connection = http.client.HTTPConnection(host, timeout=_LOOK_TIMEOUT_S)
    try:
        connection.request("GET", "/lmstudio-greeting")
        answer = json.loads(connection.getresponse().read(1000))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return isinstance(answer, dict) and answer.get("lmstudio") is True


def _package_missing() -> EngineMissing:
    return EngineMissing("the package lmstudio is not installed", 'install it by `make run EXTRAS="lmstudio"`')


def _text_of(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip(" .") if lines else type(error).__name__
