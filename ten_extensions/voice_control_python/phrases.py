"""What the agent says of its own, in the user's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wrappers.text import Language, language_of


@dataclass(frozen=True, slots=True)
class Phrases:
    """Fixed sentences of one language. Short: who hears them waits for something else."""

    system_prompt: str
    """What the model is told to be. What is spoken must be short, and free of what cannot be read out."""
    failures: Mapping[str, str]
    """By the kind of a language model's failure (`wrappers.llm.base.ErrorKind`); the key "" is for all others."""
    nothing_to_say: str
    """The model's answer is empty."""
    one_moment: str
    """A tool takes its time."""
    tools_failed: str
    """Tools were used, and no answer came of it."""
    still_there: str
    """It has been silent for long."""
    go_on: str
    """For the model, whose answer was interrupted while it wrote it."""


PHRASES: Mapping[Language, Phrases] = {
    "en": Phrases(
        system_prompt=(
            "You are a voice assistant. Answer in the language of the user, in one to three short spoken sentences, "
            "without lists, headings, markdown or emoji."
        ),
        failures={
            "": "Sorry, something went wrong. Please try again.",
            "unreachable": "Sorry, I cannot reach my language model. Please look whether it runs.",
            "no_model": "Sorry, no language model is loaded.",
            "model_too_large": "Sorry, the language model is too large for this machine.",
            "unauthorized": "Sorry, my key for the language model is not accepted.",
            "rate_limit": "Sorry, the language model takes no more questions at the moment.",
            "context_overflow": "Sorry, our talk has become too long for me. Please say that again.",
            "too_slow": "Sorry, the language model takes too long. Please try again.",
        },
        nothing_to_say="Sorry, I have no answer to that.",
        one_moment="One moment.",
        tools_failed="Sorry, that did not work.",
        still_there="Are you still there?",
        go_on="Go on right after your last word, and repeat nothing.",
    ),
    "zh": Phrases(
        system_prompt=(
            "你是一个语音助手。请用用户所说的语言回答，只说一到三句简短的口语，不要用列表、标题、Markdown 或表情符号。"
        ),
        failures={
            "": "抱歉，出了点问题，请再试一次。",
            "unreachable": "抱歉，我连不上语言模型，请看看它是否在运行。",
            "no_model": "抱歉，还没有加载语言模型。",
            "model_too_large": "抱歉，语言模型太大，这台电脑装不下。",
            "unauthorized": "抱歉，语言模型不接受我的密钥。",
            "rate_limit": "抱歉，语言模型现在不再接受提问。",
            "context_overflow": "抱歉，我们聊得太长了，请再说一次。",
            "too_slow": "抱歉，语言模型太慢了，请再试一次。",
        },
        nothing_to_say="抱歉，这个我答不上来。",
        one_moment="请稍等。",
        tools_failed="抱歉，没有成功。",
        still_there="你还在吗？",
        go_on="请从你刚才的最后一个字接着说，不要重复。",
    ),
}


def phrases_for(text: str) -> Phrases:
    """Those of the language that the user's text is in; English for none."""
    return PHRASES[language_of(text)]
