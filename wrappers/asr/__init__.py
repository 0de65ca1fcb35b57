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
from wrappers.asr.faster_whisper import FasterWhisperOptions, FasterWhisperRecogniser
from wrappers.asr.faster_whisper_decoder import DecoderOptions
from wrappers.asr.inbox import Heard, Inbox
from wrappers.asr.pocketsphinx import PocketSphinxOptions, PocketSphinxRecogniser
from wrappers.asr.supervised import State, SupervisedRecogniser
from wrappers.asr.whisper_guards import GuardOptions
from wrappers.asr.window_recogniser import WindowOptions, WindowRecogniser

__all__ = [
    "RATE_HZ",
    "CutterOptions",
    "DecoderOptions",
    "Drop",
    "EngineMisconfigured",
    "FasterWhisperOptions",
    "FasterWhisperRecogniser",
    "Feed",
    "Final",
    "Finish",
    "GuardOptions",
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
    "WindowOptions",
    "WindowRecogniser",
    "Word",
]
