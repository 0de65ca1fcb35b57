"""Understands people with Whisper on the GPU of a Mac, for machines whose CPU is too slow for it."""

from __future__ import annotations

from ten_extensions.common.addon import Missing
from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.messages import Json
from ten_extensions.common.whisper_config import WhisperConfig, WhisperParams
from wrappers.asr import Recogniser
from wrappers.asr.mlx_decoder import MlxDecoderOptions
from wrappers.asr.mlx_models import DEFAULT_MODEL, downloads
from wrappers.asr.mlx_recogniser import MlxRecogniser, MlxRecogniserOptions, missing
from wrappers.downloads import Download


class MlxAsrParams(WhisperParams):
    """Which model."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub, which is downloaded at the first start."""


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


class MlxAsrExtension(AsrExtension[MlxAsrConfig]):
    """Recognises speech while it is spoken. Messages: see manifest.json."""

    vendor = "mlx_whisper"
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
        return downloads(options.model, options.cache)

    def make_recogniser(self) -> Recogniser:
        """See `AsrExtension.make_recogniser`."""
        self._engine = MlxRecogniser(self.config.options(), tell=self.log.info)
        return self._engine

    def facts(self) -> Json:
        """See `AsrExtension.facts`. Also logs what is too slow on this machine."""
        facts = self._engine.facts
        for note in facts.get("notes", []):
            self.log.warn(note)
        return {f"asr_{key}": value for key, value in facts.items()}
