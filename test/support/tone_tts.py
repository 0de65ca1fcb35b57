"""The addon `test_tone_tts`: a node with the real base of all voices around the tone engine."""

from __future__ import annotations

from typing import ClassVar

from support.tone_engine import ToneEngine

from ten_extensions.common.addon import register
from ten_extensions.common.tts_base import TtsExtension
from ten_extensions.common.tts_config import TtsConfig, TtsParams
from wrappers.errors import EngineMissing

ADDON = "test_tone_tts"


class ToneParams(TtsParams):
    model: str = "tone"
    """"tone" is there, all others are not; "broken" fails in a way that nobody thought of."""
    engine_rate_hz: int = 16000
    ms_per_character: int = 50
    first_delay_ms: int = 0


class ToneConfig(TtsConfig):
    params: ToneParams


class ToneTts(TtsExtension[ToneConfig]):
    vendor = "tone"
    config_type = ToneConfig
    stall_timeout_s = 0.5
    engines: ClassVar[list[ToneEngine]] = []
    """All that were opened in this process, the latest last."""

    def open_engine(self) -> ToneEngine:
        params = self.config.params
        if params.model == "broken":
            raise ValueError("bad weights")
        if params.model != "tone":
            raise EngineMissing(f"the model {params.model} is not on this disk", "set params.model to tone")
        engine = ToneEngine(params.engine_rate_hz, params.ms_per_character, params.first_delay_ms / 1000)
        self.engines.append(engine)
        return engine


register(ADDON, __file__, ToneTts)
