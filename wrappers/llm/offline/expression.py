"""Finds and reads a calculation in what somebody said. No code is ever evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from wrappers.text import Language
from wrappers.text.script import word_set

from . import chinese_numbers, english_numbers
from .arithmetic import Quantity, apply, combine, number

Token: TypeAlias = Fraction | str

_PHRASES: dict[Language, dict[str, str]] = {
    "en": {
        "multiplied by": "*", "multiply by": "*", "times": "*", "time": "*", "x": "*", "×": "*",
        "divided by": "/", "divide by": "/", "over": "/", "÷": "/",
        "added to": "+", "plus": "+", "minus": "-", "take away": "-", "less": "-", "−": "-",
        "to the power of": "^", "to the power": "^", "raised to": "^",
        "squared": "sq", "square": "sq", "cubed": "cube", "the square root of": "sqrt", "square root of": "sqrt",
        "square root": "sqrt", "the cube root of": "cbrt", "cube root of": "cbrt", "cube root": "cbrt",
        "percent of": "%", "per cent of": "%", "% of": "%", "half of": "half", "double": "double", "twice": "double",
        "add": "add", "subtract": "subtract", "multiply": "multiply", "divide": "divide",
        "the sum of": "add", "sum of": "add", "the product of": "multiply", "product of": "multiply",
        "the difference between": "difference", "difference between": "difference",
    },
    "zh": {
        "乘 以": "*", "乘": "*", "×": "*", "x": "*", "除 以": "/", "÷": "/", "加 上": "+", "加": "+",
        "减 去": "-", "减": "-", "−": "-", "的 平 方 根": "sqrt!", "的 平 方": "sq", "的 立 方": "cube",
        "根 号": "sqrt", "百 分 之": "percent!", "次 方": "power!", "的": "of!",
    },
}  # fmt: skip

_VERBS = {
    "add": ("+", ("and", "to", "with"), False),
    "subtract": ("-", ("from",), True),
    "multiply": ("*", ("by", "and", "with", "to"), False),
    "divide": ("/", ("by",), False),
    "difference": ("-", ("and",), False),
}
"""Verb: its sign, the words between its objects, and whether the second object comes first."""

_FILLERS = word_set(
    "what what's is are how much many calculate compute tell me the answer result value of please can could you equals "
    "equal do does make makes a an that so and hey ok okay now well then give know uh um i want to = "
    "多 少 等 于 是 请 问 帮 我 算 一 下 得 几 呢 吗 的 of! 啊 计"
)
_MAX_OTHER_WORDS = 2
"""A recogniser may have misheard a word or two; with more of them it was probably no calculation."""


def read_calculation(words: list[str], language: Language) -> Quantity | None:
    """Find a calculation among the words.

    words: as `split_words` gives them
    returns: the result, or None where there is no calculation
    raises NotDefined where there is one without a result
    """
    tokens = _tokenize(words, language)
    for start in range(len(tokens)):
        parser = _Parser(tokens, start, language)
        result = parser.read_sum()
        if result is None or not parser.operations:
            continue
        others = [token for token in tokens[:start] + tokens[parser.index :] if token not in _FILLERS]
        if len(others) <= _MAX_OTHER_WORDS and not any(isinstance(other, Fraction) for other in others):
            return result
    return None


def _tokenize(words: list[str], language: Language) -> list[Token]:
    phrases = _PHRASES[language]
    longest = max(phrase.count(" ") for phrase in phrases) + 1
    read_number = english_numbers.read_number if language == "en" else chinese_numbers.read_number
    tokens: list[Token] = []
    index = 0
    while index < len(words):
        for length in range(longest, 0, -1):
            sign = phrases.get(" ".join(words[index : index + length]))
            if sign:
                tokens.append(sign)
                index += length
                break
        else:
            found = read_number(words, index)
            tokens.append(found[0] if found else words[index])
            index = found[1] if found else index + 1
    return tokens


class _Parser:
    """Recursive descent: sums of products of powers. Every `read_` returns None where its thing does not begin."""

    def __init__(self, tokens: list[Token], start: int, language: Language) -> None:
        self.index = start
        self.operations = 0
        self._tokens = tokens
        self._language: Language = language

    def read_sum(self) -> Quantity | None:
        return self._read_chain(("+", "-"), self._read_product)

    def _read_product(self) -> Quantity | None:
        return self._read_chain(("*", "/"), self._read_power)

    def _read_chain(self, signs: tuple[str, ...], read_part: Callable[[], Quantity | None]) -> Quantity | None:
        result = read_part()
        while result is not None and (sign := self._peek()) in signs:
            mark = self.index
            self.index += 1
            right = read_part()
            if right is None:
                self.index = mark
                return result
            self.operations += 1
            result = combine(str(sign), result, right, self._language)
        return result

    def _read_power(self) -> Quantity | None:
        base = self._read_postfix()
        if base is not None and self._peek() == "^":
            self.index += 1
            exponent = self._read_power()
            if exponent is None:
                return base
            self.operations += 1
            return combine("^", base, exponent, self._language)
        return base

    def _read_postfix(self) -> Quantity | None:
        """Seven squared; 二的三次方, 一百的百分之二十."""
        result = self._read_operand()
        while result is not None:
            token = self._peek()
            if token in ("sq", "cube", "sqrt!"):
                self.index += 1
                result = apply(str(token).rstrip("!"), result, self._language)
            elif token == "of!" and self._peek(2) == "power!" and isinstance(exponent := self._peek(1), Fraction):
                self.index += 3
                result = combine("^", result, number(exponent, self._language), self._language)
            elif token == "of!" and self._peek(1) == "percent!" and isinstance(percent := self._peek(2), Fraction):
                self.index += 3
                result = combine("%", number(percent, self._language), result, self._language)
            else:
                return result
            self.operations += 1
        return result

    def _read_operand(self) -> Quantity | None:
        token = self._peek()
        if isinstance(token, Fraction):
            self.index += 1
            value = number(token, self._language)
            return self._read_of("%", value) if self._peek() == "%" else value
        if token in _VERBS:
            return self._read_verb(str(token))
        if token in ("sqrt", "cbrt", "-", "half", "double"):
            return self._read_prefix(str(token))
        if token == "(":
            self.index += 1
            inner = self.read_sum()
            self.index += self._peek() == ")"
            return inner and replace(inner, said=f"({inner.said})")
        heard = isinstance(token, str) and self._language == "en" and self._read_homophone()
        return heard or None

    def _read_homophone(self) -> Quantity | None:
        """After a sign "for" is a four; at the start only where a sign follows."""
        follows_sign = self.index > 0 and self._tokens[self.index - 1] in ("+", "-", "*", "/", "sqrt")
        if not follows_sign and self._peek(1) not in ("+", "*", "/"):
            return None
        words = [token if isinstance(token, str) else "" for token in self._tokens]
        found = english_numbers.read_number(words, self.index, homophones=True)
        if found is None:
            return None
        self.index = found[1]
        return number(found[0], self._language)

    def _read_prefix(self, sign: str) -> Quantity | None:
        mark = self.index
        self.index += 1
        operand = self._read_postfix()
        if operand is None:
            self.index = mark
            return None
        if sign == "-":
            return apply("negative", operand, self._language)
        self.operations += 1
        if sign in ("half", "double"):
            two = number(Fraction(2), self._language)
            return combine("/" if sign == "half" else "*", operand, two, self._language)
        return apply(sign, operand, self._language)

    def _read_of(self, sign: str, left: Quantity) -> Quantity | None:
        self.index += 1
        right = self._read_power()
        if right is None:
            return None
        self.operations += 1
        return combine(sign, left, right, self._language)

    def _read_verb(self, verb: str) -> Quantity | None:
        """Add two and three; subtract two from three."""
        sign, between, swapped = _VERBS[verb]
        self.index += 1
        left = self._read_product()
        if left is None or self._peek() not in between:
            return None
        self.index += 1
        right = self._read_product()
        if right is None:
            return None
        self.operations += 1
        return combine(sign, right, left, self._language) if swapped else combine(sign, left, right, self._language)

    def _peek(self, ahead: int = 0) -> Token | None:
        index = self.index + ahead
        return self._tokens[index] if index < len(self._tokens) else None
