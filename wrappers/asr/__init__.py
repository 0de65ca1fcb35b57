"""Recognises speech: streaming recognisers that share one protocol, and what keeps them supplied and alive."""

from wrappers.asr.base import RATE_HZ, EngineMisconfigured, Final, Partial, Recogniser, Word
from wrappers.asr.cutter import (
    CutterOptions,
    Drop,
    Feed,
    Finish,
    Pause,
    Resume,
    Segmentation,
    Step,
    Utterance,
    UtteranceCutter,
)
from wrappers.asr.inbox import Heard, Inbox
from wrappers.asr.pocketsphinx import PocketSphinxOptions, PocketSphinxRecogniser
from wrappers.asr.supervised import State, SupervisedRecogniser

__all__ = [
    "RATE_HZ",
    "CutterOptions",
    "Drop",
    "EngineMisconfigured",
    "Feed",
    "Final",
    "Finish",
    "Heard",
    "Inbox",
    "Partial",
    "Pause",
    "PocketSphinxOptions",
    "PocketSphinxRecogniser",
    "Recogniser",
    "Resume",
    "Segmentation",
    "State",
    "Step",
    "SupervisedRecogniser",
    "Utterance",
    "UtteranceCutter",
    "Word",
]
