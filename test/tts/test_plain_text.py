"""Any text becomes sentences that an engine survives."""

import random
import time

import pytest

from wrappers.tts.plain_text import MAX_CHARACTERS, clean, has_han, sentences, to_ascii


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Hello,  there.\n", "Hello, there."),
        ("a\x00b\x07c\x1b[31m", "a b c [31m"),
        ("so\u00adft hy\u200bphen", "soft hyphen"),
        ("I ❤️ you 👍🏽!", "I you !"),
        ("1️⃣ first", "1 first"),
        ("lone \ud83d half", "lone half"),
        ("\ufeffstart \u202eright to left", "start right to left"),
        ("20 °C, 5 € and x²", "20 °C, 5 € and x²"),
        ("你好，世界。", "你好，世界。"),
        *(
            (silent, "")
            for silent in ("", " \n\t", "😀👨‍👩‍👧", "...?!", "。。。", "∑∫", "\x00\x01", "\U000e0041\ue000")
        ),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_the_first_sentence_stands_alone_and_short_ones_after_it_together() -> None:
    assert sentences("Hello there. I am fine. And you? 😀 Good.") == ["Hello there.", "I am fine. And you? Good."]
    assert sentences("第一句。第二句。第三句。") == ["第一句。", "第二句。第三句。"]


@pytest.mark.parametrize("text", ["word " * 2000, "a" * 10_000, "你" * 10_000, "A sentence. " * 900, "a,b;c:" * 1700])
def test_long_texts_are_cut_and_nothing_is_lost(text: str) -> None:
    pieces = sentences(text)
    assert max(map(len, pieces)) <= MAX_CHARACTERS
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["😀" * 10_000, "." * 10_000, "\n" * 10_000, '("' * 5000])
def test_long_texts_without_words_are_nothing(text: str) -> None:
    assert sentences(text) == []


def test_random_characters_neither_fail_nor_take_long() -> None:
    chooser = random.Random(7)
    alphabet = "ab .,!?\n\x00\t-@'\"[]<>&%$#*你好。😀\ud800\u200d\ufe0f٣é"
    begin = time.monotonic()
    for _ in range(300):
        text = "".join(chooser.choices(alphabet, k=chooser.randrange(600)))
        for sentence in sentences(text):
            assert 0 < len(sentence) <= MAX_CHARACTERS
            assert sentence == clean(sentence)
            sentence.encode()
    assert time.monotonic() - begin < 60


def test_scripts() -> None:
    assert has_han("I said 你.") and not has_han("I said ni, にほん.")
    assert to_ascii("“Café” – naïve… Straße") == '"Cafe" - naive... Strasse'
    assert to_ascii("你好") == ""
