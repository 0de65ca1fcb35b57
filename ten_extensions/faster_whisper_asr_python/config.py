"""Properties of the Whisper node."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ten_extensions.common.whisper_config import WhisperConfig, WhisperParams
from wrappers.asr import DecoderOptions, FasterWhisperOptions
from wrappers.asr.faster_whisper import usual_threads


class FasterWhisperParams(WhisperParams):
    """Which model, and how it computes."""

    model: str = "auto"
    """`auto` = the largest of large-v3-turbo, small and base whose final is ready within 600 ms on this machine; or a
    name such as small, a repository on the Hugging Face hub, a folder."""
    partial_model: str = ""
    """Another model for the words while somebody speaks, a smaller one. Empty: the same."""
    download: bool = True
    """Get a model that is not on this machine, once."""
    beam_size: int = Field(default=5, ge=1, le=10)
    """Hypotheses kept for the final; partials have 1."""
    compute_type: Literal["int8", "int8_float32", "float32"] = "int8"
    """int8 is the quickest on a CPU, and hardly worse."""
    cpu_threads: int = Field(default_factory=usual_threads, ge=1, le=64)
    """Threads of one decode."""


class FasterWhisperAsrConfig(WhisperConfig):
    """Properties of the node."""

    params: FasterWhisperParams

    def options(self) -> FasterWhisperOptions:
        """The same for the wrapper."""
        params = self.params
        decoder = DecoderOptions(params.compute_type, params.cpu_threads, params.hot_words, params.initial_prompt)
        return FasterWhisperOptions(
            params.model,
            params.partial_model,
            params.download,
            decoder=decoder,
            windows=params.windows(final_beam=params.beam_size),
        )
