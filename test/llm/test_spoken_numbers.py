"""Numbers as they are said."""

from fractions import Fraction

import pytest

from wrappers.llm.offline import chinese_numbers, english_numbers
from wrappers.llm.offline.words import split_words


@pytest.mark.parametrize(
    ("text", "value", "words_read"),
    [
        ("zero", "0", 1),
        ("seven", "7", 1),
        ("nineteen", "19", 1),
        ("twenty one", "21", 2),
        ("twenty-one", "21", 2),
        ("one hundred", "100", 2),
        ("a hundred", "100", 2),
        ("two hundred and five", "205", 4),
        ("a dozen", "12", 2),
        ("two dozen", "24", 2),
        ("one thousand two hundred thirty four", "1234", 6),
        ("three million and one", "3000001", 4),
        ("three point one four", "3.14", 4),
        ("1,000", "1000", 1),
        ("3.14", "3.14", 1),
        ("5 million", "5000000", 2),
        ("five and three", "5", 1),
        ("twenty thirty", "20", 1),
        ("seven eight", "7", 1),
    ],
)
def test_english(text: str, value: str, words_read: int) -> None:
    assert english_numbers.read_number(split_words(text), 0) == (Fraction(value), words_read)


@pytest.mark.parametrize("text", ["the", "and", "hundred", "for", "a", "point five"])
def test_no_english_number(text: str) -> None:
    assert english_numbers.read_number(split_words(text), 0) is None


def test_homophones_only_where_asked_for() -> None:
    assert english_numbers.read_number(["for"], 0, homophones=True) == (4, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("零", "0"),
        ("七", "7"),
        ("十", "10"),
        ("十五", "15"),
        ("二十", "20"),
        ("九十九", "99"),
        ("一百零五", "105"),
        ("两百五十", "250"),
        ("三千零七", "3007"),
        ("一万", "10000"),
        ("十二万三千", "123000"),
        ("一亿零一", "100000001"),
        ("三点一四", "3.14"),
        ("二零二五", "2025"),
        ("12", "12"),
        ("3万", "30000"),
    ],
)
def test_chinese(text: str, value: str) -> None:
    words = split_words(text)
    assert chinese_numbers.read_number(words, 0) == (Fraction(value), len(words))


@pytest.mark.parametrize("text", ["加", "万", "点五"])
def test_no_chinese_number(text: str) -> None:
    assert chinese_numbers.read_number(split_words(text), 0) is None
