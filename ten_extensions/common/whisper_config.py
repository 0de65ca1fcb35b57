"""Properties that all nodes with Whisper have."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ten_extensions.common.asr_config import AsrConfig, AsrParams
from ten_extensions.common.config import Config
from wrappers.asr import GuardOptions, WindowOptions


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


class WhisperParams(AsrParams):
    """What a Whisper listens for, and how often it tells; subclasses add their own."""

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
    hot_words: str = ""
    """Names and terms that are likely to be said."""
    initial_prompt: str = ""
    """A text in the style of the transcripts."""
    guards: GuardParams = GuardParams()

    def windows(self, final_beam: int) -> WindowOptions:
        """The same for the wrapper. final_beam: hypotheses that are kept for a final"""
        return WindowOptions(
            languages=self.languages if self.language == "auto" else (self.language,),
            interim_interval_ms=self.interim_interval_ms,
            window_ms=self.window_ms,
            final_beam=final_beam,
            chinese_script=self.chinese_script,
            guards=GuardOptions(**self.guards.model_dump()),
        )


class WhisperConfig(AsrConfig):
    """Properties of a node; subclasses narrow `params`."""

    max_utterance_ms: int = Field(default=28_000, ge=5000, le=120_000)
    """Longer ones are cut: Whisper reads up to 30 s at once."""
