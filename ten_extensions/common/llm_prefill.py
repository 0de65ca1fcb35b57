"""Lets an engine read a prompt while the user still speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from wrappers.llm.base import ChatRequest, Prefills

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class PrefillAhead:
    """One prompt at a time; of those that wait only the newest, which holds all that the older ones hold."""

    def __init__(self, spawn: Spawn, tell_problem: Callable[[str], None]) -> None:
        """tell_problem: called with why a prompt could not be read; nothing is lost by that"""
        self._spawn = spawn
        self._tell_problem = tell_problem
        self._task: asyncio.Task[None] | None = None
        self._next: ChatRequest | None = None

    def take(self, engine: Prefills, request: ChatRequest) -> None:
        """Read this prompt, once the one before is read."""
        self._next = request
        if self._task is None:
            self._task = self._spawn(self._work(engine))

    def stop(self) -> None:
        """A question comes: the engine is wanted for its answer."""
        task, self._task, self._next = self._task, None, None
        if task is not None:
            task.cancel()

    async def _work(self, engine: Prefills) -> None:
        while self._next is not None:
            request, self._next = self._next, None
            try:
                await engine.prefill(request)
            except Exception as error:  # an answer that fails in the same way will be told; this is only about time
                self._tell_problem(f"{type(error).__name__}: {error}")
        self._task = None
