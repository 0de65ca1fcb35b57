"""Which transcripts are the agent's own words."""

import pytest

from wrappers.echo import EchoMode, SpokenEcho, is_repetition

STORY = (
    "Once upon a time there was a little robot, who lived in a big house by the sea. "
    "Every morning it went down to the water and counted the waves."
)
WEATHER_ZH = "今天天气很好，我们可以去公园散步，也可以去河边看看风景。"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("there was a little robot who lived in a big house", True),
        ("There was a little robot! Who lived in a big house?", True),
        ("there was little robot who lived in big house", True),
        ("there was a little rowboat who lived in the big house", True),
        ("every mourning it went down to the water and count the waves", True),
        ("by the sea every morning it went", True),
        ("the big house", False),
        ("Coffee.", False),
        ("a big house", False),
        ("what is the weather in Paris", False),
        ("a big house is what I want to buy", False),
        ("and the robot went to the sea in the morning", False),
        ("the waves counted and water the to down went it", False),
        ("a time a house a sea the waves", False),
        ("", False),
        ("...", False),
    ],
)
def test_english(said: str, expected: bool) -> None:
    assert is_repetition(said, STORY) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我们可以去公园散步", True),
        ("今天天气很好 我们可以去公园", True),
        ("我们可以去工园散步也可以去河边", True),
        ("去公园散步", False),
        ("好的去吧", False),
        ("今天天气怎么样啊我想知道", False),
        ("我不想去公园我想在家看书", False),
    ],
)
def test_chinese(said: str, expected: bool) -> None:
    assert is_repetition(said, WEATHER_ZH) is expected


def test_mixed_writing() -> None:
    heard = "我们用 Python 写了一个小程序，它的名字叫 Stream Omni。"
    assert is_repetition("我们用 python 写了一个小程序", heard)
    assert not is_repetition("python 是什么", heard)


def test_nothing_is_a_repetition_of_nothing() -> None:
    assert not is_repetition("there was a little robot", "")


def told(mode: EchoMode = "aec") -> SpokenEcho:
    """The story was heard from 10 s to 20 s, at an even pace."""
    echo = SpokenEcho()
    echo.mode = mode
    words = STORY.split()
    echo.playback("r1", "started", 10_000, "")
    for tenth in range(1, 100):
        echo.playback("r1", "progress", 10_000 + 100 * tenth, " ".join(words[: len(words) * tenth // 100]))
    echo.playback("r1", "drained", 20_000, STORY)
    return echo


BEGINNING, END = "once upon a time there was a little robot", "it went down to the water and counted the waves"


@pytest.mark.parametrize(
    ("text", "start_ms", "end_ms", "expected"),
    [
        (BEGINNING, 10_100, 13_400, True),
        (BEGINNING, 11_500, 14_000, True),
        (BEGINNING, 16_000, 18_000, False),
        (END, 16_500, 20_300, True),
        (END, 10_500, 13_000, False),
        ("water and counted the waves", 20_600, 21_500, True),
        (END, 20_800, 22_500, False),
        (BEGINNING, 7_000, 9_900, False),
    ],
    ids=["then", "a bit later", "long after", "the end", "not yet said", "the tail", "after the tail", "before"],
)
def test_it_must_have_been_heard_at_that_time(text: str, start_ms: int, end_ms: int, expected: bool) -> None:
    assert told().recognises(text, start_ms, end_ms) is expected


def test_in_the_mode_off_nothing_is_an_echo() -> None:
    assert not told("off").recognises(BEGINNING, 10_100, 13_400)
    assert told("gate").recognises(BEGINNING, 10_100, 13_400)


def test_before_anything_is_told_there_is_no_echo() -> None:
    echo = SpokenEcho()
    assert not echo.recognises(BEGINNING, 10_100, 13_400)
    echo.mode = "aec"
    assert not echo.recognises(BEGINNING, 10_100, 13_400)


def test_two_answers_are_two_texts() -> None:
    echo = told()
    echo.playback("r2", "started", 20_100, "")
    echo.playback("r2", "progress", 23_000, "Shall I go on with the fish and the birds now")
    assert echo.recognises("shall I go on with the fish and the birds", 20_500, 23_000)
    assert echo.recognises("counted the waves shall I go on with the fish", 19_000, 22_500)


def test_a_playback_whose_end_is_lost_does_not_last() -> None:
    echo = SpokenEcho()
    echo.mode = "aec"
    echo.playback("r1", "progress", 10_000, STORY)
    assert echo.recognises(END, 9_900, 10_200)
    echo.playback("r2", "started", 60_000, "")
    assert not echo.recognises(END, 30_000, 31_000)


def test_hours_of_talk_do_not_grow() -> None:
    echo = SpokenEcho()
    for tenth in range(36_000):
        echo.playback(str(tenth // 100), "progress", 100 * tenth, STORY)
    assert len(echo._snapshots) == 1200
