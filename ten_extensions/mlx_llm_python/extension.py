"""Answers with a language model in this process, on the GPU of a Mac."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.addon import Missing
from ten_extensions.common.config import Config
from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.cache_folder import cache_folder
from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.llm.base import ChatEngine
from wrappers.llm.mlx import DEFAULT_MODEL, MODELS, MlxChatEngine, MlxChatOptions, check_chat_model


class SamplingParams(Config):
    """How the next token is drawn. What is not given is as the makers of the model recommend."""

    temperature: float | None = Field(default=None, ge=0, le=5)
    """0 = always the likeliest token."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Of the likeliest tokens those that together have this probability."""
    top_k: int | None = Field(default=None, ge=0)
    """So many of the likeliest tokens; 0 = all."""
    min_p: float | None = Field(default=None, ge=0, le=1)
    """Tokens at least so likely, compared with the likeliest."""
    repetition_penalty: float | None = Field(default=None, gt=0, le=2)
    """Above 1 makes what was just said less likely."""
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    """Taken off what was said once."""
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    """Taken off what was said, each time."""
    max_tokens: int = Field(default=1024, ge=1)
    """Of an answer: some minutes of speech."""
    seed: int | None = None
    """The same for the same words; None = another each time."""


class MlxLlmParams(LlmParams):
    """Which model, and how it answers."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub, which is downloaded at the first start."""
    sampling: SamplingParams = SamplingParams()
    context_tokens: int = Field(default=0, ge=0)
    """Of prompt and answer together, to save memory; 0 = what the model was made for."""
    thinking: bool = False
    """Let a model think that can do without: the answer is better, and comes later. Thoughts are never spoken."""


class MlxLlmConfig(LlmConfig):
    """Properties of the node."""

    params: MlxLlmParams = MlxLlmParams()


class MlxLlmExtension(LlmExtension[MlxLlmConfig]):
    """A model in this process. Messages: see manifest.json."""

    vendor = "mlx"
    config_type = MlxLlmConfig

    @classmethod
    def check_here(cls, config: MlxLlmConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            check_chat_model(config.params.model)
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    @classmethod
    def downloads(cls, config: MlxLlmConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        return MODELS.downloads(config.params.model, cache_folder())

    def make_engine(self) -> ChatEngine:
        """See `LlmExtension.make_engine`."""
        params = self.config.params
        options = MlxChatOptions(
            model=params.model,
            sampling=params.sampling.model_dump(exclude_none=True),
            context_tokens=params.context_tokens,
            thinking=params.thinking,
        )
        return MlxChatEngine(options, tell=self.log.info)
