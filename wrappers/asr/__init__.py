"""Recognises speech: streaming recognisers that share one protocol."""

from wrappers.asr.base import (
    RATE_HZ,
    EngineFailed,
    EngineMisconfigured,
    EngineMissing,
    Final,
    Partial,
    Recogniser,
    Word,
)
from wrappers.asr.pocketsphinx import PocketSphinxOptions, PocketSphinxRecogniser

__all__ = [
    "RATE_HZ",
    "EngineFailed",
    "EngineMisconfigured",
    "EngineMissing",
    "Final",
    "Partial",
    "PocketSphinxOptions",
    "PocketSphinxRecogniser",
    "Recogniser",
    "Word",
]
