"""The end-of-turn rules: what people say, as recognisers write it, and whether they have finished."""

import pytest

from wrappers.turn import Decision, RuleTurnDetector

F: Decision = "finished"
U: Decision = "unfinished"
W: Decision = "wait"


def each(decision: Decision, texts: str) -> list[tuple[str, Decision]]:
    """Texts with commas between them, that all mean the same."""
    return [(" ".join(text.split()), decision) for text in texts.split(",")]


ENGLISH: list[tuple[str, Decision]] = [
    # questions
    ("what time is it", F),
    ("how are you today", F),
    ("what is the weather in paris", F),
    ("what's the date", F),
    ("who are you talking to", F),
    ("where are you from", F),
    ("what is it about", F),
    ("what are you looking at", F),
    ("can you hear me", F),
    ("do you know what time it is", F),
    ("could you please turn on the light", F),
    ("is it going to rain tomorrow", F),
    ("what should i do", F),
    ("why", F),
    # statements and requests
    ("hello how are you today", F),
    ("repeat after me the quick brown fox", F),
    ("tell me a story", F),
    ("turn it on", F),
    ("turn the volume up", F),
    ("play some music", F),
    ("please stop the timer", F),
    ("set a timer for ten minutes", F),
    ("my name is anna", F),
    ("i live in london", F),
    ("i think so", F),
    ("tell me what it is", F),
    ("i want one", F),
    ("if it rains tomorrow we stay at home", F),
    ("when is the next train", F),
    ("i said hold the door", F),
    # short answers and greetings
    ("yes", F),
    ("no thank you", F),
    ("yes i do", F),
    ("yes it is", F),
    ("thank you very much", F),
    ("good morning", F),
    ("paris", F),
    ("go on", F),
    ("please go on", F),
    ("that's what i need", F),
    ("where am i", F),
    ("is that so", F),
    ("i don't know", F),
    # cut off
    ("i would like to book a table for", U),
    ("i want to go to the", U),
    ("what is the weather in", U),
    ("what is the weather like in", U),
    ("what do you know about the history of", U),
    ("i live in", U),
    ("the reason is because", U),
    ("i like tea and", U),
    ("tea or", U),
    ("my name is", U),
    ("the weather is", U),
    ("can you", U),
    ("could you please", U),
    ("i was wondering if", U),
    ("i need", U),
    ("tell me about", U),
    ("i think that we should", U),
    ("for example", U),
    ("it was very", U),
    ("i'm", U),
    ("he asked me whether", U),
    ("my name is anna and i", U),
    ("there are more than", U),
    # thinking
    ("um", U),
    ("i would like um", U),
    ("so i went there and uh", U),
    ("it's like you know", U),
    ("i think so but", U),
    # clauses without their other half, numbers that go on
    ("if it rains tomorrow", U),
    ("when i get home tonight", U),
    ("my number is five five five", U),
    ("it is zero four seven one", U),
    ("my number is 0171 55", U),
    ("three point", U),
    ("my number is five five five one two three four", F),
    # asking for silence
    ("wait", W),
    ("wait wait wait", W),
    ("hold on", W),
    ("ok hold on a second please", W),
    ("just a moment", W),
    ("let me think", W),
    ("hmm let me think about it", W),
    ("stop", W),
    ("stop talking please", W),
    ("no no wait", W),
    ("i would like to no wait", W),
    ("be quiet", W),
    ("wait what is the time", F),
    ("do i have to wait for long", F),
    ("i would like to wait", F),
    ("i can wait", F),
]

