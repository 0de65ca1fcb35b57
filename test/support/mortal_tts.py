"""The addon `test_mortal_tts`: the tone voice, which dies after so many chunks, and may come back."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from support.tone_engine import ToneEngine
from support.tone_tts import ToneConfig, ToneParams
from ten_runtime import AsyncTenEnv, Data

from ten_extensions.common.addon import register
from ten_extensions.common.tts_base import TtsExtension
from wrappers.errors import EngineFailed
from wrappers.tts import SpeechStream

ADDON = "test_mortal_tts"


class MortalEngine(ToneEngine):
    lives = 0
    """Chunks it makes before it fails at everything."""

    def stream(self, text: str) -> SpeechStream:
        for chunk in super().stream(text):
            if self.lives <= 0:
                raise EngineFailed("Tone has died")
            self.lives -= 1
            yield chunk


class MortalParams(ToneParams):
    chunks: int = 10**6
    """It dies after so many of 40 ms."""
    fatal_on_flush: bool = False
    """It takes a flush for the end of the world."""
    deaf: bool = False
    """It takes no text."""


class MortalConfig(ToneConfig):
    params: MortalParams


class MortalTts(TtsExtension[MortalConfig]):
    vendor = "mortal"
    config_type = MortalConfig
    engines: ClassVar[dict[str, MortalEngine]] = {}
    """The one of each node."""

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        if self.config.params.deaf and data.get_name() == "tts_text_input":
            return
        await super().on_data(ten_env, data)
        if self.config.params.fatal_on_flush and data.get_name() == "tts_flush":
            await asyncio.sleep(0)
            await self.send_error("that was too much", fatal=True)

    def open_engine(self) -> MortalEngine:
        if self.config.params.model != "tone":
            raise EngineFailed("no such model")
        engine = self.engines[self.name] = MortalEngine(16000, self.config.params.ms_per_character)
        engine.lives = self.config.params.chunks
        return engine


register(ADDON, __file__, MortalTts)
