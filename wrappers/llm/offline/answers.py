"""Answers what can be answered without a language model, and says so where it can not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from wrappers.llm.base import Entry, Message
from wrappers.text import Language, language_of

from . import chinese_numbers, english_numbers, phrases
from .arithmetic import NotDefined, say_result
from .calendar import say_date, say_time, say_weekday
from .expression import read_calculation
from .intents import CHINESE, Intent, find_chinese_intent, find_intent, split_repeat
from .words import split_words

_CHOICES: dict[Intent, dict[Language, tuple[str, ...]]] = {
    Intent.JOKE: phrases.JOKES,
    Intent.STORY: phrases.STORIES,
    Intent.HOW_ARE_YOU: phrases.HOW_ARE_YOU,
    Intent.THANKS: phrases.THANKS,
    Intent.GOODBYE: phrases.GOODBYE,
    Intent.GREETING: phrases.GREETINGS,
    Intent.AGREED: phrases.AGREED,
}
_FIXED: dict[Intent, dict[Language, str]] = {Intent.WHO: phrases.WHO, Intent.SKILLS: phrases.SKILLS}
_SHIFTS = {"yesterday": -1, "tomorrow": 1, "昨天": -1, "明天": 1}
_MAX_COUNT = 100
_MAX_QUOTE = 120
"""Characters of what was heard that are said back."""


def answer(history: Sequence[Entry], now: Callable[[], datetime]) -> str:
    """Answer the last thing the user said.

    history: the conversation; the earlier part only varies the wording, so that a joke is not told twice
    now: the user's local time
    """
    messages = [entry for entry in history if isinstance(entry, Message)]
    said = next((message.text for message in reversed(messages) if message.role == "user"), "")
    earlier = [message.text for message in messages if message.role == "assistant"]
    language = language_of(said)
    words = split_words(said)
    if not words:
        return phrases.HEARD_NOTHING[language]
    intent = find_intent(words) if language == "en" else find_chinese_intent("".join(words))
    if intent not in (Intent.REPEAT, Intent.AGAIN, Intent.COUNT, Intent.SPELL):
        try:
            result = read_calculation(words, language)
        except NotDefined as reason:
            return str(reason)
        if result:
            return say_result(result, language)
    if intent is None:
        return _say_no_model(said.strip(), earlier, language)
    return _answer_intent(intent, words, said, earlier, language, now)


def _answer_intent(
    intent: Intent, words: list[str], said: str, earlier: list[str], language: Language, now: Callable[[], datetime]
) -> str:
    if intent in _CHOICES:
        return _vary(_CHOICES[intent][language], earlier)
    if intent in _FIXED:
        return _FIXED[intent][language]
    days = next((days for word, days in _SHIFTS.items() if word in said.lower()), 0)
    match intent:
        case Intent.TIME:
            return say_time(now(), language)
        case Intent.DATE:
            return say_date(now(), days, language)
        case Intent.WEEKDAY:
            return say_weekday(now(), days, language)
        case Intent.AGAIN:
            return earlier[-1] if earlier else phrases.SAID_NOTHING[language]
        case Intent.COUNT:
            return _count(words, language)
        case Intent.SPELL:
            return _spell(words, language)
        case _:
            return _repeat(words, said, language)


def _vary(choices: tuple[str, ...], earlier: list[str]) -> str:
    """The first of those that were used least, so that all are heard before one comes again."""
    return min(choices, key=lambda choice: sum(choice in text for text in earlier))


def _say_no_model(said: str, earlier: list[str], language: Language) -> str:
    first, later = phrases.NO_MODEL[language]
    told = any("LM Studio" in text for text in earlier)
    return (later if told else first).format(heard=said.rstrip(".!?。！？")[:_MAX_QUOTE])


def _count(words: list[str], language: Language) -> str:
    numbers = _read_numbers(words, language)
    down = "down" in words or "倒" in words
    if len(numbers) >= 2:
        start, end = numbers[0], numbers[1]
    elif down:
        start, end = numbers[0] if numbers else 10, 1
    else:
        start, end = 1, numbers[0] if numbers else 10
    if max(abs(start), abs(end)) > _MAX_COUNT:
        return phrases.LIMITS[language]["count"]
    step = 1 if start <= end else -1
    between = ", " if language == "en" else "，"
    return between.join(str(value) for value in range(start, end + step, step)) + (".", "。")[language == "zh"]


def _read_numbers(words: list[str], language: Language) -> list[int]:
    numbers: list[int] = []
    index = 0
    while index < len(words):
        if language == "en":
            last = index == len(words) - 1
            found = english_numbers.read_number(words, index, homophones=last and not numbers)
        else:
            found = chinese_numbers.read_number(words, index)
        if found and found[0].denominator == 1:
            numbers.append(int(found[0]))
        index = found[1] if found else index + 1
    return numbers


def _spell(words: list[str], language: Language) -> str:
    """How do you spell "cat": the letters of what follows the verb."""
    place = next(index for index, word in enumerate(words) if word.startswith("spell"))
    rest = [word for word in words[place + 1 :] if word not in ("the", "word", "please", "name")]
    letters = [character.upper() for word in rest for character in word if character.isalnum()]
    return ", ".join(letters) + "." if letters else phrases.LIMITS[language]["spell"]


def _repeat(words: list[str], said: str, language: Language) -> str:
    """The user's own words, not the normalised ones."""
    if language == "zh":
        opening = next(
            phrase for intent, group in CHINESE if intent is Intent.REPEAT for phrase in group if phrase in said
        )
        text = said.split(opening, 1)[1]
    else:
        text = " ".join(said.split()[split_repeat(words) :])
    text = re.sub(r"^[\s,，:：.]+|[\s]+$", "", text)
    if not text:
        return phrases.LIMITS[language]["repeat"]
    closed = text if text[-1] in ".!?。！？" else text + (".", "。")[language == "zh"]
    return closed[:1].upper() + closed[1:]
