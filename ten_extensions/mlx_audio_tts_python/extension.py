"""Speaks with a model of mlx-audio."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ten_extensions.common.addon import Missing
from ten_extensions.common.tts_base import TtsExtension
from ten_extensions.common.tts_config import TtsConfig, TtsParams
from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.mlx_worker import MlxUser
from wrappers.tts import SpeechEngine, SpeechWorker
from wrappers.tts.mlx_audio import MlxAudioOptions, Setting
from wrappers.tts.mlx_audio_loading import check_mlx_audio, downloads, fetch_mlx_audio, open_mlx_audio


class MlxAudioTtsParams(TtsParams):
    """Which model, and how it shall speak."""

    model: str = ""
    """A folder, or a name on the Hugging Face hub. "" = Qwen3-TTS: streams, English and Chinese, Apache-2.0."""
    voice: str = ""
    """The model's own name for a voice: "Vivian" (Qwen3-TTS), "af_heart" (Kokoro). "" = its default."""
    language: str = ""
    """The model's own code: "english" (Qwen3-TTS), "a" (Kokoro). "" = its default."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """Only for models that can do it, such as Kokoro."""
    settings: dict[str, Setting] = Field(default_factory=dict)
    """More of what the model's `generate` takes: temperature, instruct, ref_audio, ref_text, ..."""


class MlxAudioTtsConfig(TtsConfig):
    """Properties of the node."""

    params: MlxAudioTtsParams


class MlxAudioTtsExtension(TtsExtension[MlxAudioTtsConfig]):
    """A voice on the GPU of a Mac. Messages: see manifest.json."""

    vendor = "mlx_audio"
    config_type = MlxAudioTtsConfig
    _folder: Path | None = None
    """Of the model, once it was fetched."""

    @classmethod
    def check_here(cls, config: MlxAudioTtsConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            check_mlx_audio(config.params.model)
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    @classmethod
    def downloads(cls, config: MlxAudioTtsConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        return downloads(config.params.model)

    def fetch_model(self) -> None:
        """See `TtsExtension.fetch_model`."""
        self._folder = fetch_mlx_audio(self.config.params.model, tell=self.log.info)

    def make_worker(self) -> SpeechWorker:
        """See `TtsExtension.make_worker`. All engines on MLX share one thread."""
        return MlxUser(self.name, "speech", self.sound_left_s)

    def open_engine(self) -> SpeechEngine:
        """See `TtsExtension.open_engine`."""
        params = self.config.params
        options = MlxAudioOptions(params.voice, params.language, params.speed, params.settings)
        return open_mlx_audio(params.model, options, folder=self._folder)
