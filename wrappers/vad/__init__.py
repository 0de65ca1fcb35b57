"""Finds speech: detectors that give probabilities, the segmenter that turns them into events, and both as one."""

from wrappers.vad.base import SpeechDetector
from wrappers.vad.finder import FinderEvent, SpeechFinder, SpeechVoiced
from wrappers.vad.opening import Backend, open_detector
from wrappers.vad.segmenter import (
    Segmenter,
    SegmenterOptions,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

__all__ = [
    "Backend",
    "FinderEvent",
    "Segmenter",
    "SegmenterOptions",
    "SpeechDetector",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechFinder",
    "SpeechPaused",
    "SpeechResumed",
    "SpeechStarted",
    "SpeechVoiced",
    "open_detector",
]
