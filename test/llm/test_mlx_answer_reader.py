"""What a model writes, in pieces of any size: text, thoughts, tool calls, and where it ends."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from wrappers.llm.base import Delta, ReasoningDelta, TextDelta, ToolCall
from wrappers.llm.mlx.answer_reader import AnswerReader, ToolSyntax

TOOLS = ToolSyntax("<tool_call>", "</tool_call>", json.loads)
OPEN_ENDED = ToolSyntax("[TOOL_CALLS]", "", json.loads)
CLOCK = '<tool_call>{"name": "clock", "arguments": {"city": "Bonn"}}</tool_call>'


def read(
    text: str, sizes: int, prompt: str = "", stop: tuple[str, ...] = (), tools: ToolSyntax | None = TOOLS
) -> tuple[str, str, list[ToolCall]]:
    """Text, thoughts and calls of what comes in random pieces."""
    rng = random.Random(sizes)
    reader, deltas = AnswerReader(prompt, stop, tools), list[Delta]()
    while text and not reader.ended:
        size = rng.randint(1, 1 + sizes)
        deltas += reader.push(text[:size])
        text = text[size:]
    deltas += reader.finish()
    said = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    thought = "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta))
    return said, thought, [delta for delta in deltas if isinstance(delta, ToolCall)]


@pytest.mark.parametrize("sizes", [0, 3, 7, 100])
@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("Hello <b>you</b> <", {}, ("Hello <b>you</b> <", "", 0)),
        ("<think>Hm.</think>\nHello", {}, ("Hello", "Hm.", 0)),
        ("Hm.</think>Hello", {"prompt": "assistant\n<think>\n"}, ("Hello", "Hm.", 0)),
        ("Hm.", {"prompt": "assistant\n<think>\n"}, ("", "Hm.", 0)),
        ("Hello. Never END of it", {"stop": ("END", "nothing")}, ("Hello. Never ", "", 0)),
        ("Hello. EN", {"stop": ("END",)}, ("Hello. EN", "", 0)),
        (f"One moment. {CLOCK}", {}, ("One moment. ", "", 1)),
        (f"{CLOCK}\n{CLOCK}", {}, ("", "", 2)),
        (f"<think>{CLOCK}</think>No.", {}, ("No.", CLOCK, 0)),
        ('[TOOL_CALLS][{"name": "a"}, {"name": "b"}]', {"tools": OPEN_ENDED}, ("", "", 2)),
        (CLOCK, {"tools": None}, (CLOCK, "", 0)),
    ],
)
def test_the_size_of_the_pieces_does_not_matter(
    text: str, options: dict[str, Any], expected: tuple[str, str, int], sizes: int
) -> None:
    said, thought, calls = read(text, sizes, **options)
    assert (said, thought, len(calls)) == expected


def test_calls_have_ids_of_their_own_and_arguments() -> None:
    _, _, (first, second) = read(CLOCK + CLOCK, 5)
    assert (first.name, first.arguments, first.problem) == ("clock", {"city": "Bonn"}, "")
    assert first.id != second.id


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("<tool_call>{not json</tool_call>", "This is no call of a tool: {not json"),
        ('<tool_call>{"name": "clock", "arg', 'This is no call of a tool: {"name": "clock", "arg'),
        ('<tool_call>{"name": "clock", "arguments": [1]}</tool_call>', "The arguments are no JSON object: [1]"),
        ('<tool_call>{"arguments": {}}</tool_call>', 'This is no call of a tool: {"arguments": {}}'),
    ],
)
def test_a_call_that_cannot_be_read_says_so(written: str, problem: str) -> None:
    said, _, (call,) = read(written, 4)
    assert (said, call.problem) == ("", problem)
