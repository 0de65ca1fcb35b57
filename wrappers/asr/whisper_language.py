"""Decides in which language an utterance is, once, and among the ones that the user speaks."""

from __future__ import annotations

SURE_AFTER_MS = 1500
"""Speech that Whisper needs to tell languages apart; a shorter utterance is taken to be in the last one's."""

_REGIONS = {
    **{"en": "en-US", "zh": "zh-CN", "yue": "zh-HK", "es": "es-ES", "fr": "fr-FR", "de": "de-DE", "it": "it-IT"},
    **{"ja": "ja-JP", "ko": "ko-KR", "pt": "pt-BR", "ru": "ru-RU", "nl": "nl-NL", "hi": "hi-IN", "ar": "ar-SA"},
}


def full_name(language: str) -> str:
    """BCP-47 with a region, where one is usual: `en` is `en-US`."""
    return _REGIONS.get(language, language)


class LanguageChoice:
    """Says what to ask the model for, and takes what it found."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        """languages: as Whisper names them, the likeliest first"""
        self._languages = languages
        self._last = ""
        self._decided = languages[0] if len(languages) == 1 else ""

    @property
    def is_decided(self) -> bool:
        """Whether the open utterance will keep its language."""
        return bool(self._decided)

    def candidates(self, speech_ms: int) -> tuple[str, ...]:
        """What the utterance may be in, after so much speech."""
        if self._decided:
            return (self._decided,)
        if speech_ms < SURE_AFTER_MS and self._last:
            return (self._last,)
        return self._languages

    def found(self, language: str, speech_ms: int) -> None:
        """Take the language in which a window of the open utterance was read."""
        if not self._decided and speech_ms >= SURE_AFTER_MS:
            self._decided = language

    def end(self, language: str) -> None:
        """The utterance is over. language: of its text; empty where it has none"""
        self._last = language or self._last
        if len(self._languages) > 1:
            self._decided = ""
