"""Pieces: where a text is cut, and where never."""

import pytest

from wrappers.text import Segmenter, SegmenterOptions


def cut(text: str, options: SegmenterOptions | None = None) -> list[str]:
    segmenter = Segmenter(options)
    pieces = segmenter.push(text)
    return [piece.strip() for piece in pieces + segmenter.finish()]


EVERY_CLAUSE = SegmenterOptions(clause_words=(0,), sentence_words=0)
"""Cuts at every boundary, so that a table shows where boundaries are."""

NO_BOUNDARY_INSIDE = [
    "Pi is about 3.14 or so",
    "it costs 1,000 dollars",
    "that is 1,234,567.89 in all",
    "we meet at 10:30 sharp",
    "some e.g. apples are red",
    "i.e. this one",
    "ask Dr. Smith about it",
    "Mr. and Mrs. Jones came",
    "Prof. Lee and St. John left",
    "books by J. K. Rowling and J.R.R. Tolkien",
    "George W. Bush was there",
    "the U.S. Army and the U.K. government",
    "open www.example.com/a.b?c=d&e=f;g now",
    "go to https://example.com:8080/x,y.html#top now",
    "mail first.last@mail.example.org today",
    "edit config.yaml and main.py first",
    "use Node.js 18.2.1 or .env files",
    "see fig. 3 on p. 12 in vol. 2",
    "it is No. 5 of the list",
    "on Jan. 5 or Dec. 24 maybe",
    "red vs. blue team",
    "approx. five of them",
    "Apple Inc. Chairman Smith spoke",
    "the well-known 5-10 range of 5–10",
    "cats etc. are animals",
    "at 5 p.m. we left",
    "Smith et al. found it",
    "so . . . that is it",
    "小明有3.5个苹果",
    "现在是10：30左右",
    "一共1，000人参加了",
    "打开文件.txt看看",
    "版本是v1.2.3没错",
]

BOUNDARIES = [
    ("Hello there. How are you? I am fine!", ["Hello there.", "How are you?", "I am fine!"]),
    ("Well, yes; but: no", ["Well,", "yes;", "but:", "no"]),
    ("It is 3.14. Next one", ["It is 3.14.", "Next one"]),
    ("The answer is 12. Next one", ["The answer is 12.", "Next one"]),
    ("Born in 1999, he left", ["Born in 1999,", "he left"]),
    ("He asked me etc. The rest is known", ["He asked me etc.", "The rest is known"]),
    ("It was 5 p.m. The train left", ["It was 5 p.m.", "The train left"]),
    ("She lives in the U.S. The house is big", ["She lives in the U.S.", "The house is big"]),
    ("He works at Apple Inc. She does not", ["He works at Apple Inc.", "She does not"]),
    ("No. It is not", ["No.", "It is not"]),
    ("In Dec. We go", ["In Dec.", "We go"]),
    ("So am I. What now", ["So am I.", "What now"]),
    ('He said "Stop." Then he left', ['He said "Stop."', "Then he left"]),
    ('"Really?" she said. "Yes!" He left', ['"Really?"', "she said.", '"Yes!"', "He left"]),
    ("(It is so.) Next", ["(It is so.)", "Next"]),
    ("What?! No way!!! Yes", ["What?!", "No way!!!", "Yes"]),
    ("Wait... what is it… then", ["Wait...", "what is it…", "then"]),
    ("I think — maybe — not", ["I think —", "maybe —", "not"]),
    ("word—word again", ["word—", "word again"]),
    ("that is - or - not", ["that is -", "or -", "not"]),
    ("Great! 😊 Next", ["Great!", "😊 Next"]),
    ("Great!😊 Next", ["Great!😊", "Next"]),
    ("Great!👩‍🚀 Next", ["Great!👩‍🚀", "Next"]),
    ("Visit example.com. Then go", ["Visit example.com.", "Then go"]),
    ("Mail a@b.org, please", ["Mail a@b.org,", "please"]),
    ("1. Apples\n2. Pears\n3. Plums", ["1. Apples", "2. Pears", "3. Plums"]),
    ("one line\nanother line", ["one line", "another line"]),
    ("See Dr. Smith. He knows", ["See Dr. Smith.", "He knows"]),
    (
        "你好，我是小明。很高兴认识你！真的吗？是的；没错",
        ["你好，", "我是小明。", "很高兴认识你！", "真的吗？", "是的；", "没错"],
    ),
    ("“真的吗？”她说。“对。”", ["“真的吗？”", "她说。", "“对。”"]),
    ("他点了点头……然后走了", ["他点了点头……", "然后走了"]),
    ("好的,没问题.那我们开始吧", ["好的,", "没问题.", "那我们开始吧"]),
    ("你好!我是Tom.你呢", ["你好!", "我是Tom.你呢"]),
    ("（见上文。）下一句", ["（见上文。）", "下一句"]),
    ("我喜欢Python。It is nice. 对吧", ["我喜欢Python。", "It is nice.", "对吧"]),
    ("这是第一——当然——也是最后", ["这是第一——", "当然——", "也是最后"]),
]


