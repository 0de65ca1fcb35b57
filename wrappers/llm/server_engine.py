"""What engines have in common whose model is in a server: a client that lives in a loop of its own."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from .background_loop import BackgroundLoop
from .base import ChatRequest, Delta


class ServerEngine(ABC):
    """A `ChatEngine` whose methods run in a background loop, where the network may be slow."""

    vendor: str

    def __init__(self, model: str) -> None:
        self._model = model
        self._loop: BackgroundLoop | None = None

    @property
    def model(self) -> str:
        """The model that is asked; may be empty before `open`, where the server chooses."""
        return self._model

    async def open(self) -> None:
        """Load the client, and see whether the server is there and has the model. After a failure, call it again.

        raises EngineMissing without the client's package, LlmError for a server that does not answer or has no model
        """
        self._loop = self._loop or BackgroundLoop(f"{self.vendor} client")
        await self._loop.call(self._open)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """See `ChatEngine.chat`."""
        assert self._loop is not None, "open it first"
        async with aclosing(self._loop.stream(self._chat, request)) as deltas:
            async for delta in deltas:
                yield delta

    async def prefill(self, request: ChatRequest) -> None:
        """See `Prefills.prefill`: the answer's first token is made, which fills the server's cache, and thrown away."""
        shortest = replace(request, parameters={**request.parameters, "max_tokens": 1})
        async with aclosing(self.chat(shortest)) as deltas:
            async for _ in deltas:
                pass

    async def close(self) -> None:
        """See `ChatEngine.close`."""
        loop, self._loop = self._loop, None
        if loop is not None:
            with contextlib.suppress(Exception):
                await loop.call(self._close)
            loop.close()

    @abstractmethod
    async def _open(self) -> None:
        """Make the client and find the model; in the background loop, like all that follows."""

    @abstractmethod
    def _chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Ask for one answer."""

    @abstractmethod
    async def _close(self) -> None:
        """End the connection."""
