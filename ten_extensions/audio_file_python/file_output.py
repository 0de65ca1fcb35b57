"""A loudspeaker that nobody hears: plays at the pace of speech, and keeps what it plays if asked to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from ten_runtime import AudioFrame, Cmd, Data

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, make_pcm_frame, read, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, AudioFileError, PlaybackQueue, Samples, WavWriter, samples_of_ms
from wrappers.worker import Worker

from .config import AudioFileConfig
from .pacer import Pacer

FRAME_MS = 10
WRITE_PERIOD_S = 1.0
"""A crash costs no more of the file than this."""
MUCH_QUEUED_MS = 60_000
"""More than this is a TTS that does not pace itself; it is played all the same."""
DEFAULT_DUCK_DB = -12.0
DEFAULT_DUCK_RAMP_MS = 50
DEFAULT_RESUME_RAMP_MS = 20


class FileOutput:
    """The playback queue behind TEN messages; one frame every 10 ms, whether or not there is something to hear."""

    def __init__(self, node: Extension[AudioFileConfig], config: AudioFileConfig) -> None:
        self._node = node
        self._path = Path(config.path) if config.path else None
        self._queue = PlaybackQueue(ENGINE_RATE_HZ)
        self._worker = Worker("file output")
        self._writer: WavWriter | None = None
        self._unwritten: list[Samples] = []
        self._writing = asyncio.Lock()
        self._much_queued = False
        self._complained = False

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

    async def on_audio_frame(self, frame: AudioFrame) -> None:
        """Queue what the TTS has made."""
        try:
            pcm = read_pcm(frame)
        except ValueError as error:
            if not self._complained:
                self._complained = True
                await self._node.send_error(f'node "{self._node.name}": audio that cannot be played: {error}')
            return
        self._queue.push(
            str(pcm.metadata.get("request_id", "")), _epoch(pcm.metadata), pcm.samples, pcm.metadata, pcm.rate_hz
        )

    async def on_data(self, data: Data) -> None:
        """Learn where requests begin and end."""
        properties = read(data)
        request_id = str(properties.get("request_id", ""))
        metadata = properties.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        match data.get_name():
            case "tts_audio_start":
                self._queue.begin(request_id, _epoch(metadata), metadata)
            case "tts_audio_end":
                self._queue.finish(request_id, _epoch(metadata), metadata)

    async def on_cmd(self, cmd: Cmd) -> None:
        """Flush, duck, pause and resume act at once, before whatever is queued."""
        properties = read(cmd)
        match cmd.get_name():
            case "flush":
                self._queue.flush(_integer(properties.get("min_epoch")))
            case "duck":
                gain_db = float(properties.get("gain_db", DEFAULT_DUCK_DB))
                self._queue.duck(gain_db, float(properties.get("ramp_ms", DEFAULT_DUCK_RAMP_MS)))
            case "pause":
                self._queue.pause()
            case "resume":
                self._queue.resume(float(properties.get("ramp_ms", DEFAULT_RESUME_RAMP_MS)))
            case name:
                await self._node.answer_error(cmd, f"a file output does not know the command {name}")
                return
        await self._send_states(self._node.now_ms())
        echo = {"flush_id": properties["flush_id"]} if "flush_id" in properties else {}
        await self._node.answer_ok(cmd, **echo)

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
            await self._node.ten_env.send_audio_frame(
                make_pcm_frame(samples, ENGINE_RATE_HZ, time_ms, {"heard_ms": time_ms}, "playback_frame")
            )
            if self._writer is not None:
                self._unwritten.append(samples)
            await self._send_states(time_ms)
            self._watch_queue()

    async def _send_states(self, time_ms: int) -> None:
        for event in self._queue.take_events():
            await self._node.ten_env.send_data(
                make_data(
                    "playback_state",
                    request_id=event.request_id,
                    state=event.state,
                    played_ms=event.played_ms,
                    queued_ms=event.queued_ms,
                    ts_ms=time_ms,
                    metadata=dict(event.metadata),
                )
            )
            if event.state == "drained":
                await self._node.send_metrics(
                    {"underruns": self._queue.underruns, "dropped_samples": self._queue.dropped},
                    dict(event.metadata),
                    id=event.request_id,
                )

    def _watch_queue(self) -> None:
        much_queued = self._queue.queued_ms > (MUCH_QUEUED_MS // 2 if self._much_queued else MUCH_QUEUED_MS)
        if much_queued and not self._much_queued:
            self._node.log.warn(f"{MUCH_QUEUED_MS // 1000} s of speech wait to be played; the TTS does not pace itself")
        self._much_queued = much_queued

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


def _epoch(metadata: Json) -> int | None:
    return _integer(metadata.get("epoch"))


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
