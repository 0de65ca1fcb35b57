"""Knows when the user asks the agent to go on, or to say something again. English and Mandarin."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Request: TypeAlias = Literal["go on", "repeat"]

LONGEST_CHARACTERS = 60
"""What is longer is about something else."""


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


ENGLISH: dict[Request, frozenset[str]] = {
    "go on": _phrases(
        """go on, go right on, continue, carry on, keep going, keep talking, keep reading, proceed, resume,
        go on talking, go on reading, go on telling me, continue talking, continue reading, carry on talking,
        go on with it, go on with that, continue with it, continue with that, continue it, continue that,
        go on with the story, go on with your story, continue the story, continue your story, continue with the story,
        continue with your story, carry on with the story, continue your answer, continue with your answer,
        go on where you stopped, go on where you left off, continue where you stopped, continue where you left off,
        carry on where you left off, pick up where you left off"""
    ),
    "repeat": _phrases(
        """what did you say, what did you just say, what did you say just, what was that, what have you said,
        what have you just said, what you said, what were you saying, say that again, say it again, say this again,
        say again, say that once more, say it once more, say that one more time, say it one more time, once more,
        one more time, repeat, repeat that, repeat it, repeat this, repeat yourself, repeat what you said,
        repeat what you just said, repeat the last sentence, repeat the last part, repeat that once more,
        repeat that one more time, come again, beg your pardon, i beg your pardon, pardon, pardon me,
        i didn't hear, i didn't hear you, i didn't hear that, i didn't hear what you said, i did not hear you,
        i did not hear that, i couldn't hear you, i couldn't hear that, i could not hear you, i didn't catch that,
        i didn't catch it, i didn't catch what you said, i did not catch that, i didn't get that, i did not get that,
        i didn't quite catch that, i missed that"""
    ),
}
"""Without what is said around them."""
_BEFORE = re.compile(
    r"(?:please|okay|ok|yes|yeah|no|now|and|so|well|oh|hey|sorry|i'm sorry|excuse me|all right|alright|just|then|"
    r"(?:can|could|would|will) you|you (?:can|may|should))\s+"
)
_AFTER = re.compile(r"\s+(?:please|now|then|again|for me|to me|thanks|thank you)")

CHINESE: dict[Request, frozenset[str]] = {
    "go on": _phrases(
        """继续, 继续说, 继续讲, 继续念, 继续读, 继续聊, 继续往下说, 继续往下讲, 继续说下去, 继续讲下去, 继续讲故事,
        继续刚才的话, 继续刚才的故事, 接着, 接着说, 接着讲, 接着念, 接着读, 接着往下说, 接着往下讲, 接着说下去,
        往下说, 往下讲, 往下念, 说下去, 讲下去, 念下去"""
    ),
    "repeat": _phrases(
        """说什么, 说啥, 说的什么, 说的是什么, 刚才说什么, 刚说什么, 刚才说了什么, 刚说了什么, 说了什么, 刚才说的什么,
        刚才说的是什么, 在说什么, 说一遍, 说一次, 讲一遍, 讲一次, 念一遍, 重说一遍, 重新说一遍, 重复, 重复一遍,
        重复一下, 重复一次, 再说一遍, 再说一次, 再讲一遍, 没听清, 没听清楚, 没听见, 没听到, 没有听清, 没有听清楚,
        没有听见, 没有听到, 没听清你说什么, 没听清你说的, 没听清你说的话, 刚才没听清, 刚才没听清楚, 刚才没听见"""
    ),
}
_CHINESE_BEFORE = re.compile(
    "请|麻烦|你|您|我|那|好的|好|嗯|啊|哦|对|行|可以|能不能|可不可以|能|不好意思|对不起|抱歉|给|就|先|再"
)
_CHINESE_AFTER = re.compile("吧|啊|呀|呢|嘛|了|吗|好吗|好不好|可以吗|行吗|谢谢|来着")
_TO_SIMPLIFIED = str.maketrans("繼續著說講請麼剛沒聽見清楚給嗎對那話煩讀", "继续着说讲请么刚没听见清楚给吗对那话烦读")


def request_of(text: str) -> Request | None:
    """What `text` asks the agent to do with its own last answer; None where it is about anything else."""
    if len(text) > LONGEST_CHARACTERS:
        return None
    words = re.findall(r"\w+(?:'\w+)*", text.casefold().replace("’", "'").translate(_TO_SIMPLIFIED))
    return _find(" ".join(words), ENGLISH, _BEFORE, _AFTER) or _find(
        "".join(words), CHINESE, _CHINESE_BEFORE, _CHINESE_AFTER
    )


def _find(
    text: str, phrases: dict[Request, frozenset[str]], before: re.Pattern[str], after: re.Pattern[str]
) -> Request | None:
    """Look for a phrase with any number of polite words before and after it."""
    starts = [0]
    while found := before.match(text, starts[-1]):
        starts.append(found.end())
    ends = [len(text)]
    while found := next((f for f in after.finditer(text, 0, ends[-1]) if f.end() == ends[-1]), None):
        ends.append(found.start())
    for request, known in phrases.items():
        if any(text[start:end] in known for start in starts for end in ends):
            return request
    return None
