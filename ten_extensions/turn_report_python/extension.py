"""Shows the conversation while it happens, and keeps what the graph sends here, where nobody else does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import FATAL, Extension
from ten_extensions.common.messages import Json, read, read_pcm
from wrappers.errors import EngineMissing
from wrappers.report import (
    Event,
    Recorder,
    RunFiles,
    Sound,
    Turn,
    Turns,
    TurnTraces,
    Utterance,
    can_trace,
    track_of,
    turn_line,
)
from wrappers.worker import Worker

from .config import ReportConfig
from .console import Console

SPEAKING = "speaking"
LAST_WORDS_S = 0.1
"""Nodes stop at the same moment; this lets the last words of the others arrive."""
LAST_TRACES_S = 1.0
"""A collector that does not answer holds up the end no longer."""


class TurnReportExtension(Extension[ReportConfig]):
    """Listens to everything and sends nothing but errors. Messages: see manifest.json."""

    module = "report"
    config_type = ReportConfig

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._console = Console("off")
        self._turns = Turns()
        self._answer = ""
        self._recorder: Recorder | None = None
        self._traces: TurnTraces | None = None
        self._worker = Worker("report")

    @classmethod
    def check_here(cls, config: ReportConfig) -> Missing | None:
        """Whether turns can be sent as traces, if they are to be."""
        if config.traces and not can_trace():
            return Missing("traces need OpenTelemetry, which is not installed", "run `make run EXTRAS=otel`")
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._console = Console(self.config.console)
        if self.config.run_dir:
            self._recorder = self._make_recorder(Path(self.config.run_dir))

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._open())

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        await asyncio.sleep(LAST_WORDS_S)

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        for turn in self._turns.finish():
            self._tell_turn(turn)
        if self._recorder is not None:
            await self._worker.call(self._recorder.close)
        if self._traces is not None:
            with contextlib.suppress(TimeoutError):
                closing = self._worker.call(self._traces.close, round(LAST_TRACES_S * 1000))
                await asyncio.wait_for(closing, LAST_TRACES_S)
        self._worker.close()
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
        for turn in self._turns.add(Utterance.of(properties)):
            self._tell_turn(turn)

    def _tell_turn(self, turn: Turn) -> None:
        self._console.line(turn_line(turn))
        if self._traces is not None:
            self._traces.add(turn, self.now_ms())

    async def _open(self) -> None:
        if self.config.traces:
            arguments = self.config.traces_endpoint, self.config.traces_with_text, self._complaining()
            try:
                self._traces = await self._worker.call(TurnTraces, *arguments)
            except EngineMissing as error:
                await self._complain(str(error))
        await self.send_ready()

    def _complaining(self) -> Callable[[str], None]:
        """For other threads: takes a sentence for the user."""
        loop = asyncio.get_running_loop()

        def complain(text: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads it any more
                loop.call_soon_threadsafe(lambda: self.spawn(self._complain(text)))

        return complain

    def _make_recorder(self, folder: Path) -> Recorder:
        recording = Path(self.config.recording) if self.config.recording else None
        files = RunFiles(
            folder,
            self._complaining(),
            about=self.config.about,
            conversation=recording,
            max_bytes=self.config.max_recording_mb * 1_000_000,
        )
        return Recorder(files)

    async def _complain(self, text: str) -> None:
        self._console.line(f"! {self.module}, error: {text}")
        await self.send_error(text)
