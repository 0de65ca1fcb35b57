"""Has a Mandarin speaker finished? Rules on characters alone, in simplified or traditional script."""

from __future__ import annotations

import re

from wrappers.turn.base import Verdict
from wrappers.turn.dictated_numbers import MOBILE_LENGTH, mandarin_digits_at_the_end, mandarin_doubt

_TRADITIONAL = "會兒讓還為麼嗎這個對於關從後說話別閉靜請幫點幾誰樣沒給覺認過與並雖慢著聽講時應該們當難許電機號碼開"
_SIMPLIFIED = "会儿让还为么吗这个对于关从后说话别闭静请帮点几谁样没给觉认过与并虽慢着听讲时应该们当难许电机号码开"
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def _choice(text: str) -> str:
    return "(?:" + "|".join(sorted(text.split(), key=len, reverse=True)) + ")"


_POLITE_START = _choice("嗯 呃 额 哎 啊 喂 那 你 请 麻烦 先 不 好") + "*"
_POLITE_END = _choice("吧 啊 哦 呀 嘛 哈 了 好吗 行吗 谢谢") + "*"

WAIT = re.compile(
    _POLITE_START
    + _choice(
        """等 等等 等一下 等一等 等会 等会儿 等会儿再说 等一会 等一会儿 等我一下 等我一会 等我一会儿 等一下下
        稍等我一下 打断一下 够了 稍等 稍等一下 稍等片刻 稍候 慢着
        且慢 打住 让我想想 让我想一想 让我想一下 我想想 我想一下 我想一想 容我想想 让我看看 我看看 我看一下
        停 停下 停一下 停下来 暂停 别说 别说话 不要说 不要说话 别讲 别吵 安静 安静一下 安静点 安静点儿 闭嘴 住口 先别说
        我没跟你说话"""
    )
    + "+"
    + _POLITE_END
)
ANSWER = re.compile(
    _choice(
        """是 是的 是啊 对 对的 对啊 对对 没错 好 好的 好啊 好吧 好呀 行 行吧 可以 可以的 可以啊 没问题 没有 没 有 不
        不是 不是的 不要 不用 不用了 不行 不对 不可以 没事 没关系 谢谢 谢谢你 谢谢您 多谢 你好 您好 大家好 嗨 喂 哈喽
        早 早上好 早安 上午好 中午好 下午好 晚上好 晚安 再见 拜拜 回头见 明天见 知道 知道了 我知道 我知道了 明白 明白了
        不知道 我不知道 不清楚 嗯 嗯嗯 当然 当然可以 继续 请继续 继续说 接着说 请说 再说一遍 再来一次 什么 为什么 真的吗
        随便 都行 都可以 算了 不客气 太好了 很好 对不起 抱歉 不好意思 也是 就是 还是 可不是"""
    )
)
FILLER_END = re.compile(
    r".*(?:[嗯呃额唔]|(?:^|[嗯呃额啊])[那这]个|这个嘛|我觉得吧|就是说|.就是|我的意思是|怎么[说讲]呢?|然后|还有|另外|其实)$"
)
NEEDS_MORE = re.compile(
    ".*"
    + _choice(
        """和 跟 与 或 或者 或是 要么 但 但是 可是 不过 因为 由于 所以 因此 如果 要是 假如 虽然 尽管 而 而且 并且
        以及 那么 于是 只要 只有 除非 无论 不管 即使 比如 比如说 例如 包括 关于 对于 至于 为了 除了 根据 按照 通过
        从 把 被 给 向 往 由 比 将 让 使 叫做 名字叫 很 非常 太 最 更 特别 十分 比较 有点 稍微
        请 请你 请问 请帮我 帮我 麻烦你 给我 告诉我 我想 我要 我想要 想要 需要 我需要 我觉得 我认为 我希望 我打算 我准备
        能不能 可不可以 会不会 是不是 怎么 提醒我 来自 除以 乘以 加上 减去 等于 你能 你可以 你能不能 你可不可以
        你知道 我是 我叫 这是 那是 这种 那种 正在 已经 还没 刚才 第"""
    )
    + "$"
)
ENDS_WITH_VERB = re.compile(r".+(?<![不就也都还可要])[是在]$")
"""'my name is', 'he lives in' go on; 'it is not', 'me too', 'he is not there' do not."""
OBJECT_MISSING = re.compile(
    r".*(?:(?<![换来买选挑有])一[个些]|给.{1,6}[打发写买送]|帮我.*去|从[^到来去走起出回过说]{1,6}|除了.{1,4}"
    r"|把[^关开打放拿调给掉好完]{1,4}|(?:[他她]们?|我)(?:昨天|今天|刚才|跟我)?(?:说|听说|看到|发现))$"
    r"|(?:播放|打开|查|找|搜索|我想听|我要听|我最?喜欢).*的$"
)
"""A measure word, a preposition with its noun, a verb of speaking: what it is about is still to come."""
QUESTION_END = re.compile(
    ".*"
    + _choice(
        """吗 (?<![要怎])么 呢 没有 怎么样 是什么 什么 为什么 多少 多少钱 几点 几点了 哪里 哪儿 哪个 谁 怎么办
        怎么走 好不好 对不对 行不行 是不是呢 可以吗 好吗 干嘛 干什么 多久 多远 多大 如何"""
    )
    + "$"
)
QUESTION_WORD = re.compile(r"什么|怎么|谁|哪|几|多少|为何|如何|吗|多[大久远长高]")
FINAL_PARTICLE = re.compile(r".{2,}[了吧啊呀哦嘛呗啦哈]$")
REQUEST = re.compile(r"(?:请|帮我|麻烦|给我|告诉我|打开|关掉|关闭|播放|设置|提醒我|讲|说|唱|查|翻译).{2,}")
CLAUSE_START = re.compile(r"(?:如果|要是|假如|因为|由于|虽然|尽管|只要|除非|当|等到|即使)")
CLAUSE_ANSWER = re.compile(r"就|那|所以|但|可是|不过|才|也|会|怎么|什么|吗|呢|的时候你")


