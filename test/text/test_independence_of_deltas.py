"""The same text gives the same speech, however it was cut into deltas."""

import random

import pytest

from wrappers.text import Segmenter, SegmenterOptions, Speakable
from wrappers.text.script import word_set

MARKS = "https:// www. <think> </think> ``` ** $$ \\( \\) e.g. Dr. U.S. 3.14 1,000 <br> &amp; -> [x](y) 👨‍👩‍👧 10:30"
SPACED = [
    "etc. ",
    "No. ",
    "Inc. ",
    "p.m. ",
    "and ",
    "The ",
    "\n\n",
    "- ",
    "1. ",
    "| a | b |\n",
    "|---|\n",
    "\r\n",
    "# ",
]
ATOMS = [*"aB1 .,-*_`~[]()<>!$\\|&\n#:;?'\"=+/^{}。，；你好😊…“”（）—HWhw", *sorted(word_set(MARKS)), *SPACED]

PROSE = """# A day out

Well, Dr. Smith said we should meet at 10:30, e.g. in front of the U.S. embassy. "Really?" she asked. It costs
**$3.14** or 1,000 yen... see [the page](https://example.com/a_b?c=d) or https://example.com/x.

- Apples, *red* ones 🍎
- `pears`

```python
print("hi")
```
<think>hidden</think>

| a | b |
|---|---|
| 1 | 2 |

好的，我们来看看 $a^2$ 等于多少。“真的吗？”她说……当然👌！一共3.5公里，1,000人——不算多。
"""


def cut_at_random(text: str, source: random.Random) -> list[str]:
    deltas, start = [], 0
    while start < len(text):
        end = start + source.choice([1, 1, 2, 3, 5, 8, 30])
        deltas.append(text[start:end])
        start = end
    return deltas


def texts() -> list[str]:
    source = random.Random(7)
    return [PROSE] + ["".join(source.choices(ATOMS, k=source.choice([5, 20, 60, 300]))) for _ in range(400)]


@pytest.mark.parametrize("seed", range(3))
def test_speakable_is_independent_of_the_cuts(seed: int) -> None:
    source = random.Random(seed)
    for text in texts():
        whole, parts = Speakable(), Speakable()
        expected = whole.push(text) + whole.finish()
        assert "".join(map(parts.push, cut_at_random(text, source))) + parts.finish() == expected, repr(text)


@pytest.mark.parametrize("seed", range(3))
def test_pieces_are_independent_of_the_cuts_and_lose_nothing(seed: int) -> None:
    source = random.Random(seed)
    for text in texts():
        options = SegmenterOptions(max_characters=source.choice([16, 40, 200]))
        whole, parts = Segmenter(options), Segmenter(options)
        expected = whole.push(text) + whole.finish()
        pieces = [piece for delta in cut_at_random(text, source) for piece in parts.push(delta)] + parts.finish()
        assert pieces == expected, repr(text)
        assert "".join(pieces).rstrip() == text.rstrip()
        assert max(map(len, pieces), default=0) <= options.max_characters


def test_prose_comes_out_in_natural_pieces() -> None:
    stream, segmenter = Speakable(), Segmenter()
    pieces = [piece for character in PROSE for piece in segmenter.push(stream.push(character))]
    pieces += segmenter.push(stream.finish()) + segmenter.finish()
    assert [piece.strip() for piece in pieces] == [
        "A day out.",
        "Well, Dr. Smith said we should meet at 10:30,",
        "e.g. in front of the U.S. embassy.",
        '"Really?" she asked. It costs $3.14 or 1,000 yen... see the page or example.com.',
        "Apples, red ones.\npears.",
        "I leave out the code.",
        "a, b.\n1, 2.",
        "好的，我们来看看 a 的平方 等于多少。",
        "“真的吗？”她说……当然！一共3.5公里，1,000人——不算多。",
    ]
