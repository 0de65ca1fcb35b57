"""What a recogniser still has to deal with, in the order in which it came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from wrappers.asr.base import SAMPLES_PER_MS
from wrappers.audio import Samples

Event = TypeVar("Event")

MAX_AUDIO_MS = 15_000
"""An engine that is further behind than this will not catch up while somebody is waiting for an answer."""
MAX_EVENTS = 1000


class InboxFull(Exception):
    """More events wait than anybody can send in earnest."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Captured audio at 16 kHz."""

    samples: Samples
    """int16 [n]"""
    time_ms: int
    """Capture time of the first sample; 0 where unknown."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Of the frame it came in."""
    lost: bool = False
    """Whether this is silence in place of audio that there was no room for."""


@dataclass(slots=True)
class _Lost:
    """Audio that there was no room for: only its length is kept."""

    count: int
    time_ms: int
    metadata: Mapping[str, Any]


class Inbox(Generic[Event]):
    """A bounded queue of audio and events, with one consumer. Audio that does not fit becomes silence of its length."""

    def __init__(self, max_audio_ms: int = MAX_AUDIO_MS) -> None:
        self._max_audio = max_audio_ms * SAMPLES_PER_MS
        self._items: deque[Heard | _Lost | Event] = deque()
        self._audio = 0
        self._events = 0
        self._filled = asyncio.Event()

    def put_audio(self, heard: Heard) -> None:
        """Add captured audio, or silence in its place."""
        if self._audio + len(heard.samples) <= self._max_audio:
            self._audio += len(heard.samples)
            self._items.append(heard)
        else:
            last = self._items[-1] if self._items else None
            if isinstance(last, _Lost):
                last.count += len(heard.samples)
            else:
                self._items.append(_Lost(len(heard.samples), heard.time_ms, heard.metadata))
        self._filled.set()

    def put(self, event: Event) -> None:
        """Add an event. raises InboxFull"""
        if self._events >= MAX_EVENTS:
            raise InboxFull(f"{MAX_EVENTS} events are waiting already")
        self._events += 1
        self._items.append(event)
        self._filled.set()

    async def get(self, timeout_s: float | None = None) -> Heard | Event | None:
        """Wait for the oldest item and take it; None if there is none within `timeout_s`."""
        if not self._items:
            self._filled.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._filled.wait()
            except TimeoutError:
                return None
        item = self._items.popleft()
        if isinstance(item, _Lost):
            return Heard(np.zeros(item.count, np.int16), item.time_ms, item.metadata, lost=True)
        if isinstance(item, Heard):
            self._audio -= len(item.samples)
        else:
            self._events -= 1
        return item
