"""Writes what a recogniser received to a file, byte for byte."""

from __future__ import annotations

from pathlib import Path

from wrappers.worker import Worker

BLOCK_BYTES = 65536
"""2 s at 16 kHz: few writes, and little is in memory only."""
MAX_WAITING_BYTES = 64 * BLOCK_BYTES
"""A disk that is further behind than this has lost the audio that follows."""


class AsrDump:
    """A growing file; it is begun anew, and written in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._worker = Worker("asr dump")
        self._waiting = bytearray()
        self._writing_bytes = 0
        self._begun = False

    def add(self, audio: bytes) -> bool:
        """Keep audio; True when it is time to `write`."""
        self._waiting += audio
        return len(self._waiting) >= BLOCK_BYTES

    async def write(self) -> None:
        """Write what was added since the last time. raises OSError, also when the disk is too far behind"""
        audio, self._waiting = bytes(self._waiting), bytearray()
        begun, self._begun = self._begun, True
        self._writing_bytes += len(audio)
        if self._writing_bytes > MAX_WAITING_BYTES:
            raise OSError(f"{self.path}: writing is too slow")
        await self._worker.call(self._append, audio, "ab" if begun else "wb")
        self._writing_bytes -= len(audio)

    async def close(self) -> None:
        """Write the rest. raises OSError"""
        try:
            await self.write()
        finally:
            self._worker.close()

    def _append(self, audio: bytes, mode: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open(mode) as file:
            file.write(audio)
