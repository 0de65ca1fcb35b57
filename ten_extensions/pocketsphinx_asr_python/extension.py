"""Understands English on any machine, roughly: the stop-gap for where Whisper cannot run."""

from __future__ import annotations

from ten_extensions.common.addon import Missing
from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.asr_config import AsrConfig, AsrParams
from wrappers.asr import PocketSphinxOptions, PocketSphinxRecogniser, Recogniser
from wrappers.asr.pocketsphinx import missing


class PocketSphinxParams(AsrParams):
    """What it listens for."""

    grammar: str = ""
    """JSGF text, or the path of a file that holds it: with few sentences to choose from it is nearly always right.
    Empty: free dictation."""


class PocketSphinxAsrConfig(AsrConfig):
    """Properties of the node."""

    params: PocketSphinxParams


class PocketSphinxAsrExtension(AsrExtension[PocketSphinxAsrConfig]):
    """Recognises English (en-US). Messages: see manifest.json."""

    vendor = "pocketsphinx"
    config_type = PocketSphinxAsrConfig

    @classmethod
    def check_here(cls, config: PocketSphinxAsrConfig) -> Missing | None:
        """See `Extension.check_here`."""
        problem = missing()
        return Missing(problem.what, problem.mend) if problem else None

    def make_recogniser(self) -> Recogniser:
        """See `AsrExtension.make_recogniser`."""
        return PocketSphinxRecogniser(PocketSphinxOptions(grammar=self.config.params.grammar))
