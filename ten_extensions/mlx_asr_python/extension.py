"""Understands people with Whisper or Parakeet on the GPU of a Mac, for machines whose CPU is too slow for them."""

from __future__ import annotations

from ten_extensions.common.addon import Missing
from ten_extensions.common.whisper_base import WhisperExtension
from ten_extensions.common.whisper_config import WhisperConfig, WhisperParams
from wrappers.asr import WindowRecogniser
from wrappers.asr.mlx_decoder import MlxDecoderOptions
from wrappers.asr.mlx_models import DEFAULT_MODEL, MODELS
from wrappers.asr.mlx_recogniser import MlxRecogniser, MlxRecogniserOptions, missing
from wrappers.downloads import Download


class MlxAsrParams(WhisperParams):
    """Which model."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub, which is downloaded at the first start. Whisper; or Parakeet, which
    is quicker and knows European languages only (then set `languages`; hot words and prompts are of no effect)."""


class MlxAsrConfig(WhisperConfig):
    """Properties of the node."""

    params: MlxAsrParams

    def options(self) -> MlxRecogniserOptions:
        """The same for the wrapper."""
        params = self.params
        return MlxRecogniserOptions(
            params.model,
            decoder=MlxDecoderOptions(params.hot_words, params.initial_prompt),
            windows=params.windows(final_beam=1),
        )


class MlxAsrExtension(WhisperExtension[MlxAsrConfig]):
    """Recognises speech while it is spoken. Messages: see manifest.json."""

    vendor = "mlx_audio"
    config_type = MlxAsrConfig

    @classmethod
    def check_here(cls, config: MlxAsrConfig) -> Missing | None:
        """See `Extension.check_here`."""
        problem = missing(config.options())
        return Missing(problem.what, problem.mend) if problem else None

    @classmethod
    def downloads(cls, config: MlxAsrConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        options = config.options()
        return MODELS.downloads(options.model, options.cache)

    def make_whisper(self) -> WindowRecogniser:
        """See `WhisperExtension.make_whisper`."""
        return MlxRecogniser(self.config.options(), tell=self.log.info)
