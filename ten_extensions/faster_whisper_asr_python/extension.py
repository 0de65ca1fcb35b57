"""Understands people with Whisper, on the CPU."""

from __future__ import annotations

from ten_extensions.common.addon import Missing
from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.messages import Json
from wrappers.asr import FasterWhisperRecogniser, Recogniser
from wrappers.asr.faster_whisper import downloads, missing
from wrappers.downloads import Download

from .config import FasterWhisperAsrConfig


class FasterWhisperAsrExtension(AsrExtension[FasterWhisperAsrConfig]):
    """Recognises speech while it is spoken. Messages: see manifest.json."""

    vendor = "faster_whisper"
    config_type = FasterWhisperAsrConfig

    @classmethod
    def check_here(cls, config: FasterWhisperAsrConfig) -> Missing | None:
        """See `Extension.check_here`."""
        problem = missing(config.options())
        return Missing(problem.what, problem.mend) if problem else None

    @classmethod
    def downloads(cls, config: FasterWhisperAsrConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        return downloads(config.options())

    def make_recogniser(self) -> Recogniser:
        """See `AsrExtension.make_recogniser`."""
        self._engine = FasterWhisperRecogniser(self.config.options(), tell=self.log.info)
        return self._engine

    def facts(self) -> Json:
        """See `AsrExtension.facts`. Also logs what is too slow on this machine."""
        facts = self._engine.facts
        for note in facts.get("notes", []):
            self.log.warn(note)
        return {f"asr_{key}": value for key, value in facts.items()}
