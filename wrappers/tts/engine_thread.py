"""A speech engine in a thread of its own, for an event loop; one that hangs is left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any, Protocol

from wrappers.audio import Samples
from wrappers.errors import EngineFailed
from wrappers.tts.base import SpeechEngine
from wrappers.tts.rendering import render_steps

STOP_TIMEOUT_S = 2.0
"""Real time for an engine to end what it was doing, though it was interrupted."""


class SpeechWorker(Protocol):
    """A thread for blocking calls and generators: `Worker` or `MlxUser`."""

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """See `Worker.call`."""

    def stream(
        self, generator_function: Callable[..., Iterator[Samples | None]], *arguments: Any
    ) -> AsyncGenerator[Samples, None]:
        """See `Worker.stream`."""

    def close(self) -> None:
        """See `Worker.close`."""


class EngineThread:
    """Opens, runs, stops and closes one engine. All coroutines belong on one loop."""

    def __init__(
        self,
        make_worker: Callable[[], SpeechWorker],
        open_engine: Callable[[], SpeechEngine],
        stall_timeout_s: float = 10.0,
    ) -> None:
        """
        make_worker: makes a thread for the engine, again when one was left behind
        open_engine: loads the engine; called in the thread, again each time the engine is opened
        stall_timeout_s: an engine that makes no audio for so long hangs
        """
        self.engine: SpeechEngine | None = None
        """None until it is open, and after it was left behind."""
        self._make_worker = make_worker
        self._open_engine = open_engine
        self._stall_timeout_s = stall_timeout_s
        self._worker = make_worker()

    async def open(self) -> None:
        """Load the engine, in place of the one there is. Raises what `open_engine` raises."""
        old, self.engine = self.engine, None
        if old is not None:
            await self._worker.call(old.close)
        self.engine = await self._worker.call(self._open_engine)

    async def speak(self, text: str, rate_hz: int) -> AsyncGenerator[Samples, None]:
        """Frames of a text, as `render` makes them. Wrap it in `contextlib.aclosing`: closing stops synthesis.

        raises EngineFailed when the engine fails or hangs, or none is open
        """
        engine = self.engine
        if engine is None:
            raise EngineFailed("no voice is loaded")
        async with aclosing(self._worker.stream(render_steps, engine, text, rate_hz)) as frames:
            while True:
                try:
                    async with asyncio.timeout(self._stall_timeout_s):
                        frame = await anext(frames, None)
                except TimeoutError:
                    raise EngineFailed(f"{engine.name} made no audio for {self._stall_timeout_s:g} s") from None
                if frame is None:
                    return
                yield frame

    async def stop(self) -> bool:
        """After a speech that was left or failed: get the engine ready for the next one.

        Returns False for an engine that does not stop: it was left behind, `open` makes a new one.
        """
        if self.engine is None:
            return True
        self.engine.interrupt()
        if await self._is_soon_done(lambda: None):
            return True
        self._worker.close()
        self._worker = self._make_worker()
        self.engine = None
        return False

    async def close(self) -> None:
        """End the engine and its thread."""
        if self.engine is not None:
            self.engine.interrupt()
            await self._is_soon_done(self.engine.close)
        self._worker.close()

    async def _is_soon_done(self, function: Callable[[], None]) -> bool:
        """Run something short in the thread; False if the thread does not get there in time, or is lost."""
        with contextlib.suppress(TimeoutError, EngineFailed):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._worker.call(function)
                return True
        return False
