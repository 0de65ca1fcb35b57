"""Shows the conversation while it happens, and keeps the transcript, the events and the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.extension import FATAL, Extension
from ten_extensions.common.messages import Json, Pcm, read, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, AudioFileError, Resampler
from wrappers.report import Frame, Role, RunFiles, TurnLines, Utterance
from wrappers.worker import Worker

from .config import ReportConfig
from .console import Console

SIDES: dict[str, Role] = {"pcm_frame": "user", "playback_frame": "agent"}
SPEAKING = "speaking"
BATCH_FRAMES = 100
"""Frames of both sides that go to the file at once: half a second."""
LAST_WORDS_S = 0.1
"""Nodes stop at the same moment; this lets the last words of the others arrive."""


class TurnReportExtension(Extension[ReportConfig]):
    """Listens to everything and sends nothing but errors. Messages: see manifest.json."""

    module = "report"
    config_type = ReportConfig

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._console = Console("off")
        self._turns = TurnLines()
        self._answer = ""
        self._files: RunFiles | None = None
        self._worker = Worker("report files")
        self._complaints: set[str] = set()
        self._origin_ms: int | None = None
        self._resamplers: dict[tuple[Role, int], Resampler] = {}
        self._frames: list[Frame] = []
        self._records = False
        """Whether sound is kept: not without a folder, and not after the file could not be written."""

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._console = Console(self.config.console)
        if self.config.run_dir:
            recording = Path(self.config.recording) if self.config.recording else None
            self._files = RunFiles(Path(self.config.run_dir), recording)
            self._records = True

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.send_ready()

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        await asyncio.sleep(LAST_WORDS_S)

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        for line in self._turns.finish():
            self._console.line(line)
        if self._files is not None:
            self._write_frames()
            await asyncio.sleep(0)  # what was spawned so far gets into the worker's queue, which keeps the order
            await self._write(self._files.close)
        self._worker.close()
        await self._console.close()
        await super().on_deinit(ten_env)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        name, properties = data.get_name(), read(data)
        match name:
            case "asr_result":
                self._show_user(properties)
            case "message" if properties.get("role") == "user":
                self._show_user(properties)
            case "message":
                self._show_agent(properties)
            case "turn_state":
                self._show_state(properties)
            case "device_state" if properties.get("side") == "input":
                self._console.screen.microphone = str(properties.get("state", ""))
                self._console.refresh()
            case "turn_report":
                self._keep_utterance(properties)
            case "error":
                self._show_error(properties)
        if name not in ("asr_result", "message", "turn_report") and properties.get("state") != "progress":
            self._keep_event(name, properties)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, frame: AudioFrame) -> None:
        side = SIDES.get(frame.get_name())
        if side is not None and self._records:
            self._keep_frame(side, read_pcm(frame))

    def _show_user(self, properties: Json) -> None:
        text = str(properties.get("text", "")).strip()
        self._console.screen.words = f"you: {text}" if text else ""
        self._console.refresh()

    def _show_agent(self, properties: Json) -> None:
        """The answer, once it is heard: until then it may be thrown away."""
        self._answer = str(properties.get("text", "")).strip()
        if self._console.screen.state == SPEAKING:
            self._console.screen.words = f"agent: {self._answer}"
            self._console.refresh()

    def _show_state(self, properties: Json) -> None:
        screen = self._console.screen
        state = str(properties.get("state", ""))
        if state in ("hearing", "listening") and state != screen.state:
            screen.words = self._answer = ""
        if state == SPEAKING and self._answer:
            screen.words = f"agent: {self._answer}"
        screen.state, screen.barge_in = state, str(properties.get("barge_in", ""))
        self._console.refresh()

    def _show_error(self, properties: Json) -> None:
        grade = "gave up" if properties.get("code") == FATAL else "error"
        self._console.line(f"! {properties.get('module', '?')}, {grade}: {properties.get('message', '')}")

    def _keep_utterance(self, properties: Json) -> None:
        if self._origin_ms is None:
            self._origin_ms = int(properties.get("start_ms", self.now_ms()))
        utterance = Utterance.of(properties, self._origin_ms)
        for line in self._turns.add(utterance):
            self._console.line(line)
        if self._files is not None:
            self.spawn(self._write(self._files.add_utterance, utterance))

    def _keep_event(self, name: str, properties: Json) -> None:
        if self._files is not None:
            time_ms = None if self._origin_ms is None else self.now_ms() - self._origin_ms
            self.spawn(self._write(self._files.add_event, name, time_ms, properties))

    def _keep_frame(self, side: Role, pcm: Pcm) -> None:
        heard_ms = pcm.metadata.get("heard_ms") or pcm.timestamp_ms
        if self._origin_ms is None:
            if side == "agent" and not pcm.samples.any():
                return  # the loudspeaker runs while engines load: the recording begins when somebody can be heard
            self._origin_ms = heard_ms
        resampler = self._resamplers.get((side, pcm.rate_hz))
        if resampler is None:
            resampler = self._resamplers[side, pcm.rate_hz] = Resampler(pcm.rate_hz, ENGINE_RATE_HZ)
        heard_ms -= round(resampler.held_ms)  # it gives what it held back before it gives this frame
        samples = resampler.push(pcm.samples)
        if heard_ms >= self._origin_ms:
            self._frames.append((side, samples, heard_ms - self._origin_ms))
        if len(self._frames) >= BATCH_FRAMES:
            self._write_frames()

    def _write_frames(self) -> None:
        frames, self._frames = self._frames, []
        if frames and self._files is not None:
            self.spawn(self._write_sound(self._files.add_frames, frames))

    async def _write_sound(self, write: Callable[..., None], frames: list[Frame]) -> None:
        if self._records:
            self._records = await self._try(write, frames)

    async def _write(self, function: Callable[..., None], *arguments: Any) -> None:
        await self._try(function, *arguments)

    async def _try(self, function: Callable[..., None], *arguments: Any) -> bool:
        """Run one blocking write in the worker; a failure is said once, and the conversation goes on.

        returns False if the file cannot be written at all
        """
        try:
            await self._worker.call(function, *arguments)
        except (OSError, AudioFileError) as error:
            await self._complain(f"the conversation is not kept: {error}. Free space, or choose another folder")
            return False
        except RuntimeError:  # the worker's queue is full
            await self._complain(
                f"the disk of {self.config.run_dir} is too slow: parts of the conversation are not kept"
            )
            return False
        return True

    async def _complain(self, text: str) -> None:
        if text not in self._complaints:
            self._complaints.add(text)
            self._console.line(f"! {self.module}, error: {text}")
            await self.send_error(text)