MORE_ENGLISH = [
    *each(
        F,
        """turn the lights on, turn off, switch it off, what are you thinking of, who is it for,
        where does it come from, which one should i go with, look it up, come in, move on, what's going on,
        i'm done with it, can i come over, that's what it is for, what is this about, log in, where is it at,
        i have nothing to talk about, tell me what this is about, the light is on, is the light on,
        is anyone in, are you in, what, how many people live in berlin, how old are you,
        how far is it from here to the station, who was the first president of the united states, is it raining,
        are you there, isn't it, you like it don't you, it's nice isn't it, why not, how come, what else,
        and you, and what about you, what about tomorrow, what do you think, it's five, room 12,
        i was born in 1984, i am 42, it costs twenty three, twenty, my number is 555 123 4567, 555-1234,
        my zip code is nine zero two one zero, the year is two thousand, at five thirty, one, add 5 and 7,
        what is seven times six, what is 12 divided by 4, what is 3 plus 4, how much is 100 minus 1, in 2024,
        count from 1 to 10, john dot smith at gmail dot com, three point one four, i like dogs, i love you,
        the weather is nice today, i'm hungry, i don't like it very much, as soon as possible, not at all,
        that sounds good, i don't think so, because i am tired, because it's raining, if you want, start,
        tell me more, more, go back, i do, i did, yes i have, so do i, me neither, no i don't, of course not,
        stop the music, wait for me, hold the line, never mind, my pin is one two three four""",
    ),
    *each(
        U,
        """i went home and then, he was late so, i like it although, we could go there or else,
        not only that but also, either we go or, i will come as long as, i don't know if, provided that,
        in case, except that, even though, as though, rather than, i'd rather stay than, so i thought that,
        yes but, yes and, no because, okay and, so um, well, like, i was thinking like, and i mean,
        it's kind of, basically, actually, what i wanted to say is, the thing is, you see, anyway, hmm,
        let's see, i am looking for, i'm interested in, the book is on, send it to, remind me to,
        set an alarm for, wake me up at, play something by, the cat sat on the, what is, what's the, is it,
        could you tell me, do you want to, did you, which, what time does it, how do i get to, when does the,
        why is the sky, where can i buy, my number is oh one seven one, one two three, the code is four seven,
        call five five five one two, a hundred and, set a timer for 10, set a timer for five, twenty five plus,
        my email is john at, it's january the, two and a, i would, i said, if i were you, when i was young,
        i want to know how, open the, i have, it is, i have to, i used to, i'd like to, what a, the, a, i, my""",
    ),
    *each(
        W,
        """stop it please, shush, quiet please, one moment please, give me a minute please, okay wait,
        hang on a sec, just hold on, let me finish, shut up please, enough, that's enough, hush, let me see um""",
    ),
]
"""What rules of thumb get wrong when they are only a little too simple."""

MANDARIN: list[tuple[str, Decision]] = [
    # questions
    ("今天北京的天气怎么样", F),
    ("现在几点了", F),
    ("你叫什么名字", F),
    ("你能听到我说话吗", F),
    ("这是为什么呢", F),
    ("你知道怎么走", F),
    ("这个多少钱", F),
    ("你喜欢茶还是咖啡", F),
    # requests and statements
    ("请帮我打开客厅的灯", F),
    ("给我讲个故事", F),
    ("我明天要去上海出差", F),
    ("我觉得很好", F),
    ("我吃完饭了", F),
    ("他不在", F),
    ("如果明天下雨我就不去了", F),
    # short answers and greetings
    ("你好", F),
    ("是的", F),
    ("对", F),
    ("嗯", F),
    ("不用了", F),
    ("谢谢", F),
    ("好的", F),
    ("我不知道", F),
    ("继续", F),
    # cut off
    ("我想", U),
    ("我想要", U),
    ("请帮我", U),
    ("我的名字是", U),
    ("我今天早上吃了面包和", U),
    ("我本来想去但是", U),
    ("因为", U),
    ("我住在", U),
    ("这个东西非常", U),
    ("你能不能", U),
    ("我要一个", U),
    ("比如说", U),
    # thinking
    ("嗯那个", U),
    ("我觉得嗯", U),
    ("我去了超市然后", U),
    ("然后就是说", U),
    # clauses without their other half, numbers that go on
    ("如果明天下雨", U),
    ("虽然我很喜欢", U),
    ("我的号码是一三八零", U),
    ("号码是13800", U),
    ("我的电话是13800138000", F),
    # asking for silence
    ("等一下", W),
    ("等等", W),
    ("嗯等一下吧", W),
    ("请稍等", W),
    ("让我想想", W),
    ("停一下", W),
    ("别说话了", W),
    ("等一下等一下", W),
    ("等一下我有个问题", F),
    # traditional script
    ("今天天氣怎麼樣", F),
    ("讓我想想", W),
    ("請幫我", U),
    ("因為", U),
]