@pytest.mark.parametrize("text", NO_BOUNDARY_INSIDE)
def test_never_cuts_inside(text: str) -> None:
    assert cut(text, EVERY_CLAUSE) == [text]


@pytest.mark.parametrize(("text", "pieces"), BOUNDARIES)
def test_boundaries(text: str, pieces: list[str]) -> None:
    assert cut(text, EVERY_CLAUSE) == pieces


GROUPED = [
    # the first piece: a clause with enough words, or any sentence
    ("Of course, my friend, I can help you with that.", ["Of course, my friend,", "I can help you with that."]),
    ("Yes, I can help you with that today.", ["Yes, I can help you with that today."]),
    ("Sure. I can help you with that.", ["Sure.", "I can help you with that."]),
    ("当然可以啊，我来帮你看看。", ["当然可以啊，我来帮你看看。"]),
    ("今天天气不错，我们出去走走吧。", ["今天天气不错，", "我们出去走走吧。"]),
    # later ones: short sentences together, at most three clauses, sooner for the second than for the third
    ("Hi! Yes. I do. Sure. Then we go on.", ["Hi!", "Yes. I do. Sure.", "Then we go on."]),
    (
        "Hi! I like red apples, ripe pears, and plums, and I like all the other fruit as well.",
        ["Hi!", "I like red apples, ripe pears,", "and plums, and I like all the other fruit as well."],
    ),
    (
        "Hi! Well my dear, it was late, so we left, and then it rained.",
        ["Hi!", "Well my dear, it was late,", "so we left, and then it rained."],
    ),
]


@pytest.mark.parametrize(("text", "pieces"), GROUPED)
def test_groups_clauses(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_at_most_three_clauses() -> None:
    options = SegmenterOptions(clause_words=(100,))
    text = "Hi! We came here, we saw it, we won it, we ate it, we left it"
    assert cut(text, options) == ["Hi!", "We came here, we saw it, we won it,", "we ate it, we left it"]


def test_items_of_a_list_are_not_clauses() -> None:
    options = SegmenterOptions(clause_words=(100,))
    assert cut("Hi! Take apples, pears, plums, nuts, figs", options) == ["Hi!", "Take apples, pears, plums, nuts, figs"]


LONG_START = "Well I think you will probably find it on the other side of this quite large"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (f"{LONG_START} and very old building ", [LONG_START]),
        (f"{LONG_START} or small and very old building ", [LONG_START]),
        (f"{LONG_START} very old building made of stones in a row ", []),
    ],
)
def test_a_first_piece_without_stops_is_cut_before_a_conjunction(text: str, pieces: list[str]) -> None:
    assert Segmenter(SegmenterOptions(first_max_characters=80)).push(text) == pieces


LIMIT = SegmenterOptions(clause_words=(1000,), sentence_words=1000, max_clauses=1000, max_characters=40)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        # at the best clause
        ("we saw the house, and so we went on to the end", ["we saw the house,", "and so we went on to the end"]),
        # at a conjunction
        ("we saw the big house and then went on to nothing", ["we saw the big house", "and then went on to nothing"]),
        # at a space
        ("aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj", ["aaaa bbbb cccc dddd eeee ffff gggg hhhh", "iiii jjjj"]),
        # Chinese: hard
        ("字" * 90, ["字" * 40, "字" * 40, "字" * 10]),
        # Chinese: at an enumeration comma
        ("苹果" * 8 + "、" + "香蕉" * 15, ["苹果" * 8 + "、", "香蕉" * 15]),
        # a number stays whole
        ("字" * 38 + "3.1415926" + "字" * 5, ["字" * 38, "3.1415926" + "字" * 5]),
        # an emoji of several code points stays whole
        ("字" * 38 + "👨‍👩‍👧" + "字", ["字" * 38, "👨‍👩‍👧字"]),
        # nothing else left: a word longer than the limit
        ("x" * 50, ["x" * 40, "x" * 10]),
    ],
)  # fmt: skip
def test_limit(text: str, pieces: list[str]) -> None:
    assert cut(text, LIMIT) == pieces


def test_pieces_come_as_soon_as_they_are_certain() -> None:
    segmenter = Segmenter(EVERY_CLAUSE)
    assert segmenter.push("Hello there.") == []
    assert segmenter.push(" ") == ["Hello there."]
    assert segmenter.push("你好。") == []
    assert segmenter.push("我") == [" 你好。"]
    assert segmenter.push("是 3.") == []
    assert segmenter.push("5 米.") == []
    assert segmenter.finish() == ["我是 3.5 米."]


def test_finish_makes_ready_for_a_new_text() -> None:
    segmenter = Segmenter()
    assert segmenter.push("Of course not, ") == ["Of course not,"]
    assert segmenter.finish() == []
    assert segmenter.push("Of course not, ") == ["Of course not,"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", " \t "])
def test_nothing_comes_of_white_space(text: str) -> None:
    assert cut(text) == []


@pytest.mark.parametrize("options", [{"clause_words": ()}, {"max_characters": 3}, {"max_clauses": 0}])
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="clause_words needs a value, max_characters at least 16"):
        SegmenterOptions(**options)  # type: ignore[arg-type]
