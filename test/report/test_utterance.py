"""One line of the transcript."""

import json
from pathlib import Path

import pytest

from wrappers.report import Utterance, read_transcript

MESSAGE = {
    "turn_id": 2,
    "role": "agent",
    "text": "It is 你好 o'clock.",
    "start_ms": 10_500,
    "end_ms": 12_000,
    "interrupted": True,
    "stages_ms": {"speech_end": 0, "first_sound": 500},
    "ts_ms": 99,
}


def test_a_line_holds_exactly_the_documented_fields() -> None:
    line = Utterance.of(MESSAGE, origin_ms=10_000).to_line()

    assert line.endswith("}\n") and "你好" in line
    assert json.loads(line) == {
        "role": "agent",
        "text": "It is 你好 o'clock.",
        "start_ms": 500,
        "end_ms": 2000,
        "turn_id": 2,
        "interrupted": True,
        "stages_ms": {"speech_end": 0.0, "first_sound": 500.0},
    }


def test_a_lost_start_is_told_where_it_is_so() -> None:
    line = Utterance("user", "hi", 0, 100, 1, start_lost=True).to_line()

    assert json.loads(line)["start_lost"] is True
    assert Utterance.of(json.loads(line)).start_lost


def test_a_file_reads_back_without_a_line_that_was_cut_short(tmp_path: Path) -> None:
    said = [Utterance("user", "hi", 0, 100, 1), Utterance.of(MESSAGE)]
    path = tmp_path / "transcript.jsonl"
    path.write_text("".join(utterance.to_line() for utterance in said) + '{"role": "user", "te', encoding="utf-8")

    assert read_transcript(path) == said


@pytest.mark.parametrize("change", [{"turn_id": None}, {"start_ms": "soon"}, {"stages_ms": 5}])
def test_what_is_no_utterance_is_a_value_error(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Utterance.of(MESSAGE | change)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match="not an utterance: 'end_ms'"):
        Utterance.of({key: value for key, value in MESSAGE.items() if key != "end_ms"})
