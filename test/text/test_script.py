"""Which language a text is in, and how long it is to say."""

import pytest

from wrappers.text import count_words, is_cjk, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("123", "en"),
        ("Hello", "en"),
        ("你好", "zh"),
        ("我喜欢Python编程", "zh"),
        ("The word 你 means you in the Chinese language", "en"),
        ("OK，好的没问题", "zh"),
        ("2加3", "zh"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("...!", 0),
        ("Hello there", 2),
        ("3.14 and 1,000", 3),
        ("don't well-known", 2),
        ("你好世界", 2),
        ("说OK吧", 2),
    ],
)
def test_words(text: str, words: float) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("character", "expected"), [("你", True), ("あ", True), ("a", False), ("。", False), ("1", False)]
)
def test_cjk(character: str, expected: bool) -> None:
    assert is_cjk(character) is expected
