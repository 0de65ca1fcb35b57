"""Tells 'mm-hm' from an interruption."""

from __future__ import annotations

import re

_ENGLISH = re.compile(
    "yeah|yes|yep|yup|uh|huh|uhhuh|m+|m+hm+|h+m+|um|ah|oh|ok|okay|right|alright|sure|wow|cool|nice|great|good|fine|"
    "really|exactly|true|indeed"
)
_ENGLISH_PHRASES = frozenset({"i see", "got it", "of course", "no way", "i know", "go on", "all right"})
_CHINESE = re.compile("(嗯|对|好|是|哦|啊|噢|喔|行|对的|好的|是的|好吧|明白|知道|了解|原来如此|没错|真的|了)+")
"""Recognisers write Chinese without spaces, so several of them may stand in a row."""
_NOT_WORDS = re.compile(r"[^\w\s]+")


def is_backchannel(text: str) -> bool:
    """Whether `text` only shows that the user listens. Empty text counts; 'Yeah, but' does not."""
    words = _NOT_WORDS.sub(" ", text.casefold()).split()
    joined = " ".join(words)
    if joined in _ENGLISH_PHRASES:
        return True
    return all(_ENGLISH.fullmatch(word) or _CHINESE.fullmatch(word) for word in words)
