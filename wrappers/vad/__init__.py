"""Finds speech: detectors that give probabilities, and the segmenter that turns them into events."""

from wrappers.vad.base import Backend, DetectorUnavailable, SpeechDetector, open_detector
from wrappers.vad.segmenter import (
    Segmenter,
    SegmenterOptions,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechStarted,
)

__all__ = [
    "Backend",
    "DetectorUnavailable",
    "Segmenter",
    "SegmenterOptions",
    "SpeechDetector",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechPaused",
    "SpeechStarted",
    "open_detector",
]
