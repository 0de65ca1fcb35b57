"""Speaks with what this machine has: say on a Mac, Flite, eSpeak NG."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.addon import Missing
from ten_extensions.common.tts_base import TtsExtension
from ten_extensions.common.tts_config import TtsConfig, TtsParams
from wrappers.errors import EngineMissing
from wrappers.tts import Backend, SpeechEngine, VoiceLanguage, find_program, open_system_voice


class SystemTtsParams(TtsParams):
    """Which voice."""

    backend: Backend = "auto"
    """"auto" takes the best that is there; the others are for hearing one on purpose."""
    voice: str = ""
    """A name the backend knows: "Samantha" (say), "slt" (Flite), "en-us" (eSpeak). "" = its best for the language."""
    language: VoiceLanguage = "auto"
    """"auto" speaks each sentence in the language of its characters; "en" and "zh" use one voice for everything."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """1.0 = as fast as the voice was made, 2.0 = twice as fast."""


class SystemTtsConfig(TtsConfig):
    """Properties of the node."""

    params: SystemTtsParams


class SystemTtsExtension(TtsExtension[SystemTtsConfig]):
    """A voice that needs no model. Messages: see manifest.json."""

    vendor = "system"
    config_type = SystemTtsConfig

    @classmethod
    def check_here(cls, config: SystemTtsConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            find_program(config.params.backend, "zh" if config.params.language == "zh" else "en")
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    def open_engine(self) -> SpeechEngine:
        """See `TtsExtension.open_engine`."""
        params = self.config.params
        return open_system_voice(params.backend, params.voice, params.language, params.speed)
