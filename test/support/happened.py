"""Waits in a coroutine for something that another thread does."""

import threading
from collections.abc import Callable
from typing import TypeVar

from wrappers.worker import Worker

T = TypeVar("T")

_TIMEOUT_S = 20


async def happened(event: threading.Event) -> bool:
    """Wait, in real time, until the event is set; False if it never is. Virtual time stands still meanwhile."""
    return await elsewhere(event.wait, _TIMEOUT_S)


async def elsewhere(function: Callable[..., T], *arguments: object) -> T:
    """Run something that blocks in a thread of its own."""
    worker = Worker("test")
    try:
        return await worker.call(function, *arguments)
    finally:
        worker.close()
