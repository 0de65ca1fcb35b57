"""Thoughts inside of the text."""

import pytest

from wrappers.llm.base import ReasoningDelta, TextDelta
from wrappers.llm.think import ThoughtSplitter

TABLE = [
    ("Hello.", "", "Hello."),
    ("<think>Hm.</think>Hello.", "Hm.", "Hello."),
    ("\n<think>\nHm.\n</think>\n\nHello.", "\nHm.\n", "Hello."),
    ("<thinking>Hm.</thinking> Hello.", "Hm.", "Hello."),
    ("[THINK]Hm.[/THINK]Hello.", "Hm.", "Hello."),
    ("<think>a < b </thin not yet</think>x", "a < b </thin not yet", "x"),
    ("<think>never closed", "never closed", ""),
    ("<think></think>x", "", "x"),
    ("x <think>not at the start</think>", "", "x <think>not at the start</think>"),
    ("<b>bold</b>", "", "<b>bold</b>"),
    ("<thi", "", "<thi"),
    ("  x", "", "  x"),
    ("", "", ""),
]


@pytest.mark.parametrize(("written", "thought", "said"), TABLE)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_thoughts(written: str, thought: str, said: str, size: int) -> None:
    splitter = ThoughtSplitter()
    deltas = [delta for start in range(0, len(written), size) for delta in splitter.push(written[start : start + size])]
    deltas += splitter.finish()
    assert "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)) == thought
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == said
    assert all(delta.text for delta in deltas)


def test_text_is_held_back_no_longer_than_needed() -> None:
    splitter = ThoughtSplitter()
    assert splitter.push("<th") == []
    assert splitter.push("e") == [TextDelta("<the")]
    assert splitter.push(" <") == [TextDelta(" <")]
