"""Writes what a voice said to files, one per request: raw signed 16-bit little-endian mono."""

from __future__ import annotations

import re
from pathlib import Path

from wrappers.audio import Samples
from wrappers.worker import Worker

_UNSAFE = re.compile(r"[^\w.-]")
_MAX_NAME = 100
_BLOCK_BYTES = 65536
"""1.4 s at 24 kHz: few writes, and little is in memory only."""


class TtsDump:
    """The files of one voice; they are written in a thread of their own."""

    def __init__(self, vendor: str) -> None:
        """vendor: first part of the files' names"""
        self._vendor = vendor
        self._worker = Worker("tts dump")

    def file(self, folder: Path, request_id: str) -> DumpFile:
        """The file of one request; it and the folder are made when there is audio."""
        name = f"{self._vendor}_{_UNSAFE.sub('_', request_id)[:_MAX_NAME]}.pcm"
        return DumpFile(self._worker, folder / name)

    def close(self) -> None:
        """Nothing more is written."""
        self._worker.close()


class DumpFile:
    """Collects frames and appends them block by block."""

    def __init__(self, worker: Worker, path: Path) -> None:
        self.path = path
        self._worker = worker
        self._frames = bytearray()

    def add(self, samples: Samples) -> bool:
        """Keep a frame; True when enough has come together to `write` it."""
        self._frames += samples.astype("<i2").tobytes()
        return len(self._frames) >= _BLOCK_BYTES

    async def write(self) -> None:
        """Append what was added since the last time. Raises OSError."""
        frames, self._frames = bytes(self._frames), bytearray()
        if frames:
            await self._worker.call(self._append, frames)

    def _append(self, frames: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(frames)
