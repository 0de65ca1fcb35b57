"""What was heard of a text, and what is a sign of listening."""

import pytest
from support.app_dir import use_repository

use_repository()

from ten_packages.extension.voice_control_python.backchannel import is_backchannel  # noqa: E402
from ten_packages.extension.voice_control_python.heard import HeardText  # noqa: E402


def spoken(*pieces: tuple[str, int]) -> HeardText:
    """A request whose pieces last so many ms."""
    heard, start_ms = HeardText(), 0
    for text, duration_ms in pieces:
        heard.pieces.append(text)
        heard.tell_time(text, start_ms, duration_ms)
        start_ms += duration_ms
    return heard


@pytest.mark.parametrize(
    ("played_ms", "text"),
    [
        (0, ""),
        (100, ""),
        (600, "Hello"),
        (1000, "Hello there."),
        (1400, "Hello there. How"),
        (1999, "Hello there. How are"),
        (2000, "Hello there. How are you?"),
        (99_999, "Hello there. How are you?"),
    ],
)
def test_text_is_cut_after_the_last_whole_word(played_ms: int, text: str) -> None:
    assert spoken(("Hello there.", 1000), ("How are you?", 1000)).until(played_ms) == text


def test_chinese_is_cut_after_a_character() -> None:
    heard = spoken(("今天天气很好。", 1400), ("我们走吧！", 1000))
    assert heard.until(700) == "今天天"
    assert heard.until(1400) == "今天天气很好。"
    assert heard.until(2400) == "今天天气很好。我们走吧！"


def test_a_piece_without_sound_takes_no_time() -> None:
    heard = HeardText(["Well.", "…", "Yes."])
    heard.tell_time("Well.", 0, 500)
    heard.tell_time("Yes.", 500, 500)
    assert heard.until(499) == ""
    assert heard.until(1000) == "Well. … Yes."


def test_a_voice_that_tells_no_times_is_guessed() -> None:
    heard = HeardText(["This is a sentence.", "And this is another one."])
    assert heard.until(0) == ""
    assert heard.until(700) == "This is a"
    assert heard.until(1500) == "This is a sentence. And"
    assert heard.until(10_000) == heard.whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yeah",
        "Yeah, yeah.",
        "mm-hm",
        "Mhm!",
        "ok",
        "I see",
        "Yeah, I see. Okay.",
        "oh go on",
        "嗯",
        "对，对。",
        "好的",
        "是的 是的",
    ],
)
def test_backchannels(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    ("text", "so_far"), [("go", True), ("yeah I", True), ("got", True), ("no", False), ("yeah but", False)]
)
def test_what_may_become_a_backchannel(text: str, so_far: bool) -> None:
    assert is_backchannel(text, so_far=True) is so_far
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["yeah but", "no", "stop", "what", "嗯，等一下", "不对", "okay tell me more", "对了，问你"]
)
def test_not_backchannels(text: str) -> None:
    assert not is_backchannel(text)
