"""What the language model reads before it speaks: the text, and a description of the voice behind it.

The order is that of its training. The text comes first, so only what stands before it is the same for every text.

    cloned voice       task, text, global tokens
    with transcript    task, transcript and text, global tokens, what the recording says as semantic tokens
    new voice          task, text, gender, pitch and speed as labels; then the model describes a voice itself
    such a voice       the same and the description; so it is the same voice in every sentence
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from wrappers.tts.spark.rates import GLOBAL_CODES, GLOBAL_TOKENS, SEMANTIC_CODES
from wrappers.tts.spark.vocabulary import Vocabulary

Gender = Literal["female", "male"]
Level = Literal["very_low", "low", "moderate", "high", "very_high"]
LEVELS: tuple[Level, ...] = get_args(Level)
_GENDERS: dict[Gender, int] = {"female": 0, "male": 1}


@dataclass(frozen=True, slots=True)
class Style:
    """A voice as one can ask for it."""

    gender: Gender = "female"
    pitch: Level = "moderate"
    speed: Level = "moderate"


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as the models know it."""

    global_tokens: tuple[int, ...]
    """32 numbers in 0..4095."""
    style: Style | None = None
    """For a voice that the language model made up: what was asked for."""
    description: tuple[str, ...] = ()
    """For such a voice: the markers it was described with, before the global tokens."""
    transcript: str = ""
    """For a cloned voice whose recording was transcribed: what it says. Empty otherwise."""
    semantic_tokens: tuple[int, ...] = ()
    """The recording itself, 50 per second; only with a transcript."""

    def __post_init__(self) -> None:
        """raises ValueError for numbers that no voice has"""
        if len(self.global_tokens) != GLOBAL_TOKENS or not _are_codes(self.global_tokens, GLOBAL_CODES):
            raise ValueError(f"a voice has {GLOBAL_TOKENS} global tokens in 0..{GLOBAL_CODES - 1}")
        if not _are_codes(self.semantic_tokens, SEMANTIC_CODES):
            raise ValueError(f"semantic tokens are in 0..{SEMANTIC_CODES - 1}")
        if bool(self.transcript) != bool(self.semantic_tokens):
            raise ValueError("a transcript and semantic tokens belong together")


@dataclass(frozen=True, slots=True)
class Prompt:
    """All of a prompt but the text."""

    before: tuple[int, ...]
    """Ids before any text."""
    transcript: str
    """Text before the text that is to be spoken."""
    after: tuple[int, ...]
    """Ids after it."""


class PromptBuilder:
    """Makes prompts. What would always follow them is part of them: the model need not be asked for it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """raises EngineMissing for a vocabulary that is not Spark-TTS's"""
        self._vocabulary = vocabulary
        self._clone = vocabulary.markers(["<|task_tts|>", "<|start_content|>"])
        self._control = vocabulary.markers(["<|task_controllable_tts|>", "<|start_content|>"])
        self._end_content = vocabulary.marker("<|end_content|>")
        self._start_global = vocabulary.marker("<|start_global_token|>")
        self._end_global = vocabulary.marker("<|end_global_token|>")
        self._start_semantic = vocabulary.marker("<|start_semantic_token|>")

    def for_voice(self, voice: Voice) -> Prompt:
        """The prompt that makes the model speak with a voice; semantic tokens follow it.

        raises EngineMissing for a voice that was described with markers that this model does not have
        """
        tail = (*self._globals(voice), self._start_semantic)
        if voice.style is not None:
            described = self._vocabulary.markers(voice.description)
            return Prompt(self._control, "", (*self._style(voice.style), *described, *tail))
        semantic = [self._vocabulary.semantic[code] for code in voice.semantic_tokens]
        return Prompt(self._clone, voice.transcript, (self._end_content, *tail, *semantic))

    def for_new_voice(self, style: Style) -> Prompt:
        """The prompt that makes the model describe a voice; markers of `Vocabulary.styles` follow it."""
        return Prompt(self._control, "", self._style(style))

    def _style(self, style: Style) -> tuple[int, ...]:
        pitch, speed = LEVELS.index(style.pitch), LEVELS.index(style.speed)
        labels = [f"<|gender_{_GENDERS[style.gender]}|>", f"<|pitch_label_{pitch}|>", f"<|speed_label_{speed}|>"]
        markers = self._vocabulary.markers(["<|start_style_label|>", *labels, "<|end_style_label|>"])
        return (self._end_content, *markers)

    def _globals(self, voice: Voice) -> tuple[int, ...]:
        codes = [self._vocabulary.globals[code] for code in voice.global_tokens]
        return (self._start_global, *codes, self._end_global)


def _are_codes(codes: tuple[int, ...], count: int) -> bool:
    return all(type(code) is int and 0 <= code < count for code in codes)
