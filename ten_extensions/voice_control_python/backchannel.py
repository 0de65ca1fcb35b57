"""Tells 'mm-hm' from an interruption."""

from __future__ import annotations

import re

_ENGLISH = (
    "i see|got it|of course|no way|i know|go on|all right|"
    "yeah|yes|yep|yup|uh|huh|uhhuh|m+|m+hm+|h+m+|um|ah|oh|ok|okay|right|alright|sure|wow|cool|nice|great|good|fine|"
    "really|exactly|true|indeed"
)
_BEGINNINGS = "i|got|of|go|all"
"""First words of some of them; a 'no' counts as it is."""
_CHINESE = "(?:嗯|对|好|是|哦|啊|噢|喔|行|对的|好的|是的|好吧|明白|知道|了解|原来如此|没错|真的|了)+"
"""Recognisers write Chinese without spaces, so several of them may stand in a row."""
_WHOLE = re.compile(f"(?:(?:{_ENGLISH}|{_CHINESE}) )*")
_SO_FAR = re.compile(f"{_WHOLE.pattern}(?:(?:{_BEGINNINGS}) )?")
_NOT_WORDS = re.compile(r"[^\w\s]+")


def is_backchannel(text: str, so_far: bool = False) -> bool:
    """Whether `text` only shows that the user listens. Empty text counts; 'Yeah, but' does not.

    so_far: more may follow, so the first word of such a phrase counts
    """
    words = _NOT_WORDS.sub(" ", text.casefold()).split()
    return (_SO_FAR if so_far else _WHOLE).fullmatch("".join(f"{word} " for word in words)) is not None
