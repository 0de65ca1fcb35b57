"""Markdown, tags, emoji and formulas, as a voice says them."""

import pytest

from wrappers.text import Speakable, SpeakableOptions, speakable

LONG = "A line of a paragraph that an editor has broken because it was long"
CODE = "I leave out the code."

TABLE = [
    # plain text is untouched
    ("Hello there. It is 3.14, or 1,000; at 10:30 - really?", "Hello there. It is 3.14, or 1,000; at 10:30 - really?"),
    ("你好，我是小明。现在是10:30。", "你好，我是小明。现在是10:30。"),
    ("It costs $5 and $10.50, or 20% of $1,000.", "It costs $5 and $10.50, or 20% of $1,000."),
    ('That\'s "it" (really).', 'That\'s "it" (really).'),
    ("well-known -5 degrees 5-10", "well-known -5 degrees 5-10"),
    ("x < 5 and y > 3", "x < 5 and y > 3"),
    ("AT&T & co", "AT&T & co"),
    ("2024 was good. 3 is 3.", "2024 was good. 3 is 3."),
    ("C# and F# are #1", "C# and F# are #1"),
    ("hello who he was", "hello who he was"),
    # emphasis
    ("**bold** and *italic* and __bold__ and _italic_ and ~~gone~~", "bold and italic and bold and italic and gone"),
    ("***both*** and **a*b*c**", "both and abc"),
    ("**你好**，*世界*", "你好，世界"),
    ("snake_case and __init__", "snake case and init"),
    ("3 * 4 = 12 and 3*4 and 2**8", "3 times 4 = 12 and 3 times 4 and 2 to the power of 8"),
    ("计算 3*4 吧", "计算 3乘以4 吧"),
    ("~5 km", "about 5 km"),
    ("距离~5公里", "距离大约5公里"),
    # headings
    ("# Fruit\nApples are red.", "Fruit.\nApples are red."),
    ("## What is it?\nA thing.", "What is it?\nA thing."),
    ("### 水果\n苹果是红的。", "水果。\n苹果是红的。"),
    ("Title\n=====\nText\n-----\nmore", "Title\nText\nmore"),
    ("#hashtag stays", "#hashtag stays"),
    # lists
    ("- Apples\n- Pears!\n* Plums\n+ Nuts", "Apples.\nPears!\nPlums.\nNuts."),
    ("• Apples\n◦ Pears", "Apples.\nPears."),
    ("- [ ] milk\n- [x] bread", "milk.\nbread."),
    ("1. One\n2) Two\n10. Ten", "1. One.\n2) Two.\n10. Ten."),
    ("  - nested **item**\n    - deeper", "nested item.\ndeeper."),
    ("- 苹果\n- 香蕉", "苹果。\n香蕉。"),
    ("①苹果 ②梨", "1.苹果 2.梨"),
    # quotes, rules, white space
    ("> quoted\n>> twice", "quoted\ntwice"),
    ("one\n\n\n\ntwo", "one\ntwo"),
    ("one\n---\ntwo\n***\nthree\n_ _ _\nfour", "one\ntwo\nthree\nfour"),
    ("a  b \t c\r\nd", "a b c\nd"),
    (f"{LONG}\nand goes on\nhere", f"{LONG} and goes on here"),
    (f"{LONG}\n- item", f"{LONG}\nitem."),
    (f"{LONG}\n\nnew", f"{LONG}\nnew"),
    (f"{LONG}.\nnew", f"{LONG}.\nnew"),
    # links, images, addresses
    ("See [the docs](https://a.b/c_(d)?x=1).", "See the docs."),
    ("See [**the** docs][ref] now\n[ref]: https://a.b/c", "See the docs now"),
    ("![a red cat](cat.png) here", "a red cat here"),
    ("Known[1] and noted[^2].\n[^2]: A note.", "Known and noted."),
    ("[x] stays [like this]", "[x] stays [like this]"),
    ("Go to https://www.example.com/a/b?c=d#e.", "Go to example.com."),
    ("Go to www.example.org, or http://localhost:1234/v1!", "Go to example.org, or localhost!"),
    ("请看https://example.com/路径，谢谢", "请看example.com路径，谢谢"),
    ("<https://example.com/x> and <a@b.org>", "example.com and a@b.org"),
    ("mail a.b@c.org", "mail a.b@c.org"),
    # code
    ("Use `print` or ``a`b`` or `my_name`.", "Use print or a b or my name."),
    ("The `<div>` tag", "The div tag"),
    ("So:\n```python\nprint('*hi*')\n```\nDone.", f"So:\n{CODE}\nDone."),
    ("So:\n~~~\n```\nx\n```\n~~~\nDone.", f"So:\n{CODE}\nDone."),
    ("```\nx = 1", CODE),
    ("看：\n```\nx\n```\n好了。", "看：\n代码就不念了。\n好了。"),
    ("```inline``` here", "inline here"),
    ("an open ` tick", "an open tick"),
    # tables
    ("| a | b |\n|---|:-:|\n| 1 | 2.5 |", "a, b.\n1, 2.5."),
    ("| 名 | 价 |\n|---|---|\n| 苹果 | 五元 |", "名， 价。\n苹果， 五元。"),
    ("a | b", "a, b"),
    # thoughts and tags
    ("<think>no *way*\n\nnot this</think>\n\nYes.", "Yes."),
    ("<Think>never closed", ""),
    ("a</think>b", "ab"),
    ("[THINK]no[/THINK]Yes.", "Yes."),
    ("<|im_start|>Hi<|im_end|>", "Hi"),
    ("<b>bold</b> a<br>b<br/>c <!-- no --> d", "bold a\nb\nc d"),
    ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
    ('<a href="x">text</a> &amp; &lt;tag&gt;&nbsp;x &#39;', "text & <tag> x '"),
    ("I <3 you", "I <3 you"),
    # emoji and symbols
    ("Great 😊! Well done 👍🏽 👨‍👩‍👧 🇩🇪 ✅", "Great! Well done"),
    ("好的👌，没问题", "好的，没问题"),
    ("press 1️⃣ now", "press 1 now"),
    ("A → B ⇒ C -> D => E --> F", "A, B, C, D, E, F"),
    ("a • b", "a, b"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
    # escapes and formulas
    (r"1\. not a list \*stars\* C:\dir", "1. not a list *stars* C: dir"),
    (r"So $x^2 + y$ and \(a \times b\).", "So x squared plus y and a times b."),
    (r"So \[ \frac{1}{2} \] and $$ \sqrt{2} $$", "So 1 over 2 and the square root of 2"),
    (r"3 \times 4 \approx 12", "3 times 4 is about 12"),
    ("$5 is less than $x$", "$5 is less than x"),
    ("公式 $a=b$ 对", "公式 a 等于 b 对"),
    ("echo $HOME\nnext", "echo $HOME\nnext"),
]


@pytest.mark.parametrize(("written", "spoken"), TABLE)
def test_speakable(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


@pytest.mark.parametrize(("written", "spoken"), TABLE)
def test_one_character_at_a_time(written: str, spoken: str) -> None:
    stream = Speakable()
    assert ("".join(stream.push(character) for character in written) + stream.finish()).strip() == spoken


def test_plain_text_flows_at_once() -> None:
    stream = Speakable()
    assert stream.push("Hello there") == "Hello there"
    assert stream.push(", you. ") == ", you."
    assert stream.push("**Bold") == " Bold"
    assert stream.push("*") == ""
    assert stream.push("* text") == " text"
    assert stream.push(" and [link](http://exam") == " and"
    assert stream.push("ple.com) too") == " link too"
    assert stream.finish() == ""


def test_a_thought_split_anywhere_is_never_heard() -> None:
    text = "<think>a < b </thin not yet</think>Yes"
    for cut in range(len(text)):
        stream = Speakable()
        assert stream.push(text[:cut]) + stream.push(text[cut:]) + stream.finish() == "Yes"


def test_finish_makes_ready_for_a_new_text() -> None:
    stream = Speakable()
    stream.push("<think>never closed")
    assert stream.finish() == ""
    assert stream.push("Hi") == "Hi"


def test_code_note_can_be_left_out() -> None:
    stream = Speakable(SpeakableOptions(code_note=()))
    assert stream.push("So\n```\nx\n```\nDone") + stream.finish() == "So\nDone"
