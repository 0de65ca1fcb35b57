"""The base of all nodes with Whisper: what is measured when the model is opened is told."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.messages import Json
from ten_extensions.common.whisper_config import WhisperConfig
from wrappers.asr import Recogniser, WindowRecogniser

WhisperConfigT = TypeVar("WhisperConfigT", bound=WhisperConfig)


class WhisperExtension(AsrExtension[WhisperConfigT]):
    """An `AsrExtension` around a recogniser that reads windows."""

    @abstractmethod
    def make_whisper(self) -> WindowRecogniser:
        """As `make_recogniser`."""

    def make_recogniser(self) -> Recogniser:
        """See `AsrExtension.make_recogniser`."""
        self._engine = self.make_whisper()
        return self._engine

    def facts(self) -> Json:
        """See `AsrExtension.facts`. Also logs what is too slow on this machine."""
        facts = self._engine.facts
        for note in facts.get("notes", []):
            self.log.warn(note)
        return {f"asr_{key}": value for key, value in facts.items()}
