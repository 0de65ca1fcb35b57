"""The benchmark of language models measures what it says."""

import benchmark_llm
import pytest
from benchmark_llm import Node, read_node, rows_of, summary_of
from support.llm_bench import Plan, Turn, measure_node
from support.scripted_llm import ADDON, ScriptedLlm

from wrappers.llm.base import Message

PLAN = Plan(turns=2, background_tokens=100, answer_tokens=5, word_ms=1)
STEPS = ["wait:0.05", "text:Hello there, ", "wait:0.05", "text:my friend. And so on", "usage:9"]


def test_every_condition_is_measured_in_real_time() -> None:
    turns = measure_node(ADDON, {"params": {"steps": STEPS}}, PLAN)

    assert [turn.condition for turn in turns] == [*["cold"] * 2, *["cached"] * 2, *["read ahead"] * 2]
    for turn in turns:
        assert 50 <= turn.first_token_ms < turn.first_piece_ms
        assert turn.tokens_per_s > 0
        assert turn.prompt_tokens == 12
    beginnings = [request.messages[0].text for request in ScriptedLlm.engines[-1].requests[:6]]  # type: ignore[union-attr]
    assert len(set(beginnings[:3])) == 3, "of a cold prompt nothing was read before"
    assert len(set(beginnings[3:])) == 1, "a conversation keeps its beginning"
    read = [request.messages[-1] for request in ScriptedLlm.engines[-1].prefilled]
    assert all(isinstance(entry, Message) and entry.text.count(" ") < 19 for entry in read)
    assert len(read) > 5


def test_a_node_that_cannot_read_ahead_is_not_measured_so() -> None:
    turns = measure_node(ADDON, {"params": {"steps": ["text:Hello."]}, "prefill_ahead": False}, PLAN)
    assert {turn.condition for turn in turns} == {"cold", "cached"}
    assert rows_of(turns)[2] == ["  read ahead", "-", "-", "-", "-", "-", "-"]


def test_a_node_that_does_not_work_is_told_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    node = Node("absent", "openai_llm_python", {"base_url": "http://127.0.0.1:9/v1"})
    assert benchmark_llm.measure_all([node], PLAN) == {}
    assert "left out: absent: " in capsys.readouterr().out


def test_what_is_told() -> None:
    turns = [Turn("cold", 10, 20, 50, 100, 0), Turn("cold", 30, 50, 70, 100, 50)]
    assert rows_of(turns)[0] == ["  cold", "20", "30", "35", "60", "100", "25%"]
    assert summary_of("LM Studio's double", turns) == {
        "lm_studios_double_cold_first_token_ms_median": 20,
        "lm_studios_double_cold_first_piece_ms_median": 35,
        "lm_studios_double_cold_tokens_per_s_median": 60,
    }


def test_nodes_of_the_command_line() -> None:
    assert read_node('a=openai_llm_python:{"preset": "mlx"}') == Node("a", "openai_llm_python", {"preset": "mlx"})
    assert read_node("b=offline_llm_python") == Node("b", "offline_llm_python", {})
    for wrong in ("offline_llm_python", "a=", "a=x:{", "a=x:[]"):
        with pytest.raises(SystemExit, match="--node "):
            read_node(wrong)
