"""Speaks with Spark-TTS on the GPU of a Mac: the first sound long before the sentence is synthesised, any voice."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ten_extensions.common.addon import Missing
from ten_extensions.common.config import Config
from ten_extensions.common.tts_base import TtsExtension
from ten_extensions.common.tts_config import TtsConfig, TtsParams
from wrappers.cache_folder import cache_folder
from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.mlx_worker import MlxUser
from wrappers.tts import SpeechEngine, SpeechWorker
from wrappers.tts.spark.defaults import DEFAULT_MODEL, DEFAULT_VOICE, DEFAULT_VOICES
from wrappers.tts.spark.loading import check_model, downloads
from wrappers.tts.spark.opening import SparkOptions, fetch_spark, open_spark
from wrappers.tts.spark.sampling import DEFAULT_SAMPLING, SamplingOptions
from wrappers.tts.spark.scheduler import Preset


class SamplingParams(Config):
    """How much is left to chance; the defaults are those of the model."""

    temperature: float = Field(default=DEFAULT_SAMPLING.temperature, ge=0, le=5)
    """0 = the likeliest way to say it, which is a flat one."""
    top_k: int = Field(default=DEFAULT_SAMPLING.top_k, ge=0)
    """So many of the likeliest tokens are drawn from; 0 = all."""
    top_p: float = Field(default=DEFAULT_SAMPLING.top_p, gt=0, le=1)
    """Of these, the likeliest that together have this probability."""
    repetition_penalty: float = Field(default=DEFAULT_SAMPLING.repetition_penalty, ge=1, le=2)
    """1.1 helps where a voice gets stuck in silence; 1 = none."""


class SparkTtsParams(TtsParams):
    """Which model and voice, and how early it begins."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub, which is downloaded at the first start (CC BY-NC-SA 4.0)."""
    voice: str = DEFAULT_VOICE
    """A name in the folder of voices; a style such as "male" or "female-high-low" (pitch, speed); or a file."""
    preset: Preset = "balanced"
    """"latency" begins earliest, "exact" has the sound of offline synthesis from the first sample on."""
    seed: int = 0
    """Another one says everything another way."""
    voices: str = str(DEFAULT_VOICES)
    """The folder of voices: recordings, or what `python -m wrappers.tts enrol` made of them."""
    sampling: SamplingParams = SamplingParams()


class SparkTtsConfig(TtsConfig):
    """Properties of the node."""

    params: SparkTtsParams


class SparkTtsExtension(TtsExtension[SparkTtsConfig]):
    """A streaming voice. Messages: see manifest.json."""

    vendor = "spark"
    config_type = SparkTtsConfig

    @classmethod
    def check_here(cls, config: SparkTtsConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            check_model(config.params.model)
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    @classmethod
    def downloads(cls, config: SparkTtsConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        return downloads(config.params.model, cache_folder())

    def fetch_model(self) -> None:
        """See `TtsExtension.fetch_model`."""
        fetch_spark(self.config.params.model, tell=self.log.info)

    def make_worker(self) -> SpeechWorker:
        """See `TtsExtension.make_worker`. All engines on MLX share one thread."""
        return MlxUser(self.name, "speech", self.sound_left_s)

    def open_engine(self) -> SpeechEngine:
        """See `TtsExtension.open_engine`."""
        params = self.config.params
        options = SparkOptions(
            model=params.model,
            voice=params.voice,
            preset=params.preset,
            seed=params.seed,
            voices=Path(params.voices),
            sampling=SamplingOptions(**params.sampling.model_dump()),
        )
        return open_spark(options, tell=self.log.info)