def judge_chinese(text: str, ending: str) -> Verdict:
    """Judge an utterance.

    text: characters without spaces and punctuation, at least one
    ending: the punctuation mark behind the last character, "" if there is none
    """
    text = text.translate(_TO_SIMPLIFIED)
    if WAIT.fullmatch(text):
        return Verdict("wait", 0.9)
    if ANSWER.fullmatch(text):
        return Verdict("finished", 0.95 if text not in ("嗯", "喂", "早", "有", "没") else 0.75)
    unfinished = _unfinished_confidence(text)
    if unfinished:
        return Verdict("unfinished", round(unfinished * {"": 1.0, "?": 0.6}.get(ending, 0.85), 2))
    if ending == "?":
        return Verdict("finished", 0.95)
    return Verdict("finished", min(0.95, _finished_confidence(text) + (0.1 if ending else 0.0)))


def _unfinished_confidence(text: str) -> float:
    if FILLER_END.fullmatch(text):
        return 0.9
    if QUESTION_END.fullmatch(text) and len(text) > 2:
        return 0.0
    if NEEDS_MORE.fullmatch(text):
        return 0.9
    if OBJECT_MISSING.fullmatch(text):
        return 0.75
    if ENDS_WITH_VERB.fullmatch(text):
        return 0.85
    if doubt := mandarin_doubt(text):
        return doubt
    if CLAUSE_START.match(text) and not CLAUSE_ANSWER.search(text[2:]) and len(text) < 14:
        return 0.65
    return 0.0


def _finished_confidence(text: str) -> float:
    if mandarin_digits_at_the_end(text) >= MOBILE_LENGTH:
        return 0.85
    if QUESTION_END.fullmatch(text):
        return 0.92
    if FINAL_PARTICLE.fullmatch(text) or QUESTION_WORD.search(text):
        return 0.88
    if REQUEST.match(text):
        return 0.85
    return 0.75 if len(text) > 4 else 0.65
