"""Exact arithmetic whose every result knows how to say itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from wrappers.text import Language

_BIGGEST = 10**300
_SAYABLE = 10**15
_MAX_EXPONENT = 1000

_SIGNS: dict[Language, dict[str, str]] = {
    "en": {"+": "{a} plus {b}", "-": "{a} minus {b}", "*": "{a} times {b}", "/": "{a} divided by {b}",
           "^": "{a} to the power of {b}", "%": "{a} percent of {b}", "negative": "minus {a}",
           "sq": "{a} squared", "cube": "{a} cubed", "sqrt": "the square root of {a}", "cbrt": "the cube root of {a}"},
    "zh": {"+": "{a}加{b}", "-": "{a}减{b}", "*": "{a}乘以{b}", "/": "{a}除以{b}",
           "^": "{a}的{b}次方", "%": "{b}的百分之{a}", "negative": "负{a}",
           "sq": "{a}的平方", "cube": "{a}的立方", "sqrt": "{a}的平方根", "cbrt": "{a}的立方根"},
}  # fmt: skip

_NOT_DEFINED: dict[Language, dict[str, str]] = {
    "en": {
        "zero": "Nothing can be divided by zero.",
        "root": "A negative number has no real root.",
        "big": "That number is too big for me.",
    },
    "zh": {"zero": "零不能作除数。", "root": "负数没有实数根。", "big": "这个数太大了，我说不出来。"},
}


class NotDefined(Exception):
    """The calculation has no result; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, how it came about in words, and whether it is exact."""

    value: Fraction
    said: str
    exact: bool = True


def number(value: Fraction, language: Language) -> Quantity:
    return Quantity(value, format_number(value, language))


def combine(sign: str, a: Quantity, b: Quantity, language: Language) -> Quantity:
    """a + b, a - b, a * b, a / b, a ^ b, or "%": a percent of b. raises NotDefined"""
    said = _SIGNS[language][sign].format(a=a.said, b=b.said)
    if sign == "^":
        return _power(a, b, said, language)
    if sign == "/" and b.value == 0:
        raise NotDefined(_NOT_DEFINED[language]["zero"])
    match sign:
        case "+":
            value = a.value + b.value
        case "-":
            value = a.value - b.value
        case "*":
            value = a.value * b.value
        case "%":
            value = a.value * b.value / 100
        case _:
            value = a.value / b.value
    return _limited(Quantity(value, said, a.exact and b.exact), language)


def apply(sign: str, a: Quantity, language: Language) -> Quantity:
    """negative, sq, cube, sqrt, cbrt. raises NotDefined"""
    said = _SIGNS[language][sign].format(a=a.said)
    if sign == "negative":
        return Quantity(-a.value, said, a.exact)
    if sign in ("sq", "cube"):
        return _limited(Quantity(a.value ** {"sq": 2, "cube": 3}[sign], said, a.exact), language)
    if a.value < 0:
        raise NotDefined(_NOT_DEFINED[language]["root"])
    return _root(a, {"sqrt": 2, "cbrt": 3}[sign], said)


def _power(a: Quantity, b: Quantity, said: str, language: Language) -> Quantity:
    if a.value == 0 and b.value < 0:
        raise NotDefined(_NOT_DEFINED[language]["zero"])
    digits = math.log10(max(a.value.numerator, -a.value.numerator, a.value.denominator)) if a.value else 0
    if abs(b.value) > _MAX_EXPONENT or abs(b.value) * digits > math.log10(_BIGGEST):
        raise NotDefined(_NOT_DEFINED[language]["big"])
    if b.value.denominator == 1:
        return Quantity(a.value**b.value.numerator, said, a.exact and b.exact)
    if a.value < 0:
        raise NotDefined(_NOT_DEFINED[language]["root"])
    return Quantity(Fraction(float(a.value) ** float(b.value)), said, exact=False)


def _root(a: Quantity, degree: int, said: str) -> Quantity:
    above, below = (round(part ** (1 / degree)) for part in (a.value.numerator, a.value.denominator))
    root = Fraction(above, max(below, 1))
    if root**degree == a.value:
        return Quantity(root, said, a.exact)
    return Quantity(Fraction(float(a.value) ** (1 / degree)), said, exact=False)


def _limited(quantity: Quantity, language: Language) -> Quantity:
    if max(abs(quantity.value.numerator), quantity.value.denominator) > _BIGGEST:
        raise NotDefined(_NOT_DEFINED[language]["big"])
    return quantity


def say_result(result: Quantity, language: Language) -> str:
    """A sentence: "12 times 7 is 84." """
    about = not result.exact or not _is_short(result.value)
    value = format_number(result.value, language)
    said = result.said[:1].upper() + result.said[1:]
    if language == "zh":
        return f"{said}{'约等于' if about else '等于'}{value}。"
    return f"{said} is {'about ' if about else ''}{value}."


def format_number(value: Fraction, language: Language) -> str:
    """The number in digits, rounded to what one can listen to; "minus" in words."""
    minus = {"en": "minus ", "zh": "负"}[language] if value < 0 else ""
    size = abs(value)
    if size >= _SAYABLE:
        exponent = len(str(int(size))) - 1
        lead = _plain(round(float(size / Fraction(10) ** exponent), 2))
        power = {"en": "{} times 10 to the power of {}", "zh": "{}乘以10的{}次方"}[language]
        return minus + power.format(lead, exponent)
    if _is_short(size):
        return minus + _plain(float(size)) if size.denominator > 1 else minus + str(size.numerator)
    places = 2 if size >= 1 else min(3 - math.floor(math.log10(float(size))), 12)
    return minus + _plain(round(float(size), places), places)


def _is_short(value: Fraction) -> bool:
    """A whole number, or a decimal fraction of at most six places."""
    return abs(value) < _SAYABLE and (value * 10**6).denominator == 1


def _plain(value: float, places: int = 6) -> str:
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
