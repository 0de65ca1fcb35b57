"""A loudspeaker that nobody hears: plays at the pace of speech, and keeps what it plays if asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import numpy as np

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json
from ten_extensions.common.speaker_side import SpeakerSide
from wrappers.audio import ENGINE_RATE_HZ, AudioFileError, PlaybackQueue, Samples, WavWriter, samples_of_ms
from wrappers.worker import Worker

from .config import AudioFileConfig
from .pacer import Pacer

FRAME_MS = 10
WRITE_PERIOD_S = 1.0
"""A crash costs no more of the file than this."""


class FileOutput(SpeakerSide):
    """Plays one frame every 10 ms, whether or not there is something to hear."""

    def __init__(self, node: Extension[AudioFileConfig], config: AudioFileConfig) -> None:
        super().__init__(node, "a file output")
        self._path = Path(config.path) if config.path else None
        self.player = self._queue = PlaybackQueue(ENGINE_RATE_HZ)
        self._worker = Worker("file output")
        self._writer: WavWriter | None = None
        self._unwritten: list[Samples] = []
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Start the clock of the playback; also make the file, if one is wanted."""
        if self._path is not None:
            try:
                self._writer = await self._worker.call(WavWriter, self._path, ENGINE_RATE_HZ)
            except AudioFileError as error:
                await self._node.send_error(f'node "{self._node.name}", path: {error}', fatal=True)
                return
            self._node.spawn(self._keep_writing())
        self._node.spawn(self._play())
        await self._node.send_ready()

    async def settle(self, done: Awaitable[None] | None) -> None:
        await self._send_states(self._node.now_ms())

    def counts(self) -> Json:
        return {"underruns": self._queue.underruns, "dropped_samples": self._queue.dropped}

    async def close(self) -> None:
        """Write the rest and close the file."""
        await self._write_out()
        writer, self._writer = self._writer, None
        if writer is not None:
            await self._worker.call(writer.close)
        self._worker.close()

    async def _play(self) -> None:
        pacer = Pacer(FRAME_MS)
        frame_samples = samples_of_ms(FRAME_MS, ENGINE_RATE_HZ)
        tick = 0
        while True:
            await pacer.wait(tick)
            time_ms = round(pacer.start_ms) + tick * FRAME_MS
            tick += 1
            samples = self._queue.pull(frame_samples)
            await self.send_frame(samples, time_ms, time_ms)
            if self._writer is not None:
                self._unwritten.append(samples)
            await self._send_states(time_ms)

    async def _send_states(self, time_ms: int) -> None:
        for event in self._queue.take_events():
            await self.send_state(event, time_ms)

    async def _keep_writing(self) -> None:
        while self._writer is not None:
            await asyncio.sleep(WRITE_PERIOD_S)
            await self._write_out()

    async def _write_out(self) -> None:
        async with self._writing:
            if self._writer is None or not self._unwritten:
                return
            samples = np.concatenate(self._unwritten)
            self._unwritten.clear()
            try:
                await self._worker.call(_append, self._writer, samples)
            except AudioFileError as error:
                self._writer = None
                await self._node.send_error(f'node "{self._node.name}": {error}; playing goes on without the file')


def _append(writer: WavWriter, samples: Samples) -> None:
    writer.write(samples)
    writer.flush()
