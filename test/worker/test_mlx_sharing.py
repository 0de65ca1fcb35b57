"""Spark-TTS and a language model on the one thread: whose steps come when. By their order, not by time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from support.spark_engine import ANNA, engine  # noqa: E402
from support.tiny_llm import tiny_llm  # noqa: E402

from wrappers.clock import VirtualTimeLoop  # noqa: E402
from wrappers.llm.base import ChatRequest, Message  # noqa: E402
from wrappers.llm.mlx import MlxChatEngine, MlxChatOptions  # noqa: E402
from wrappers.llm.mlx.chat_model import ChatModel  # noqa: E402
from wrappers.mlx_worker import MlxUser, MlxWorker  # noqa: E402
from wrappers.tts import EngineThread  # noqa: E402
from wrappers.tts.base import SpeechSteps  # noqa: E402
from wrappers.tts.spark.context import Context  # noqa: E402
from wrappers.tts.spark.speaker import SparkSpeaker  # noqa: E402

TOKENS = 60


class Noting(SparkSpeaker):
    """Notes when there is sound, in the thread where it is made."""

    made: list[str]

    def steps(self, text: str) -> SpeechSteps:
        for samples in super().steps(text):
            if samples is not None:
                self.made.append("sound")
            yield samples


def test_the_first_sound_does_not_wait_for_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    draw, advance = ChatModel._draw, Context.advance
    worker = MlxWorker()

    def note_draw(model: ChatModel, *arguments: Any) -> mx.array:
        steps.append("answer")
        return draw(model, *arguments)

    def note_advance(context: Context, ids: mx.array) -> mx.array:
        steps.append("speech")
        return advance(context, ids)

    def open_voice() -> Noting:
        voice = Noting(engine(tmp_path), ANNA)
        voice.made = steps
        return voice

    async def take(stream: AsyncGenerator[Any, None], all_of_it: bool) -> None:
        async with aclosing(stream):
            async for _ in stream:
                if not all_of_it:
                    return

    async def run() -> None:
        options = MlxChatOptions(model=str(tiny_llm()), sampling={"temperature": 0, "max_tokens": TOKENS})
        model = MlxChatEngine(options, worker=worker)
        voice = EngineThread(lambda: MlxUser("voice", "speech", worker=worker), open_voice)
        await model.open()
        await voice.open()
        steps.clear()
        together = threading.Event()
        gate = asyncio.ensure_future(MlxUser("gate", "answer", worker=worker).call(together.wait))
        question = ChatRequest((Message("user", "hello"),))
        both = asyncio.gather(take(model.chat(question), True), take(voice.speak("Hello!", 16000), False))
        for _ in range(20):  # until both wait behind the gate, the answer first
            await asyncio.sleep(0)
        together.set()
        await gate
        await both
        await voice.close()
        await model.close()

    monkeypatch.setattr(ChatModel, "_draw", note_draw)
    monkeypatch.setattr(Context, "advance", note_advance)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(run())
    before = steps[: steps.index("sound")]
    assert before.count("speech") > 10
    assert "answer" not in before
    assert steps.count("answer") == TOKENS + 1