MORE_MANDARIN = [
    *each(
        F,
        """然后呢, 请把音乐关掉, 给妈妈打电话, 提醒我明天早上八点起床, 设一个五分钟的闹钟, 今天星期几, 你是谁,
        你在干嘛, 这是什么, 为什么天是蓝的, 你会不会说英语, 你有没有时间, 可以吗, 好不好, 你觉得呢, 你吃了没,
        几点, 多少, 什么时候, 哪里, 二十三, 我今年二十五岁, 三加五等于多少, 三点, 三点五,
        我的电话是一三九一二三四五六七八, 房间号是三零二, 我的邮编是一零零零八四, 停止播放音乐, 我饿了,
        我想吃饭, 我想睡觉, 我不想去, 你知道吗, 我也是, 不是这样的, 讲个笑话, 换一个, 再来一个, 买一个, 没有了,
        明天见, 太贵了, 真的, 真的吗, 是吗, 随便吧, 关灯, 开灯, 北京, 我叫李明, 听得到, 说英语""",
    ),
    *each(
        U,
        """我喜欢苹果和, 我去过北京还有, 因为今天下雨, 虽然很贵但是, 不但便宜而且, 要么你来要么, 我想去但,
        如果你有时间的话, 只要你愿意, 除了你, 其实, 呃, 那个, 怎么说呢, 我觉得吧, 这个嘛, 我在, 我从上海,
        帮我订一张去, 把灯, 给妈妈打, 提醒我, 设一个, 播放周杰伦的, 我最喜欢的, 能不能帮我, 怎么, 一百除以,
        我的电话是一三九, 密码是一二三四, 一二三, 第, 我的邮编是一零零零, 他说, 我听说, 我昨天看到, 我正在,
        给我一个, 我来自, 我叫, 我的意思是""",
    ),
    *each(
        W,
        """等我一会儿, 别讲了, 先等等, 打断一下, 够了, 不要说了, 闭嘴吧, 安静点儿, 你先别说话, 等等我想想,
        等会儿再说, 稍等我一下""",
    ),
]

PUNCTUATED: list[tuple[str, str, Decision]] = [
    ("What time is it?", "en-US", F),
    ("I would like to book a table for.", "en-US", U),
    ("I would like to book a table,", "en", U),
    ("Well, I think...", "en", U),
    ("It’s five o’clock.", "en", F),
    ("I’m", "en", U),
    ("Stop!", "en", W),
    ("今天天气怎么样?", "zh-CN", F),
    ("我想去北京,", "zh-CN", U),
    ("我想……", "zh-CN", U),
    ("请帮我。", "zh-CN", U),
    ("好的。", "zh-CN", F),
    ("等一下!", "zh-CN", W),
    ("我想买 iPhone", "zh-CN", F),
    ("play 周杰伦 的歌", "en-US", F),
    ("请你帮我 play the", "zh-CN", U),
    ("¿Qué hora es?", "es-ES", F),
    ("quiero ir a la", "es-ES", F),
    ("", "en-US", U),
    ("...", "", U),
    ("  \n", "zh-CN", U),
    ("😀", "en-US", U),
]

SAID = ENGLISH + MORE_ENGLISH + MANDARIN + MORE_MANDARIN


@pytest.mark.parametrize(("text", "decision"), SAID)
def test_without_punctuation_and_language(text: str, decision: Decision) -> None:
    verdict = RuleTurnDetector().judge(text, "")
    assert verdict.decision == decision, verdict


@pytest.mark.parametrize(("text", "language", "decision"), PUNCTUATED)
def test_with_punctuation_and_language(text: str, language: str, decision: Decision) -> None:
    verdict = RuleTurnDetector().judge(text, language)
    assert verdict.decision == decision, verdict


def test_every_confidence_is_a_share() -> None:
    texts = [text for text, _ in SAID] + [text for text, _, _ in PUNCTUATED]
    assert all(0.5 <= RuleTurnDetector().judge(text).confidence <= 1 or not text for text in texts)


def test_a_full_stop_makes_a_dangling_word_less_sure_and_a_whole_sentence_surer() -> None:
    judge = RuleTurnDetector().judge
    assert judge("i want to go to the.").confidence < judge("i want to go to the").confidence
    assert judge("he lives in london.").confidence > judge("he lives in london").confidence


def test_the_end_decides_whatever_came_before() -> None:
    judge = RuleTurnDetector().judge
    beginning = "what time is it " * 200
    assert judge(beginning).decision == "finished"
    assert judge(beginning + "and").decision == "unfinished"
