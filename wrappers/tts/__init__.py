"""Speech engines: text in, samples out while they are made."""

from wrappers.tts.base import SpeechEngine, SpeechStream
from wrappers.tts.rendering import MAX_FRAME_MS, render
from wrappers.tts.system import Backend, VoiceLanguage, find_program, open_system_voice

__all__ = [
    "MAX_FRAME_MS",
    "Backend",
    "SpeechEngine",
    "SpeechStream",
    "VoiceLanguage",
    "find_program",
    "open_system_voice",
    "render",
]
