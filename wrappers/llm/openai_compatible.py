"""Language models behind a server that speaks OpenAI's chat protocol. Needs the package `openai`."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from wrappers.errors import EngineMissing

from .base import ChatRequest, Delta, LlmError, ReasoningDelta, Usage
from .chat_servers import ChatServer, is_local
from .openai_errors import ErrorReader
from .openai_messages import ToolCallCollector, completion_arguments
from .server_engine import ServerEngine
from .think import ThoughtSplitter

_RETRY_PAUSE_S = 0.5
_TAIL_TIMEOUT_S = 1.0
"""How long the usage numbers are awaited after the answer is complete; some servers just leave the stream open."""
_PROBE_TIMEOUT_S = 5.0
_LOOK_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class OpenAiOptions:
    """Which server, which model."""

    server: ChatServer
    base_url: str
    api_key: str = ""
    """Empty where the server wants none."""
    model: str = ""
    """Empty: the server's default, or the first one that it lists."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Sent with every request: what only this server knows, such as top_k or chat_template_kwargs."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """temperature, top_p, max_tokens, ... for requests that do not say."""
    connect_timeout_s: float = 5.0
    retries: int = 1
    """Tries more, as long as nothing of the answer has come."""


class OpenAiEngine(ServerEngine):
    """A model behind a server; the network is waited for in a loop of its own."""

    def __init__(self, options: OpenAiOptions, vendor: str = "openai") -> None:
        super().__init__(options.model or options.server.model)
        self.vendor = vendor
        self._options = options
        self._client: Any = None
        self._errors: ErrorReader | None = None
        self._context_tokens = 0

    @property
    def context_tokens(self) -> int:
        """See `KnowsContext`; few servers list it."""
        return self._context_tokens

    # --- What follows runs in the background loop. -----------------------------------------------------------------

    async def _open(self) -> None:
        self._client = self._client or self._make_client()
        models = await self._list_models()
        if not self._model:
            if not models:
                raise self._reader.no_model("")
            self._model = next(iter(models))
        self._context_tokens = models.get(self._model, 0)

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()

    @property
    def _reader(self) -> ErrorReader:
        assert self._errors is not None, "open it first"
        return self._errors

    def _make_client(self) -> Any:
        try:
            openai = importlib.import_module("openai")  # takes half a second
        except ImportError:
            raise _package_missing() from None
        self._errors = ErrorReader(openai, self._options.server, self._options.base_url)
        timeout = openai.Timeout(None, connect=self._options.connect_timeout_s)  # how long to wait: the caller's matter
        http_client = openai.DefaultAsyncHttpxClient(trust_env=not is_local(self._options.base_url), timeout=timeout)
        return openai.AsyncOpenAI(
            base_url=self._options.base_url,
            api_key=self._options.api_key or "none",
            timeout=timeout,
            max_retries=0,
            http_client=http_client,
        )

    async def _list_models(self) -> dict[str, int]:
        """The context in tokens by the model's name, 0 where it is not told; empty where there is no list."""
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_S):
                page = await self._client.models.list()
        except TimeoutError:
            raise self._reader.unreachable() from None
        except Exception as error:
            found = self._reader.read(error, self._model, started=False)
            if found.kind in ("unreachable", "unauthorized"):
                raise found from None
            return {}
        data = getattr(page, "data", None)
        models = {str(model.id): _context_of(model) for model in data} if isinstance(data, list) else {}
        return {name: tokens for name, tokens in models.items() if "embed" not in name.lower()}  # for search only

    async def _chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        model = request.model or self._model
        complete = replace(request, parameters={**self._options.sampling, **request.parameters})
        arguments = completion_arguments(complete, model, self._options.extra_body)
        started = False
        for tries_left in reversed(range(self._options.retries + 1)):
            try:
                async with aclosing(self._try(arguments)) as deltas:
                    async for delta in deltas:
                        started = True
                        yield delta
                return
            except LlmError:
                raise
            except Exception as error:
                if started or not tries_left or not self._reader.may_pass(error):
                    raise self._reader.read(error, model, started) from None
            await asyncio.sleep(_RETRY_PAUSE_S)

    async def _try(self, arguments: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        stream = await self._client.chat.completions.create(**arguments)
        thoughts, calls = ThoughtSplitter(), ToolCallCollector()
        try:
            async with aclosing(self._chunks(stream)) as chunks:
                async for chunk in chunks:
                    for choice in chunk.choices or ():
                        for delta in _read_choice(choice, thoughts, calls):
                            yield delta
                    if chunk.usage:
                        yield _read_usage(chunk.usage)
        finally:
            await stream.close()
        for delta in (*thoughts.finish(), *calls.finish()):
            yield delta

    async def _chunks(self, stream: Any) -> AsyncGenerator[Any, None]:
        """The chunks of a stream; once the answer is complete the rest of it is awaited only for a moment.

        A stream that just ends is a lost connection, too: some servers tell the end of a page only by closing it.
        """
        complete = False
        while True:
            try:
                async with asyncio.timeout(_TAIL_TIMEOUT_S if complete else None):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                if complete:
                    return
                raise self._reader.lost_connection(stream.response.request) from None
            except TimeoutError:
                return
            complete = complete or any(choice.finish_reason for choice in chunk.choices or ())
            yield chunk


def find_server(options: OpenAiOptions) -> None:
    """Look, within half a second, whether this engine can run here. raises EngineMissing that says why not"""
    server, url = options.server, urlsplit(options.base_url)
    if importlib.util.find_spec("openai") is None:
        raise _package_missing()
    if server.key_variable and not options.api_key:
        raise EngineMissing(
            f"there is no key for {server.title}", f"set the environment variable {server.key_variable}"
        )
    if not is_local(options.base_url):
        return  # a network is not asked before the user agreed to use it
    port = url.port or {"https": 443}.get(url.scheme, 80)
    try:
        socket.create_connection((url.hostname or "", port), timeout=_LOOK_TIMEOUT_S).close()
    except OSError:
        raise EngineMissing(f"{server.title} does not answer at {options.base_url}", server.mend) from None


def _read_usage(usage: Any) -> Usage:
    cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0, cached or 0)


def _read_choice(choice: Any, thoughts: ThoughtSplitter, calls: ToolCallCollector) -> Iterator[Delta]:
    delta = choice.delta
    if delta is None:
        return
    extra = delta.model_extra or {}
    reasoning = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(reasoning, str) and reasoning:
        yield ReasoningDelta(reasoning)
    if delta.content:
        yield from thoughts.push(delta.content)
    for call in delta.tool_calls or ():
        function = call.function
        calls.add(call.index, call.id, function and function.name, function and function.arguments)


def _context_of(model: Any) -> int:
    """Under the names that vLLM, OpenRouter and Groq give it."""
    extra = model.model_extra or {}
    found = next((extra[name] for name in ("max_model_len", "context_length", "context_window") if name in extra), 0)
    return found if isinstance(found, int) else 0


def _package_missing() -> EngineMissing:
    return EngineMissing("the package openai is not installed", 'install it by `make run EXTRAS="openai"`')
