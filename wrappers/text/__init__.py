"""Text between a language model and a voice."""

from .join import join_texts
from .script import Language, count_cjk, count_words, is_cjk, language_of
from .segmenter import Segmenter, SegmenterOptions
from .sentences import last_sentence
from .speakable import Speakable, SpeakableOptions, speakable

__all__ = [
    "Language",
    "Segmenter",
    "SegmenterOptions",
    "Speakable",
    "SpeakableOptions",
    "count_cjk",
    "count_words",
    "is_cjk",
    "join_texts",
    "language_of",
    "last_sentence",
    "speakable",
]
