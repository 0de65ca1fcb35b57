"""Answers each transcript with a decision about the turn."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, metadata_of, read, read_pcm
from wrappers.errors import EngineMissing
from wrappers.llm.openai_compatible import OpenAiEngine, find_server
from wrappers.turn import (
    ChatTurnModel,
    ModelOrRules,
    RuleTurnDetector,
    Said,
    SmartTurnModel,
    TurnAudio,
    TurnModel,
    Verdict,
    decide,
    open_session,
)

from .config import TurnConfig


class TurnExtension(Extension[TurnConfig]):
    """`text_data` in, `turn_decision` out; `pcm_frame` in, for a model that listens. Messages: see manifest.json."""

    module = "turn"
    config_type = TurnConfig

    @classmethod
    def check_here(cls, config: TurnConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            if config.backend == "chat_model":
                find_server(config.params.options(os.environ))
            elif config.backend == "smart_turn":
                open_session(Path(config.params.path))
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._options = self.config.options()
        self._rules = RuleTurnDetector()
        self._asking: asyncio.Task[None] | None = None
        self._audio = TurnAudio() if self.config.backend == "smart_turn" else None
        model = self._make_model()
        self._model = ModelOrRules(model, self.config.params.timeout_ms, self._complain) if model else None

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._load())

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if self._audio is None:
            return
        with contextlib.suppress(ValueError):  # a frame that cannot be read; the VAD tells of it
            pcm = read_pcm(audio_frame)
            self._audio.push(pcm.samples, pcm.rate_hz, pcm.timestamp_ms)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        properties, metadata = read(data), metadata_of(data)
        if data.get_name() != "text_data" or not properties.get("is_final", True):
            return
        said = Said(str(properties.get("text", "")), str(metadata.get("language", "")))
        if self._audio is not None:
            said = replace(said, audio=self._audio.of_turn(_time(metadata, "start_ms"), _time(metadata, "end_ms")))
        began_s = perf_counter()  # how long the computing takes, whatever the app's clock does
        if self._model is None:
            await self._answer(said, self._rules.judge(said.text, said.language), began_s, metadata)
            return
        if self._asking is not None:
            self._asking.cancel()  # more has been said: nobody waits for an answer about less
        self._asking = self.spawn(self._ask(self._model, said, began_s, metadata))

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        await super().on_deinit(ten_env)
        if not self.broken and self._model is not None:
            await self._model.close()

    def _make_model(self) -> TurnModel | None:
        params = self.config.params
        match self.config.backend:
            case "rules":
                return None
            case "chat_model":
                engine = OpenAiEngine(params.options(os.environ), vendor=params.preset)
                return ChatTurnModel(engine, params.system_prompt)
            case "smart_turn":
                return SmartTurnModel(Path(params.path))

    async def _load(self) -> None:
        if self._model is not None:
            await self._model.open()
        await self.send_ready()

    async def _ask(self, model: ModelOrRules, said: Said, began_s: float, metadata: Json) -> None:
        await self._answer(said, await model.judge(said), began_s, metadata)

    async def _answer(self, said: Said, verdict: Verdict, began_s: float, metadata: Json) -> None:
        decision = decide(verdict, self._options)
        await self.ten_env.send_data(
            make_data(
                "turn_decision",
                text=said.text,
                decision=decision.decision,
                confidence=decision.confidence,
                wait_ms=decision.wait_ms,
                latency_ms=round((perf_counter() - began_s) * 1000),
                metadata=metadata,
            )
        )

    def _complain(self, problem: str) -> None:
        text = f'node "{self.name}": {self.config.backend} gives no answer, the rules decide instead: {problem}'
        self.spawn(self.send_error(text))


def _time(metadata: Json, key: str) -> int | None:
    """A capture time that the question names; None where the sender knows of none."""
    value = metadata.get(key)
    return value if type(value) is int else None
