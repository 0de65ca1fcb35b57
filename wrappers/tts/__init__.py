"""Speech engines: text in, samples out while they are made."""

from wrappers.tts.base import SpeechEngine, SpeechStream
from wrappers.tts.engine_thread import EngineThread, SpeechWorker
from wrappers.tts.playback_lead import MAX_AHEAD_MS, PlaybackLead
from wrappers.tts.rendering import MAX_FRAME_MS, render
from wrappers.tts.sentence_cache import CachedVoice, CacheLimits, SentenceCache
from wrappers.tts.sentence_engine import SentenceEngine
from wrappers.tts.system import Backend, VoiceLanguage, find_program, open_system_voice

__all__ = [
    "MAX_AHEAD_MS",
    "MAX_FRAME_MS",
    "Backend",
    "CacheLimits",
    "CachedVoice",
    "EngineThread",
    "PlaybackLead",
    "SentenceCache",
    "SentenceEngine",
    "SpeechEngine",
    "SpeechStream",
    "SpeechWorker",
    "VoiceLanguage",
    "find_program",
    "open_system_voice",
    "render",
]
