"""A microphone that hears recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np

from ten_extensions.common.extension import Extension
from ten_extensions.common.microphone_side import MicrophoneSide
from wrappers.audio import (
    ENGINE_RATE_HZ,
    AudioFileError,
    Frame,
    Framer,
    Samples,
    audio_files,
    describe_audio,
    read_audio,
    samples_of_ms,
)
from wrappers.worker import Worker

from .config import AudioFileConfig
from .pacer import Pacer

FRAME_MS = 10
BLOCK_MS = 500
BLOCKS_AHEAD = 4
"""Two seconds are read ahead: a slow disk is not heard."""


class FileInput(MicrophoneSide):
    """Reads off the loop, and sends frames at the pace of speech once it is told to start."""

    def __init__(self, node: Extension[AudioFileConfig], config: AudioFileConfig) -> None:
        super().__init__(node, config.session_id, "a file input")
        self._path = Path(config.path)
        self._tail_silence_ms = config.tail_silence_ms
        self._worker = Worker("file input")
        self._playing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Look at all files, so that a wrong one is told before the conversation and not in it."""
        try:
            await self._worker.call(_check, self._path)
        except AudioFileError as error:
            self.problem = str(error)
            await self._node.send_error(f'node "{self._node.name}", path: {error}', fatal=True)
        else:
            await self._node.send_ready()

    def start(self) -> None:
        self._playing = self._node.spawn(self._play())

    async def close(self) -> None:
        """Stop reading."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait([self._playing])
        self._worker.close()

    async def _play(self) -> None:
        pacer = Pacer(FRAME_MS)
        framer = Framer(ENGINE_RATE_HZ, samples_of_ms(FRAME_MS, ENGINE_RATE_HZ), pacer.start_ms)
        blocks = self._worker.stream(_sound, self._path, self._tail_silence_ms, ahead=BLOCKS_AHEAD)
        sent = 0
        try:
            async with aclosing(_frames(blocks, framer)) as frames:
                async for frame in frames:
                    sent += 1
                    await pacer.wait(sent)  # a microphone hands a frame over when its last sample was heard
                    await self.send_frame(frame.samples, frame.time_ms)
        except AudioFileError as error:
            await self._node.send_error(f'node "{self._node.name}": {error}; the rest of it is left out')
        await self.tell("on_user_left")


def _check(path: Path) -> None:
    for file in audio_files(path):
        describe_audio(file)


def _sound(path: Path, tail_silence_ms: int) -> Iterator[Samples]:
    for file in audio_files(path):
        yield from read_audio(file, ENGINE_RATE_HZ, BLOCK_MS)
        yield np.zeros(samples_of_ms(tail_silence_ms, ENGINE_RATE_HZ), np.int16)


async def _frames(blocks: AsyncGenerator[Samples, None], framer: Framer) -> AsyncGenerator[Frame, None]:
    async with aclosing(blocks):
        async for block in blocks:
            for frame in framer.push(block):
                yield frame
    last = framer.flush()
    if last is not None:
        yield last
