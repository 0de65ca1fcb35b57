"""Keeps a recogniser alive: opens it in its worker thread, and again when it breaks down, with the audio so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import numpy as np

from wrappers.asr.base import EngineMisconfigured, Final, Partial, Recogniser
from wrappers.audio import Samples
from wrappers.clock import now_ms
from wrappers.errors import EngineMissing
from wrappers.worker import Worker

T = TypeVar("T")

RETRY_DELAYS_MS = (500, 1000, 2000, 4000)
"""After each failure in a row; the last one for all others. An engine that broke in use is opened again at once."""

State = Literal["disconnected", "connecting", "connected", "failed"]
"""`failed` is for good: trying again would not help."""


class _Down(Exception):
    """The engine has broken down; it has been reported."""


class SupervisedRecogniser:
    """The same calls as a `Recogniser` has, awaited, and without its errors. One caller at a time.

    While the engine is down, audio of the utterance is kept, and given to it when it is back. An utterance that breaks
    the engine twice is given up.
    """

    def __init__(self, engine: Recogniser, on_state: Callable[[State, State, str], Awaitable[None]]) -> None:
        """on_state: called with the new state, the last one, and the reason if it is a failure"""
        self._engine = engine
        self._on_state = on_state
        self._worker = Worker(f"{engine.vendor} recogniser")
        self._audio: list[Samples] = []
        self._given = 0
        self._second_try = False
        self._failures = 0
        self._retry_ms: int | None = None
        self.state: State = "disconnected"

    @property
    def model(self) -> str:
        return self._engine.model

    def retry_in_ms(self) -> int | None:
        """Time until `connect` should be called again; None when there is no need."""
        return None if self._retry_ms is None else max(0, self._retry_ms - now_ms())

    async def connect(self) -> bool:
        """Open the engine; tells whether it is open. What goes wrong is told to `on_state`."""
        if self.state in ("connected", "failed"):
            return self.state == "connected"
        self._retry_ms = None
        await self._change("connecting")
        try:
            await self._worker.call(self._engine.open)
        except (EngineMissing, EngineMisconfigured) as error:
            await self._change("failed", str(error))
            return False
        except Exception as error:  # an engine's library may raise anything
            await self._break_down(error)
            return False
        self._given = 0
        await self._change("connected")
        return True

    async def feed(self, samples: Samples) -> Partial | None:
        """Add audio to the utterance; the text so far, if it is new."""
        self._audio.append(samples)
        return await self._twice(self._give)

    async def pause(self) -> Partial | None:
        """See `Recogniser.pause`."""

        async def pause() -> Partial | None:
            given = await self._give()
            return await self._ask(self._engine.pause) or given

        return await self._twice(pause)

    async def resume(self) -> None:
        """See `Recogniser.resume`."""
        await self._twice(lambda: self._ask(self._engine.resume))

    async def finish(self) -> Final | None:
        """End the utterance; None if the engine could not tell what it says."""

        async def finish() -> Final:
            await self._give()
            return await self._ask(self._engine.finish)

        final = await self._twice(finish)
        if final is not None:
            self._failures = 0
        self._forget()
        return final

    async def reset(self) -> None:
        """Drop the utterance."""
        if self._given:
            await self._twice(lambda: self._ask(self._engine.reset))
        self._forget()

    def close(self) -> None:
        """End the engine and its thread, now. Does not wait."""
        self._engine.close()
        self._worker.close()

    def _forget(self) -> None:
        self._audio = []
        self._given = 0
        self._second_try = False

    async def _twice(self, action: Callable[[], Awaitable[T]]) -> T | None:
        """Do something with the engine; if that breaks it, open it again and do it once more, once per utterance."""
        while self.state == "connected":
            try:
                return await action()
            except _Down:
                if self._second_try:
                    self._audio = []
                    return None
                self._second_try = True
                await self.connect()
        return None

    async def _give(self) -> Partial | None:
        new = self._audio[self._given :]
        if not new:
            return None
        given = len(self._audio)
        partial = await self._ask(self._engine.feed, np.concatenate(new))
        self._given = given
        return partial

    async def _ask(self, function: Callable[..., T], *arguments: Any) -> T:
        try:
            return await self._worker.call(function, *arguments)
        except Exception as error:
            await self._break_down(error)
            raise _Down from None

    async def _break_down(self, error: Exception) -> None:
        self._given = 0
        self._retry_ms = now_ms() + RETRY_DELAYS_MS[min(self._failures, len(RETRY_DELAYS_MS) - 1)]
        self._failures += 1
        await self._change("disconnected", str(error) or type(error).__name__)

    async def _change(self, state: State, reason: str = "") -> None:
        last, self.state = self.state, state
        await self._on_state(state, last, reason)
