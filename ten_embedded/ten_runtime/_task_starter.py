"""Starts a task at once: it runs until it waits for the first time, before the starting call returns."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

Task = asyncio.Task[None]

if sys.version_info >= (3, 12):

    class TaskStarter:
        """For one event loop; `start` is called from a callback of that loop, not from another task."""

        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop

        def start(self, coroutine: Coroutine[Any, Any, None], name: str) -> Task:
            return asyncio.Task(coroutine, loop=self._loop, name=name, eager_start=True)

else:

    class TaskStarter:
        """For one event loop; `start` is called from a callback of that loop, not from another task.

        Tasks of this Python ask their loop to make the first step in its next pass. That request is caught and
        carried out here: a pass costs a system call, so a frame on its way through five nodes would pay for five.
        """

        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop

        def start(self, coroutine: Coroutine[Any, Any, None], name: str) -> Task:
            self._loop.call_soon = self._catch  # type: ignore[assignment, method-assign]
            try:
                task = asyncio.Task(coroutine, loop=self._loop, name=name)
            finally:
                del self._loop.call_soon
            self._context.run(self._step)
            return task

        def _catch(self, step: Callable[[], object], *, context: Context) -> None:
            self._step, self._context = step, context
