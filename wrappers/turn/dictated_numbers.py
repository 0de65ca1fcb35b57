"""Is a number being dictated, and are digits still to come? Digit by digit, in English and Mandarin."""

from __future__ import annotations

import re

UNITS = frozenset(
    ("zero", "oh", "o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple")
)
"""What English speakers dictate with; other numerals ('twenty', 'ninety') are amounts."""
ENGLISH_LENGTHS = {"pin": 4, "zip": 5, "postcode": 5, "code": 4, "number": 7, "phone": 7, "call": 7, "dial": 7}
"""How many digits such a number has at least, by a word that is said before it. The first that fits counts."""
USUAL_LENGTH = 7
"""Fewer spoken digits in a row are rarely a whole number."""
MANDARIN_LENGTHS = {"邮编": 6, "房间": 3, "房号": 3, "验证码": 4, "密码": 6, "座机": 8}
MOBILE_LENGTH = 11
"""Digits of a mobile number in China."""
_MANDARIN_DIGITS = re.compile(r"[零〇一二三四五六七八九幺两\d]+$")


def english_doubt(words: list[str]) -> float:
    """How sure it is that more digits come, 0 where none are awaited. words: lower case"""
    count, spoken = digits_at_the_end(words)
    before = words[: len(words) - spoken]
    if count < 2 or (before and before[-1] == "point"):
        return 0.0
    # A numeral that is written in figures is an amount, a year, a room, unless it was announced as something longer.
    unannounced = USUAL_LENGTH if words[-1] in UNITS else 0
    length = next((length for word, length in ENGLISH_LENGTHS.items() if word in before), unannounced)
    return 0.0 if count >= length else 0.7 if count > 2 else 0.55


def digits_at_the_end(words: list[str]) -> tuple[int, int]:
    """Digits that an English utterance ends with, and in how many words."""
    count = spoken = 0
    for word in reversed(words):
        if re.fullmatch(r"[\d-]+", word):
            count += sum(character.isdigit() for character in word)
        elif word in UNITS:
            count += 1
        else:
            break
        spoken += 1
    return count, spoken


def mandarin_doubt(text: str) -> float:
    """As `english_doubt`. text: characters in simplified script"""
    count = mandarin_digits_at_the_end(text)
    length = next((length for word, length in MANDARIN_LENGTHS.items() if word in text), MOBILE_LENGTH)
    return 0.7 if 3 <= count < length else 0.0


def mandarin_digits_at_the_end(text: str) -> int:
    """Digits that a Mandarin utterance ends with."""
    digits = _MANDARIN_DIGITS.search(text)
    return len(digits.group()) if digits else 0
