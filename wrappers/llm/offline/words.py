"""What was heard, as plain words."""

import re

_CONTRACTIONS = {
    "what's": "what is",
    "whats": "what is",
    "who's": "who is",
    "where's": "where is",
    "how's": "how is",
    "it's": "it is",
    "that's": "that is",
    "let's": "let us",
    "i'm": "i am",
    "i'll": "i will",
    "i'd": "i would",
    "you're": "you are",
    "don't": "do not",
    "can't": "can not",
    "o'clock": "clock",
}
_WORD = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-z]+(?:'[a-z]+)?|[^\W\d_a-z]|[+*/^%()=×÷−-]")


def split_words(text: str) -> list[str]:
    """Lower-case words, digits and arithmetic signs; contractions spelled out, a Han character is a word."""
    spaced = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().replace("’", "'"))
    words: list[str] = []
    for word in _WORD.findall(spaced):
        words.extend(_CONTRACTIONS.get(word, word.removesuffix("'s")).split())
    return words
