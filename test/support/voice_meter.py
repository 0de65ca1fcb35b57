"""Watches a running graph: the messages of each turn, and when its engines work."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing, contextmanager
from functools import wraps
from typing import Any

import numpy as np
from support.voice_to_voice import Span, Turn

from ten_extensions.common.addon import registered
from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.tts_base import TtsExtension
from wrappers.audio import ENGINE_RATE_HZ, Resampler

ASR, LLM, TTS = "ASR final", "LLM first piece", "TTS first chunk"
"""Names of their bars."""
FRAME_MS = 10


class Work:
    """Notes when engines work."""

    def __init__(self) -> None:
        self.spans: dict[str, list[Span]] = {ASR: [], LLM: [], TTS: []}

    def time_all(self) -> None:
        """From now on, of every engine that the imported extensions make; it tells no other `Work` any more."""
        for extension in registered.values():
            if issubclass(extension, AsrExtension):
                self._time(extension, "make_recogniser", ASR, ("feed", "pause", "finish"), self._call)
            elif issubclass(extension, LlmExtension):
                self._time(extension, "make_engine", LLM, ("chat",), self._async_stream)
            elif issubclass(extension, TtsExtension):
                self._time(extension, "open_engine", TTS, ("stream", "steps"), self._stream)

    def _time(self, extension: Any, maker: str, name: str, methods: tuple[str, ...], wrap: Callable[..., Any]) -> None:
        make = getattr(vars(extension).get(maker), "__wrapped__", vars(extension).get(maker))
        if make is None:
            return  # a base class

        @wraps(make)
        def make_timed(node: Any) -> Any:
            engine = make(node)
            for method in methods:
                if hasattr(engine, method):
                    setattr(engine, method, wrap(name, getattr(engine, method)))
            return engine

        setattr(extension, maker, make_timed)

    @contextmanager
    def _span(self, name: str) -> Generator[None]:
        began_s = time.monotonic()
        try:
            yield
        finally:
            self.spans[name].append((began_s * 1000, time.monotonic() * 1000))

    def _call(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            with self._span(name):
                return method(*arguments)

        return timed

    def _stream(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Generator[Any]:
            with closing(method(*arguments)) as items:
                while True:
                    with self._span(name):
                        item = next(items, self)
                    if item is self:
                        return
                    yield item

        return timed

    def _async_stream(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def timed(*arguments: Any) -> AsyncGenerator[Any, None]:
            async with aclosing(method(*arguments)) as items:
                while True:
                    with self._span(name):
                        item = await anext(items, self)
                    if item is self:
                        return
                    yield item

        return timed


class Meter:
    """An observer for the runtime; collects the turns."""

    def __init__(self, work: Work) -> None:
        self.turns: list[Turn] = []
        self._work = work
        self._vad_heard_ms = 0.0

    def __call__(self, kind: str, view: Any, source: str, destinations: tuple[str, ...], time_ms: float) -> None:
        name = view.command if kind == "cmd_result" else view.name
        if name == "pcm_frame" and "vad" in destinations:
            self._vad_heard_ms = view.field("timestamp") + FRAME_MS
        elif name == "end_of_sentence" and kind == "cmd":
            self.turns.append(Turn(view.properties["end_ms"], self._vad_heard_ms, time_ms, work=self._work.spans))
        elif self.turns and self.turns[-1].sound_ms is None:
            self._continue(self.turns[-1], name, view, source, time_ms)

    def _continue(self, turn: Turn, name: str, view: Any, source: str, time_ms: float) -> None:
        match name, source:
            case "text_data", _:
                turn.final_ms = time_ms
            case "turn_decision", _:
                found = view.properties
                turn.decided_ms, turn.decision_took_ms = time_ms, float(found.get("latency_ms", 0))
                turn.answer_due_ms = turn.speech_end_ms + float(found.get("wait_ms", 0))
            case "tts_text_input", _ if turn.piece_ms is None and view.properties.get("text"):
                turn.piece_ms = time_ms
            case "pcm_frame", "tts" if turn.audio_ms is None:
                turn.audio_ms = time_ms
                turn.resampler_ms = _held_ms(view.field("sample_rate"))
            case "playback_state", _ if view.properties.get("state") == "started":
                turn.sound_ms = time_ms


def _held_ms(rate_hz: int) -> float:
    """What the loudspeaker's resampler holds back of a frame."""
    resampler = Resampler(rate_hz, ENGINE_RATE_HZ)
    if rate_hz != ENGINE_RATE_HZ:
        resampler.push(np.zeros(rate_hz * FRAME_MS // 1000, np.int16))
    return resampler.held_ms
