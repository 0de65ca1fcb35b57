"""Answers each transcript with a decision about the turn."""

from __future__ import annotations

from time import perf_counter

from ten_runtime import AsyncTenEnv, Data

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import make_data, metadata_of, read
from wrappers.turn import RuleTurnDetector, decide

from .config import TurnConfig


class TurnExtension(Extension[TurnConfig]):
    """`text_data` in, `turn_decision` out. Messages: see manifest.json."""

    module = "turn"
    config_type = TurnConfig

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._options = self.config.options()
        self._detector = RuleTurnDetector()

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.send_ready()

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        properties, metadata = read(data), metadata_of(data)
        if data.get_name() != "text_data" or not properties.get("is_final", True):
            return
        text, language = str(properties.get("text", "")), str(metadata.get("language", ""))
        began_s = perf_counter()  # how long the computing takes, whatever the app's clock does
        decision = decide(self._detector.judge(text, language), self._options)
        await ten_env.send_data(
            make_data(
                "turn_decision",
                text=text,
                decision=decision.decision,
                confidence=decision.confidence,
                wait_ms=decision.wait_ms,
                latency_ms=round((perf_counter() - began_s) * 1000),
                metadata=metadata,
            )
        )
