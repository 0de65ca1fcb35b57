"""What every loudspeaker does with TEN messages, be it a device or a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from ten_runtime import AudioFrame, Cmd, Data

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, make_pcm_frame, read, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, PlaybackEvent, Samples

MUCH_QUEUED_MS = 60_000
"""More than this is a TTS that does not pace itself; it is played all the same."""
DEFAULT_DUCK_DB = -12.0
DEFAULT_DUCK_RAMP_MS = 50
DEFAULT_RESUME_RAMP_MS = 20


class Player(Protocol):
    """What plays: the queue itself, or a device that has it. Orders that take time can be awaited."""

    def begin(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None: ...

    def push(
        self, request_id: str, epoch: int | None, samples: Samples, metadata: Mapping[str, Any], rate_hz: int
    ) -> None: ...

    def finish(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None: ...

    def flush(self, min_epoch: int | None) -> Awaitable[None] | None: ...

    def duck(self, gain_db: float, ramp_ms: float) -> Awaitable[None] | None: ...

    def pause(self) -> Awaitable[None] | None: ...

    def resume(self, ramp_ms: float) -> Awaitable[None] | None: ...


class SpeakerSide(ABC):
    """The playback queue behind TEN messages: requests and orders in, frames and states out."""

    def __init__(self, node: Extension[Any], kind: str) -> None:
        """kind: what it is, in an error: 'a file output'"""
        self.player: Player | None = None
        """None until it is open."""
        self._node = node
        self._kind = kind
        self._much_queued = False
        self._complained = False

    @abstractmethod
    async def settle(self, done: Awaitable[None] | None) -> None:
        """An order was given: return when it is carried out and what it caused was sent."""

    @abstractmethod
    def counts(self) -> Json:
        """What went wrong so far: `underruns`, `dropped_samples` and whatever else there is to count."""

    async def on_audio_frame(self, frame: AudioFrame) -> None:
        """Queue what the TTS has made."""
        if self.player is None:
            return
        try:
            pcm = read_pcm(frame)
        except ValueError as error:
            if not self._complained:
                self._complained = True
                await self._node.send_error(f'node "{self._node.name}": audio that cannot be played: {error}')
            return
        request_id = str(pcm.metadata.get("request_id", ""))
        self.player.push(request_id, _epoch(pcm.metadata), pcm.samples, pcm.metadata, pcm.rate_hz)

    async def on_data(self, data: Data) -> None:
        """Learn where requests begin and end."""
        if self.player is None:
            return
        properties = read(data)
        request_id = str(properties.get("request_id", ""))
        metadata = properties.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        match data.get_name():
            case "tts_audio_start":
                self.player.begin(request_id, _epoch(metadata), metadata)
            case "tts_audio_end":
                self.player.finish(request_id, _epoch(metadata), metadata)

    async def on_cmd(self, cmd: Cmd) -> None:
        """Flush, duck, pause and resume act at once, before whatever is queued."""
        properties = read(cmd)
        if self.player is None:
            await self._node.answer_error(cmd, f"{self._kind} that is not open cannot {cmd.get_name()}")
            return
        match cmd.get_name():
            case "flush":
                done = self.player.flush(_integer(properties.get("min_epoch")))
            case "duck":
                gain_db = float(properties.get("gain_db", DEFAULT_DUCK_DB))
                done = self.player.duck(gain_db, float(properties.get("ramp_ms", DEFAULT_DUCK_RAMP_MS)))
            case "pause":
                done = self.player.pause()
            case "resume":
                done = self.player.resume(float(properties.get("ramp_ms", DEFAULT_RESUME_RAMP_MS)))
            case name:
                await self._node.answer_error(cmd, f"{self._kind} does not know the command {name}")
                return
        echo = {"flush_id": properties["flush_id"]} if "flush_id" in properties else {}
        self._node.spawn(self._answer(cmd, done, echo))

    async def send_frame(self, samples: Samples, time_ms: int, heard_ms: int) -> None:
        """Send a `playback_frame`, int16 [n] at 16 kHz: what is handed to the device now, heard at `heard_ms`."""
        await self._node.ten_env.send_audio_frame(
            make_pcm_frame(samples, ENGINE_RATE_HZ, time_ms, {"heard_ms": heard_ms}, "playback_frame")
        )

    async def send_state(self, event: PlaybackEvent, time_ms: int) -> None:
        """Send a `playback_state`."""
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
            await self._node.send_metrics(self.counts(), dict(event.metadata), id=event.request_id)
        self._watch(event.queued_ms)

    async def _answer(self, cmd: Cmd, done: Awaitable[None] | None, echo: Json) -> None:
        await self.settle(done)
        await self._node.answer_ok(cmd, **echo)

    def _watch(self, queued_ms: int) -> None:
        much_queued = queued_ms > (MUCH_QUEUED_MS // 2 if self._much_queued else MUCH_QUEUED_MS)
        if much_queued and not self._much_queued:
            self._node.log.warn(f"{MUCH_QUEUED_MS // 1000} s of speech wait to be played; the TTS does not pace itself")
        self._much_queued = much_queued


def _epoch(metadata: Json) -> int | None:
    return _integer(metadata.get("epoch"))


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
