"""Knowing when the user asks to go on, or to hear it again."""

import pytest
from support.app_dir import use_repository

use_repository()

from ten_packages.extension.voice_control_python.requests import LONGEST_CHARACTERS, request_of  # noqa: E402

GO_ON = (
    "go on, Go on., please continue, okay continue with the story, can you go on please, could you please carry on, "
    "keep going, yes go on, 'go on then', 继续, 继续吧。, 请继续, 接着说, 好的接着说吧, "
    "你继续说, 往下讲, 繼續, 請你接著講, 說下去"
)
REPEAT = (
    "what did you say, What did you just say?, say that again, say it again please, could you repeat that, "
    "sorry what was that, Pardon?, come again, I didn’t catch that, i did not hear you, 你说什么, 你刚才说什么？, "
    "再说一遍, 请再说一遍好吗, 能再说一遍吗, 我没听清, 没听清楚, 重复一遍, 你剛才說什麼"
)
NEITHER = (
    "go, go ahead, tell me more, go on holiday, continue to the next one, i want to go on a diet, repeat after me, "
    "what did you say about paris, what did you do, what was that song, say that again and again, what, please, "
    "说一下天气, 我继续工作, 继续教育是什么, 他说什么, 你说的是什么意思, 什么, 我没有听懂, 没有, 请"
)


@pytest.mark.parametrize("text", GO_ON.split(", "))
def test_go_on(text: str) -> None:
    assert request_of(text) == "go on"


@pytest.mark.parametrize("text", REPEAT.split(", "))
def test_repeat(text: str) -> None:
    assert request_of(text) == "repeat"


@pytest.mark.parametrize("text", ["", "…", *NEITHER.split(", "), "please " * LONGEST_CHARACTERS + "go on"])
def test_anything_else_is_for_the_model(text: str) -> None:
    assert request_of(text) is None
