"""Finds speech: detectors that give probabilities, and the segmenter that turns them into events."""

from wrappers.vad.base import SpeechDetector
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
    "Segmenter",
    "SegmenterOptions",
    "SpeechDetector",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechPaused",
    "SpeechResumed",
    "SpeechStarted",
    "open_detector",
]
