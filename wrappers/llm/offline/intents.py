"""What somebody wants, by the words that carry it; order, small words and endings do not matter.

Recognisers without a language model of their own drop and swap small words ("what time it is"), so an intent is a
few sets of words of which each must be met. In a very short utterance one telling word is enough.
"""

from dataclasses import dataclass
from enum import Enum, auto

from wrappers.text.script import word_set


class Intent(Enum):
    REPEAT = auto()
    AGAIN = auto()
    SPELL = auto()
    COUNT = auto()
    CALCULATE = auto()
    TIME = auto()
    DATE = auto()
    WEEKDAY = auto()
    JOKE = auto()
    STORY = auto()
    WHO = auto()
    SKILLS = auto()
    HOW_ARE_YOU = auto()
    THANKS = auto()
    GOODBYE = auto()
    GREETING = auto()
    AGREED = auto()


@dataclass(frozen=True, slots=True)
class Pattern:
    """Met where a word of every set occurs, and none of `never`."""

    intent: Intent
    sets: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()
    max_words: int = 100
    """Longer utterances are about something else."""


def _pattern(intent: Intent, *sets: str, never: str = "", max_words: int = 100) -> Pattern:
    return Pattern(intent, tuple(word_set(words) for words in sets), word_set(never), max_words)


_ASKING = "what what's which tell say know have give current now is do does could can clock"

ENGLISH = (
    _pattern(Intent.SPELL, "spell spelled spelling"),
    _pattern(Intent.COUNT, "count counting", never="me you", max_words=9),
    _pattern(Intent.JOKE, "joke jokes choke funny laugh", never="not story"),
    _pattern(Intent.STORY, "story stories tale", never="not"),
    _pattern(Intent.WEEKDAY, "day weekday", "week what what's which is", never="date good nice how", max_words=9),
    _pattern(Intent.DATE, "date month year today's", never="birthday born up", max_words=9),
    _pattern(Intent.DATE, "today tomorrow yesterday", "what what's which", never="weather news", max_words=6),
    _pattern(Intent.TIME, "time clock hour", _ASKING, never="times first last long good zone difference", max_words=9),
    _pattern(Intent.TIME, "time", max_words=2),
    _pattern(Intent.HOW_ARE_YOU, "how", "you", "are doing feeling going feel", never="old many much tall", max_words=7),
    _pattern(Intent.HOW_ARE_YOU, "how", "going", "it is", max_words=6),
    _pattern(Intent.WHO, "who", "you your", max_words=7),
    _pattern(Intent.WHO, "your", "name", max_words=7),
    _pattern(Intent.WHO, "are", "you", "human real robot machine computer person model alive", max_words=9),
    _pattern(Intent.WHO, "introduce", "yourself", max_words=6),
    _pattern(Intent.SKILLS, "what", "you", "can could do", never="think like weather know", max_words=9),
    _pattern(Intent.SKILLS, "help", max_words=7),
    _pattern(Intent.SKILLS, "ask", "you", "what can", max_words=9),
    _pattern(Intent.THANKS, "thanks thank", never="no not", max_words=9),
    _pattern(Intent.GOODBYE, "goodbye bye", max_words=7),
    _pattern(Intent.GOODBYE, "good see", "by buy night later you soon tomorrow", never="can could do", max_words=4),
    _pattern(Intent.GREETING, "hello hi hey greetings howdy hallo", max_words=5),
    _pattern(Intent.GREETING, "good", "morning evening afternoon day", max_words=5),
    _pattern(Intent.AGREED, "okay ok yes yeah no stop cool great nice fine alright sure good right", max_words=3),
    _pattern(Intent.AGREED, "never", "mind", max_words=4),
)  # fmt: skip

CHINESE = (
    (Intent.REPEAT, ("跟我说", "跟着我说")),
    (Intent.AGAIN, ("再说一遍", "再说一次", "重复一遍", "你说什么")),
    (Intent.COUNT, ("数到", "数数", "倒数")),
    (Intent.JOKE, ("笑话", "逗我笑", "逗我开心")),
    (Intent.STORY, ("故事",)),
    (Intent.TIME, ("几点", "什么时候了", "现在的时间", "什么时间", "现在时间", "报时")),
    (Intent.WEEKDAY, ("星期几", "礼拜几", "周几")),
    (Intent.DATE, ("几号", "日期", "几月", "哪一天", "哪年", "哪一年")),
    (Intent.WHO, ("你是谁", "你叫什么", "你的名字", "介绍一下你自己", "自我介绍", "你是什么", "你是人", "你是机器")),
    (Intent.SKILLS, ("你会什么", "你能做什么", "你会做什么", "你可以做什么", "你能干什么", "帮助", "你有什么功能")),
    (Intent.HOW_ARE_YOU, ("你好吗", "你怎么样", "最近怎么样", "过得怎么样")),
    (Intent.THANKS, ("谢谢", "多谢", "感谢")),
    (Intent.GOODBYE, ("再见", "拜拜", "晚安", "回头见")),
    (Intent.GREETING, ("你好", "您好", "早上好", "下午好", "晚上好", "嗨", "哈喽", "喂")),
)
"""Chinese has no spaces and no endings, so phrases are looked for as they are; longer ones of a kind come first."""

_SHORT_CHINESE = frozenset(("好", "好的", "行", "可以", "对", "嗯", "是的", "不用", "不用了", "算了", "停", "别说了"))
_REPEAT_OPENINGS = ("repeat after me", "repeat", "say after me", "say")
_MAX_SAY_ALONE = 12
_MAX_AGAIN = 6
_AGAIN = tuple(word_set(words) for words in ("say again", "repeat that", "repeat it", "repeat again", "did you say"))


def find_intent(words: list[str]) -> Intent | None:
    """What is wanted, of an English utterance as `split_words` gives it."""
    present = set(words)
    if len(words) <= _MAX_AGAIN and (present & {"pardon"} or any(again <= present for again in _AGAIN)):
        return Intent.AGAIN
    if split_repeat(words):
        return Intent.REPEAT
    for pattern in ENGLISH:
        fits = len(words) <= pattern.max_words and not present & pattern.never
        if fits and all(present & words_of_set for words_of_set in pattern.sets):
            return pattern.intent
    return None


def split_repeat(words: list[str]) -> int:
    """For "repeat after me good morning": 3, the number of words before what is to be repeated; 0 if nothing is."""
    polite = 2 if words[:2] in (["can", "you"], ["could", "you"], ["would", "you"]) else 0
    polite += words[polite : polite + 1] == ["please"]
    for opening in _REPEAT_OPENINGS:
        size = opening.count(" ") + 1
        if " ".join(words[polite : polite + size]) == opening and len(words) <= _MAX_SAY_ALONE + size:
            return polite + size
    return 0


def find_chinese_intent(text: str) -> Intent | None:
    """What is wanted, of a Chinese utterance without punctuation and spaces."""
    if text.strip("吧啊呀了") in _SHORT_CHINESE or text in _SHORT_CHINESE:
        return Intent.AGREED
    for intent, phrases in CHINESE:
        if any(phrase in text for phrase in phrases):
            return intent
    return None
