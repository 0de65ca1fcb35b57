"""Tells what a Whisper model has made up: on noise and silence it still writes sentences, always the same ones.

Each guard is a limit that can be moved or switched off; what it drops is reported by its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from wrappers.text.script import is_cjk

Guard = Literal["no_speech", "low_probability", "repetition", "phantom"]

NEVER_SAID = (
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "thank you very much for watching",
    "please subscribe",
    "please subscribe to my channel",
    "like and subscribe",
    "subscribe to my channel",
    "dont forget to like and subscribe",
    "see you in the next video",
    "ill see you in the next video",
    "see you next time",
    "music",
    "applause",
    "laughter",
    "silence",
    "blank audio",
    "foreign",
    "谢谢观看",
    "感谢观看",
    "谢谢收看",
    "感谢收看",
    "谢谢大家观看",
    "感谢您的观看",
    "谢谢大家收看",
    "请订阅",
    "请点赞订阅",
    "明镜需要您的支持欢迎订阅明镜",
    "请不吝点赞订阅转发打赏支持明镜与点点栏目",
    "謝謝觀看",
    "感謝觀看",
    "謝謝收看",
    "謝謝大家收看",
    "請訂閱",
    "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
)
"""Ends of videos and credits: nobody says them to an agent, so they are dropped however sure the model is."""
CREDITS = (
    "subtitles by",
    "captions by",
    "transcribed by",
    "transcription by",
    "字幕由",
    "字幕制作",
    "字幕製作",
    "字幕志愿者",
    "字幕志願者",
    "中文字幕",
    "优优独播剧场",
    "優優獨播劇場",
)
"""How credits begin: dropped as well."""
SOMETIMES_SAID = (
    "you",
    "thank you",
    "thanks",
    "thank you very much",
    "bye",
    "bye bye",
    "okay",
    "oh",
    "so",
    "the end",
    "i dont know",
    "im sorry",
    "嗯",
    "谢谢",
    "谢谢大家",
    "好",
    "再见",
    "拜拜",
)
"""Written on silence, but also said: dropped unless the model is sure."""
UNIT_CHARACTERS = 40
"""Longest phrase that is looked for again right after itself."""
LONGEST_TEXT = 2000
"""Characters that are looked at; a window of 30 s holds less."""


@dataclass(frozen=True)
class GuardOptions:
    """Limits; beyond them a text counts as invented."""

    no_speech_probability: float = 0.6
    """From here on the model says that nobody speaks. 1 switches this guard off."""
    no_speech_log_probability: float = -0.4
    """With a better mean log-probability than this the text is believed all the same."""
    mean_log_probability: float = -1.0
    """Below it the model is guessing. -100 switches this guard off."""
    repeats: int = 4
    """A phrase may be said so often in a row, if it makes up half of the text. 0 switches this guard off."""
    phantoms: bool = True
    """Drop the sentences that Whisper is known to write on silence."""
    phantom_log_probability: float = -0.35
    """Those among them that people also say are believed from this mean log-probability on."""
    more_phantoms: tuple[str, ...] = ()
    """Further sentences that are always dropped."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text, and how sure the model is of it."""

    text: str
    mean_log_probability: float
    """Per token, 0 or less."""
    no_speech_probability: float
    """0..1"""


def find_invention(evidence: Evidence, options: GuardOptions = GuardOptions()) -> Guard | None:
    """Name the guard that a text does not pass; None where it is believed, or is empty."""
    if not evidence.text.strip():
        return None
    log_probability = evidence.mean_log_probability
    if (
        evidence.no_speech_probability >= options.no_speech_probability
        and options.no_speech_probability < 1
        and log_probability < options.no_speech_log_probability
    ):
        return "no_speech"
    if log_probability < options.mean_log_probability:
        return "low_probability"
    if options.repeats and _is_repetitive(evidence.text, options.repeats):
        return "repetition"
    if options.phantoms and _is_phantom(evidence, options):
        return "phantom"
    return None


def _is_phantom(evidence: Evidence, options: GuardOptions) -> bool:
    text = _bare(evidence.text)
    always = {*NEVER_SAID_BARE, *(_bare(phrase) for phrase in options.more_phantoms)}
    if text in always or text.startswith(CREDITS_BARE):
        return True
    return text in SOMETIMES_SAID_BARE and evidence.mean_log_probability < options.phantom_log_probability


def _is_repetitive(text: str, repeats: int) -> bool:
    """Whether one phrase, said more than `repeats` times in a row, is half of the text or more."""
    units = _units(text)
    for length in range(1, len(units) // (repeats + 1) + 1):
        same = 0
        for position in range(length, len(units)):
            same = same + 1 if units[position] == units[position - length] else 0
            said = same // length + 1
            if said > repeats and 2 * said * length >= len(units):
                return True
        if sum(len(unit) for unit in units[:length]) > UNIT_CHARACTERS:
            break
    return False


def _units(text: str) -> list[str]:
    """Words; of writing without spaces, characters."""
    spaced = "".join(f" {character} " if is_cjk(character) else character for character in text[:LONGEST_TEXT])
    return re.findall(r"[^\W_]+", spaced.casefold().replace("'", "").replace("’", ""))


def _bare(text: str) -> str:
    """A text without case, spaces and punctuation, so that spellings of one phrase are equal."""
    return "".join(_units(text))


NEVER_SAID_BARE = frozenset(_bare(phrase) for phrase in NEVER_SAID)
CREDITS_BARE = tuple(_bare(beginning) for beginning in CREDITS)
SOMETIMES_SAID_BARE = frozenset(_bare(phrase) for phrase in SOMETIMES_SAID)
