"""A recording beside its replay."""

import io

import pytest
from rich.console import Console

from stream_omni.comparison import print_comparison, print_limits, verdict_on
from stream_omni.limit import parse_limit
from stream_omni.run_figures import Change, changed_words, figures_of
from wrappers.report import NodeError, Utterance

TALK = [
    Utterance("agent", "Hello!", 0, 900, 0),
    Utterance("user", "What is seven times six?", 1000, 3000, 1),
    Utterance("agent", "Forty-two.", 3800, 4500, 1, False, {"first_sound": 800}),
    Utterance("user", "tell me", 5000, 5500, 2),
    Utterance("user", "a story", 5500, 6000, 2),
    Utterance("agent", "Once upon a", 6700, 7500, 2, True, {"first_sound": 700}),
]


def user(turn_id: int, text: str) -> Utterance:
    return Utterance("user", text, 0, 1, turn_id)


def test_figures() -> None:
    assert figures_of(TALK, [NodeError("tts", "odd", fatal=False)]) == {
        "turns": 2,
        "answers": 3,
        "interruptions": 1,
        "errors": 1,
        "words": 9,
        "first_sound_ms": 750,
    }
    assert figures_of([], [])["turns"] == 0


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (["What is seven, times six", "tell me a story"], []),
        (["what is seven times sixty", "tell me a story"], [Change(1, "six", "sixty", 1)]),
        (["what is seven times six", "tell me"], [Change(2, "a story", "", 2)]),
        (["well what is seven times six tell me a story"], [Change(1, "", "well", 1)]),
        ([], [Change(1, "what is seven times six tell me a story", "", 9)]),
    ],
)
def test_words_that_differ_are_named_by_turn(after: list[str], changes: list[Change]) -> None:
    assert changed_words(TALK, [user(index, text) for index, text in enumerate(after, 1)]) == changes


def test_chinese_differs_by_characters() -> None:
    assert changed_words([user(1, "今天天气很好")], [user(1, "今天天起很好")]) == [Change(1, "气", "起", 1)]
    assert changed_words([], [user(1, "hello")]) == [Change(1, "", "hello", 1)]


@pytest.mark.parametrize(
    ("name", "before", "after", "verdict"),
    [
        ("turns", 3, 3, "same"),
        ("turns", 3, 4, "differs"),
        ("errors", 1, 0, "better"),
        ("changed_words", 0, 2, "worse"),
        ("first_sound_ms", 700, 715, "same"),
        ("first_sound_ms", 700, 760, "worse"),
        ("first_sound_ms", 700, 600, "better"),
        ("first_sound_ms", None, 600, "differs"),
    ],
)
def test_verdicts(name: str, before: float | None, after: float | None, verdict: str) -> None:
    assert verdict_on(name, before, after, same_pace=True) == verdict
    if name == "first_sound_ms":
        assert verdict_on(name, before, after, same_pace=False) == "not compared"


def test_what_is_shown() -> None:
    text = io.StringIO()
    console = Console(file=text, width=120, highlight=False)
    before, after = {"turns": 2.0, "first_sound_ms": 700.0}, {"turns": 2.0, "first_sound_ms": 640.0}

    print_comparison(before, after, [Change(2, "[six]", "", 1)], console, same_pace=True)
    passed = print_limits([parse_limit("turns!=3"), parse_limit("turns!=2")], after, console)

    lines = [" ".join(line.split()) for line in text.getvalue().splitlines()]
    assert "turns of the user 2 2 same" in lines
    assert "first sound, median ms 700 640 -60 better" in lines
    assert 'turn 2: "[six]" became nothing' in lines
    assert passed and lines[-1] == "✗ turns!=3: it is 2"
