"""Properties of the Whisper node."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ten_extensions.common.asr_config import AsrConfig, AsrParams
from ten_extensions.common.config import Config
from wrappers.asr import DecoderOptions, FasterWhisperOptions, GuardOptions, WindowOptions
from wrappers.asr.faster_whisper import usual_threads


class GuardParams(Config):
    """Limits beyond which a text counts as invented by the model, and is dropped; see `wrappers.asr.GuardOptions`."""

    no_speech_probability: float = Field(default=GuardOptions.no_speech_probability, ge=0, le=1)
    """From here on the model says that nobody speaks. 1 = never drop for this."""
    no_speech_log_probability: float = Field(default=GuardOptions.no_speech_log_probability, le=0)
    """With a better mean log-probability the text is believed all the same."""
    mean_log_probability: float = Field(default=GuardOptions.mean_log_probability, le=0)
    """Below it the model guesses. -100 = never drop for this."""
    repeats: int = Field(default=GuardOptions.repeats, ge=0)
    """A phrase may come so often in a row. 0 = never drop for this."""
    phantoms: bool = GuardOptions.phantoms
    """Drop the sentences that Whisper is known to write on silence."""
    phantom_log_probability: float = Field(default=GuardOptions.phantom_log_probability, le=0)
    """Those among them that people also say are believed from this mean log-probability on."""
    more_phantoms: tuple[str, ...] = ()
    """Further sentences to drop."""


class FasterWhisperParams(AsrParams):
    """Which model, what it listens for, and how often it tells."""

    model: str = "auto"
    """`auto` = the largest of large-v3-turbo, small and base whose final is ready within 600 ms on this machine; or a
    name such as small, a repository on the Hugging Face hub, a folder."""
    partial_model: str = ""
    """Another model for the words while somebody speaks, a smaller one. Empty: the same."""
    download: bool = True
    """Get a model that is not on this machine, once."""
    language: str = "auto"
    """Whisper's name of a language (en, zh, es, ...), or `auto`: one of `languages`, decided in each utterance."""
    languages: tuple[str, ...] = Field(default=("en", "zh"), min_length=1)
    """What `auto` chooses among: the fewer, the fewer mistakes."""
    chinese_script: Literal["simplified", "traditional", "as_heard"] = "simplified"
    """How Chinese is written; Whisper by itself mixes both."""
    interim_interval_ms: int = Field(default=400, ge=0, le=5000)
    """Audio between partials. 0 = no partials."""
    window_ms: int = Field(default=10_000, ge=5000, le=28_000)
    """Audio that a partial is read from."""
    beam_size: int = Field(default=5, ge=1, le=10)
    """Hypotheses kept for the final; partials have 1."""
    hot_words: str = ""
    """Names and terms that are likely to be said."""
    initial_prompt: str = ""
    """A text in the style of the transcripts."""
    compute_type: Literal["int8", "int8_float32", "float32"] = "int8"
    """int8 is the quickest on a CPU, and hardly worse."""
    cpu_threads: int = Field(default_factory=usual_threads, ge=1, le=64)
    """Threads of one decode."""
    guards: GuardParams = GuardParams()


class FasterWhisperAsrConfig(AsrConfig):
    """Properties of the node."""

    params: FasterWhisperParams
    max_utterance_ms: int = Field(default=28_000, ge=5000, le=120_000)
    """Longer ones are cut: Whisper reads up to 30 s at once."""

    def options(self) -> FasterWhisperOptions:
        """The same for the wrapper."""
        params = self.params
        languages = params.languages if params.language == "auto" else (params.language,)
        windows = WindowOptions(
            languages=languages,
            interim_interval_ms=params.interim_interval_ms,
            window_ms=params.window_ms,
            final_beam=params.beam_size,
            chinese_script=params.chinese_script,
            guards=GuardOptions(**params.guards.model_dump()),
        )
        decoder = DecoderOptions(params.compute_type, params.cpu_threads, params.hot_words, params.initial_prompt)
        return FasterWhisperOptions(
            params.model, params.partial_model, params.download, decoder=decoder, windows=windows
        )
