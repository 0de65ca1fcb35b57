"""Marks speech in the microphone's audio."""

from __future__ import annotations

from typing import Any

from ten_runtime import AsyncTenEnv, AudioFrame

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, Pcm, make_cmd, make_data, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, Framer, Resampler
from wrappers.errors import EngineMissing
from wrappers.vad import (
    FinderEvent,
    SpeechEnded,
    SpeechFinder,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechVoiced,
    open_detector,
)
from wrappers.worker import Worker

from .config import VadConfig


class VadExtension(Extension[VadConfig]):
    """Forwards every frame untouched and tells where speech begins, pauses and ends. Messages: see manifest.json."""

    module = "vad"
    config_type = VadConfig

    @classmethod
    def check_here(cls, config: VadConfig) -> Missing | None:
        """Whether the detector can be loaded."""
        try:
            open_detector(config.backend)
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._finder: SpeechFinder | None = None
        self._framer: Framer | None = None
        self._resampler = Resampler(ENGINE_RATE_HZ, ENGINE_RATE_HZ)
        self._jumps = 0
        self._complained = False

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._load())

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        events, metadata, problem = self._listen(audio_frame)
        await ten_env.send_audio_frame(audio_frame)  # first, so that who gets an event has the audio it speaks of
        for event in events:
            await self._announce(ten_env, event, metadata)
        if problem and not self._complained:
            self._complained = True
            await self.send_error(f'node "{self.name}": audio that cannot be heard: {problem}', metadata=metadata)

    async def _load(self) -> None:
        worker = Worker("vad loader")
        try:
            detector = await worker.call(open_detector, self.config.backend)
        except EngineMissing as error:
            await self.send_error(f'node "{self.name}", backend: {error}', fatal=True)
            return
        finally:
            worker.close()
        self._finder = SpeechFinder(detector, self.config.segmenter_options())
        self._framer = Framer(ENGINE_RATE_HZ, detector.hop_samples)
        await self.send_ready()

    def _listen(self, audio_frame: AudioFrame) -> tuple[list[FinderEvent], Json, str]:
        """Read all that is needed of a frame, before it is forwarded: events, metadata, what is wrong with it."""
        try:
            pcm = read_pcm(audio_frame)
        except ValueError as error:
            return [], {}, str(error)
        return self._detect(pcm), pcm.metadata, ""

    def _detect(self, pcm: Pcm) -> list[FinderEvent]:
        if self._finder is None or self._framer is None:
            return []
        if pcm.rate_hz != self._resampler.in_hz:
            self._resampler = Resampler(pcm.rate_hz, ENGINE_RATE_HZ)
        # A frame without a time (TEN's own microphone sends such) follows the one before it.
        time_ms = pcm.timestamp_ms - self._resampler.held_ms if pcm.timestamp_ms else None
        events: list[FinderEvent] = []
        for hop in self._framer.push(self._resampler.push(pcm.samples), time_ms):
            if self._framer.jumps != self._jumps:
                self._jumps = self._framer.jumps
                events += self._finder.start_anew()
            events += self._finder.push(hop.samples, hop.time_ms)
        return events

    async def _announce(self, ten_env: AsyncTenEnv, event: FinderEvent, metadata: Json) -> None:
        name, properties = _message_of(event)
        await ten_env.send_data(make_data(name, **properties, metadata=metadata))
        if name in ("start_of_sentence", "end_of_sentence"):
            self.spawn(self._tell(name, properties | {"metadata": metadata}))

    async def _tell(self, name: str, properties: dict[str, Any]) -> None:
        _, error = await self.ten_env.send_cmd(make_cmd(name, **properties))
        if error is not None:
            self.log.debug(f"nobody takes {name}: {error.error_message()}")


def _message_of(event: FinderEvent) -> tuple[str, dict[str, Any]]:
    match event:
        case SpeechStarted(time_ms, pre_roll_ms, probability, is_voiced):
            return "start_of_sentence", {
                "start_ms": time_ms,
                "pre_roll_ms": pre_roll_ms,
                "probability": round(probability, 3),
                "voiced": is_voiced,
            }
        case SpeechVoiced(time_ms):
            return "speech_voiced", {"time_ms": time_ms}
        case SpeechPaused(time_ms):
            return "speech_pause", {"time_ms": time_ms}
        case SpeechResumed(time_ms):
            return "speech_resume", {"time_ms": time_ms}
        case SpeechEnded(start_ms, end_ms):
            return "end_of_sentence", {"start_ms": start_ms, "end_ms": end_ms}
