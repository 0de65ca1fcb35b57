"""What the built-in responder answers."""

from datetime import datetime

import pytest

from wrappers.llm.base import Message
from wrappers.llm.offline import answer
from wrappers.llm.offline.phrases import JOKES, SKILLS, STORIES, WHO


def ask(text: str, *before: str) -> str:
    """The answer to a text, after these earlier answers."""
    history = [entry for said in before for entry in (Message("user", "hello"), Message("assistant", said))]
    return answer(
        [Message("system", "Be brief."), *history, Message("user", text)], lambda: datetime(2026, 3, 5, 15, 7)
    )


TIME, DATE, WEEKDAY = "It is 3:07 PM.", "Today is Thursday, March 5, 2026.", "Today is Thursday."
HELLO, FINE, WELCOME, BYE, OKAY = "Hello! What can I do for you?", "I am fine, thank you. And you?", "You are welcome.", "Goodbye! It was nice talking to you.", "Okay."  # fmt: skip  # noqa: E501

ENGLISH = [
    # with the errors of a recogniser: words missing, swapped, without punctuation
    ("What time is it?", TIME),
    ("what time it is", TIME),
    ("what's the time", TIME),
    ("tell me the time please", TIME),
    ("do you know what time it is", TIME),
    ("time is it", TIME),
    ("time", TIME),
    ("What is the date?", DATE),
    ("what's the date today", DATE),
    ("what is today", DATE),
    ("date today", DATE),
    ("what month is it", DATE),
    ("what year is it", DATE),
    ("what's tomorrow's date", "Tomorrow is Friday, March 6, 2026."),
    ("What day is it?", WEEKDAY),
    ("what day is today", WEEKDAY),
    ("what day of the week is it", WEEKDAY),
    ("what day was yesterday", "Yesterday was Wednesday."),
    ("hello", HELLO),
    ("hello there", HELLO),
    ("hi", HELLO),
    ("good morning", HELLO),
    ("how are you", FINE),
    ("hello how are you doing today", FINE),
    ("how is it going", FINE),
    ("thank you", WELCOME),
    ("thanks a lot", WELCOME),
    ("okay thank you very much", WELCOME),
    ("goodbye", BYE),
    ("bye bye", BYE),
    ("good night", BYE),
    ("see you later", BYE),
    ("yes", OKAY),
    ("okay", OKAY),
    ("never mind", OKAY),
    ("who are you", WHO["en"]),
    ("what is your name", WHO["en"]),
    ("are you a robot", WHO["en"]),
    ("what can you do", SKILLS["en"]),
    ("can you help me", SKILLS["en"]),
    ("what can I ask you", SKILLS["en"]),
    ("tell me a joke", JOKES["en"][0]),
    ("do you know a joke", JOKES["en"][0]),
    ("tell me something funny", JOKES["en"][0]),
    ("tell me a story", STORIES["en"][0]),
    ("tell story", STORIES["en"][0]),
    ("Repeat after me: good morning, Tom", "Good morning, Tom."),
    ("repeat after me the quick fox", "The quick fox."),
    ("please repeat after me the quick fox", "The quick fox."),
    ("can you please say good morning", "Good morning."),
    ("say hello world", "Hello world."),
    ("can you say what a day", "What a day."),
    ("repeat after me", "What shall I repeat?"),
    ("what did you say", "I have not said anything yet."),
    ("count to five", "1, 2, 3, 4, 5."),
    ("please count to 3", "1, 2, 3."),
    ("count from three to seven", "3, 4, 5, 6, 7."),
    ("count from 3 down to 1", "3, 2, 1."),
    ("count down from four", "4, 3, 2, 1."),
    ("count", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."),
    ("count to tan", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."),
    ("count to one thousand", "I only count to a hundred."),
    ("spell banana", "B, A, N, A, N, A."),
    ("how do you spell the word cat", "C, A, T."),
    ("spell please", "Which word shall I spell?"),
    ("", "I did not hear any words."),
    ("...", "I did not hear any words."),
]

CHINESE = [
    ("现在几点了？", "现在是下午3点7分。"),
    ("今天星期几", "今天是星期四。"),
    ("明天是几号", "明天是2026年3月6日，星期五。"),
    ("你好", "你好！有什么可以帮你？"),
    ("你好吗？", "我很好，谢谢。你呢？"),
    ("谢谢你", "不客气。"),
    ("再见", "再见！"),
    ("你是谁？", WHO["zh"]),
    ("你会什么", SKILLS["zh"]),
    ("讲个笑话", JOKES["zh"][0]),
    ("给我讲个故事吧", STORIES["zh"][0]),
    ("跟我说：早上好", "早上好。"),
    ("跟我说", "要我跟着说什么？"),
    ("数到五", "1，2，3，4，5。"),
    ("从三数到六", "3，4，5，6。"),
    ("好的", "好的。"),
    ("再说一遍", "我还什么都没说呢。"),
]

ARITHMETIC = [
    ("what is twelve times seven", "12 times 7 is 84."),
    ("What's 12 x 7?", "12 times 7 is 84."),
    ("eight plus nine", "8 plus 9 is 17."),
    ("how much is 3.5 * 2", "3.5 times 2 is 7."),
    ("2 plus 3 times 4", "2 plus 3 times 4 is 14."),
    ("(2+3)*4", "(2 plus 3) times 4 is 20."),
    ("one hundred and five minus six", "105 minus 6 is 99."),
    ("minus five plus three", "Minus 5 plus 3 is minus 2."),
    ("a hundred divided by eight", "100 divided by 8 is 12.5."),
    ("ten over three", "10 divided by 3 is about 3.33."),
    ("one divided by seven thousand", "1 divided by 7000 is about 0.0001429."),
    ("square root of one hundred forty four", "The square root of 144 is 12."),
    ("what's the square root of two", "The square root of 2 is about 1.41."),
    ("the cube root of twenty seven", "The cube root of 27 is 3."),
    ("seven squared", "7 squared is 49."),
    ("two cubed plus one", "2 cubed plus 1 is 9."),
    ("two to the power of ten", "2 to the power of 10 is 1024."),
    ("two to the power of minus one", "2 to the power of minus 1 is 0.5."),
    ("twenty percent of eighty", "20 percent of 80 is 16."),
    ("half of ninety", "90 divided by 2 is 45."),
    ("add five and three", "5 plus 3 is 8."),
    ("subtract two from ten", "10 minus 2 is 8."),
    ("multiply six by seven please", "6 times 7 is 42."),
    ("divide ten by four", "10 divided by 4 is 2.5."),
    ("difference between nine and four", "9 minus 4 is 5."),
    ("three hundred and sixty five times twenty four", "365 times 24 is 8760."),
    ("two point five times four", "2.5 times 4 is 10."),
    ("nine hundred trillion times nine hundred trillion", "900000000000000 times 900000000000000 is about 8.1 times 10 to the power of 29."),  # noqa: E501
    # misheard
    ("watt is seven times ate", "7 times 8 is 56."),
    ("two times for", "2 times 4 is 8."),
    ("to plus to", "2 plus 2 is 4."),
    # without a result
    ("ten divided by zero", "Nothing can be divided by zero."),
    ("zero to the power of minus one", "Nothing can be divided by zero."),
    ("square root of minus four", "A negative number has no real root."),
    ("nine to the power of ninety nine thousand", "That number is too big for me."),
    ("(9^200)*(9^200)", "That number is too big for me."),
    # Chinese
    ("十二乘以七等于多少", "12乘以7等于84。"),
    ("2加3", "2加3等于5。"),
    ("三百二十五点五减一是多少", "325.5减1等于324.5。"),
    ("一万零五除以五", "10005除以5等于2001。"),
    ("一百的百分之二十是多少", "100的百分之20等于20。"),
    ("二的十次方", "2的10次方等于1024。"),
    ("九的平方根", "9的平方根等于3。"),
    ("根号二", "2的平方根约等于1.41。"),
    ("五减八", "5减8等于负3。"),
    ("八除以零", "零不能作除数。"),
]  # fmt: skip

NEEDS_A_MODEL = [
    "what is the capital of france",
    "I had a good time yesterday",
    "how tall is the highest mountain in the world",
    "I was there two times",
    "my father never liked the number seven very much I think",
    "what is the time difference between here and there",
    "write a poem about the sea",
    "how old are you",
    "two and two",
    "divide ten",
    "square root",
]


@pytest.mark.parametrize(("text", "expected"), ENGLISH + CHINESE + ARITHMETIC)
def test_answers(text: str, expected: str) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize("text", NEEDS_A_MODEL)
def test_says_how_to_get_a_model(text: str) -> None:
    said = ask(text)
    assert said.startswith(f'I heard: "{text}". I am only the built-in responder')
    assert "start LM Studio, load a model" in said


def test_says_so_at_length_only_once() -> None:
    first = ask("write a poem")
    assert "LM Studio" not in ask("write a poem", first)


def test_says_how_to_get_a_model_in_chinese() -> None:
    assert ask("法国的首都是哪里？").startswith("我听到的是：“法国的首都是哪里”。我只是自带的应答程序")


def test_tells_every_joke_before_one_comes_again() -> None:
    told: list[str] = []
    for _ in range(len(JOKES["en"]) + 1):
        told.append(ask("tell me another joke", *told))
    assert set(told) == set(JOKES["en"])
    assert told[-1] == told[0]


def test_repeats_its_own_words() -> None:
    assert ask("can you say that again", "First.", "Second.") == "Second."


@pytest.mark.parametrize(
    ("hour", "minute", "english", "chinese"),
    [
        (0, 0, "It is 12:00 AM.", "现在是凌晨12点整。"),
        (8, 30, "It is 8:30 AM.", "现在是上午8点30分。"),
        (12, 5, "It is 12:05 PM.", "现在是下午12点5分。"),
        (23, 59, "It is 11:59 PM.", "现在是晚上11点59分。"),
    ],
)
def test_time_of_day(hour: int, minute: int, english: str, chinese: str) -> None:
    now = datetime(2026, 3, 5, hour, minute)
    assert answer([Message("user", "what time is it")], lambda: now) == english
    assert answer([Message("user", "几点了")], lambda: now) == chinese
