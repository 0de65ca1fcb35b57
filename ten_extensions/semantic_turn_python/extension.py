"""Answers each transcript with a decision about the turn."""

from __future__ import annotations

import asyncio
import os
from time import perf_counter

from ten_runtime import AsyncTenEnv, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, metadata_of, read
from wrappers.errors import EngineMissing
from wrappers.llm.openai_compatible import OpenAiEngine, find_server
from wrappers.turn import ChatTurnModel, ModelOrRules, RuleTurnDetector, Said, TurnModel, Verdict, decide

from .config import TurnConfig


class TurnExtension(Extension[TurnConfig]):
    """`text_data` in, `turn_decision` out. Messages: see manifest.json."""

    module = "turn"
    config_type = TurnConfig

    @classmethod
    def check_here(cls, config: TurnConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            if config.backend == "chat_model":
                find_server(config.params.options(os.environ))
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._options = self.config.options()
        self._rules = RuleTurnDetector()
        self._asking: asyncio.Task[None] | None = None
        model = self._make_model()
        self._model = ModelOrRules(model, self.config.params.timeout_ms, self._complain) if model else None

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._load())

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        properties, metadata = read(data), metadata_of(data)
        if data.get_name() != "text_data" or not properties.get("is_final", True):
            return
        said = Said(str(properties.get("text", "")), str(metadata.get("language", "")))
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
        if self.config.backend == "chat_model":
            return ChatTurnModel(OpenAiEngine(params.options(os.environ), vendor=params.preset), params.system_prompt)
        return None

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
