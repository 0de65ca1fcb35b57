"""The end-of-turn rules: what people say, as recognisers write it, and whether they have finished."""

import pytest

from wrappers.turn import Decision, RuleTurnDetector

F: Decision = "finished"
U: Decision = "unfinished"
W: Decision = "wait"

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


@pytest.mark.parametrize(("text", "decision"), ENGLISH + MANDARIN)
def test_without_punctuation_and_language(text: str, decision: Decision) -> None:
    verdict = RuleTurnDetector().judge(text, "")
    assert verdict.decision == decision, verdict


@pytest.mark.parametrize(("text", "language", "decision"), PUNCTUATED)
def test_with_punctuation_and_language(text: str, language: str, decision: Decision) -> None:
    verdict = RuleTurnDetector().judge(text, language)
    assert verdict.decision == decision, verdict


def test_every_confidence_is_a_share() -> None:
    texts = [text for text, _ in ENGLISH + MANDARIN] + [text for text, _, _ in PUNCTUATED]
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
