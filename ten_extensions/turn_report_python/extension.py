"""Shows the conversation while it happens, and keeps what the graph sends here, where nobody else does."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.extension import FATAL, Extension
from ten_extensions.common.messages import Json, read, read_pcm
from wrappers.report import Event, Recorder, RunFiles, Sound, TurnLines, Utterance, track_of
from wrappers.worker import Worker

from .config import ReportConfig
from .console import Console

SPEAKING = "speaking"
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
        self._recorder: Recorder | None = None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._console = Console(self.config.console)
        if self.config.run_dir:
            self._recorder = self._make_recorder(Path(self.config.run_dir))

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.send_ready()

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        await asyncio.sleep(LAST_WORDS_S)

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        for line in self._turns.finish():
            self._console.line(line)
        if self._recorder is not None:
            worker = Worker("report")
            await worker.call(self._recorder.close)
            worker.close()
        await self._console.close()
        await super().on_deinit(ten_env)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        name, properties = data.get_name(), read(data)
        if self._recorder is not None:
            source = data.get_source().extension_name or ""
            self._recorder.add(Event(self.now_ms(), "data", name, source, (self.name,), properties))
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
                self._show_utterance(properties)
            case "error":
                self._show_error(properties)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, frame: AudioFrame) -> None:
        if self._recorder is None:
            return
        track = track_of(frame.get_name(), frame.get_source().extension_name or "", self.config.echo_node)
        if track is not None:
            pcm = read_pcm(frame)
            heard_ms = pcm.metadata.get("heard_ms") or pcm.timestamp_ms
            self._recorder.add(Sound(track, pcm.samples, pcm.rate_hz, heard_ms))

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

    def _show_utterance(self, properties: Json) -> None:
        for line in self._turns.add(Utterance.of(properties)):
            self._console.line(line)

    def _make_recorder(self, folder: Path) -> Recorder:
        loop = asyncio.get_running_loop()

        def complain(text: str) -> None:
            loop.call_soon_threadsafe(lambda: self.spawn(self._complain(text)))

        recording = Path(self.config.recording) if self.config.recording else None
        max_bytes = self.config.max_recording_mb * 1_000_000
        return Recorder(RunFiles(folder, complain, conversation=recording, max_bytes=max_bytes))

    async def _complain(self, text: str) -> None:
        self._console.line(f"! {self.module}, error: {text}")
        await self.send_error(text)
