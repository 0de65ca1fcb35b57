"""What a connection changes in a message."""

from typing import Any

import pytest
from ten_runtime._conversion import Conversion, ConversionError, Rule

ORIGINAL = {"text": "hi", "meta": {"id": 7, "tags": ["a", "b"]}, "final": True}


@pytest.mark.parametrize(
    ("rules", "properties"),
    [
        ([Rule("x", value=1)], {"x": 1}),
        ([Rule("x.y[1]", value=True)], {"x": {"y": [None, True]}}),
        ([Rule("said", original_path="text")], {"said": "hi"}),
        ([Rule("id", original_path="meta.id"), Rule("tag", original_path="meta.tags[1]")], {"id": 7, "tag": "b"}),
        ([Rule("gone", original_path="meta.nothing")], {"gone": None}),
        ([Rule("old_name", original_path="ten.name")], {"old_name": "asr_result"}),
        ([Rule("text", original_path="final"), Rule("final", original_path="text")], {"text": True, "final": "hi"}),
        ([Rule("x", value=1), Rule("x", value=2)], {"x": 2}),
    ],
)
def test_rules_start_from_nothing(rules: Any, properties: Any) -> None:
    assert Conversion(tuple(rules)).apply(ORIGINAL, "asr_result") == (properties, "asr_result")


def test_the_original_may_be_kept_below() -> None:
    conversion = Conversion((Rule("meta.id", value="new"), Rule("text", original_path="final")), keep_original=True)
    converted, name = conversion.apply(ORIGINAL, "asr_result")
    assert converted == {"text": True, "meta": {"id": "new", "tags": ["a", "b"]}, "final": True}
    assert name == "asr_result"


def test_the_original_is_never_changed() -> None:
    conversion = Conversion((Rule("m", original_path="meta"), Rule("m.id", value=0)), keep_original=True)
    assert conversion.apply(ORIGINAL, "x")[0]["m"] == {"id": 0, "tags": ["a", "b"]}
    assert ORIGINAL == {"text": "hi", "meta": {"id": 7, "tags": ["a", "b"]}, "final": True}


@pytest.mark.parametrize(
    ("rule", "name"), [(Rule("ten.name", value="text"), "text"), (Rule("ten.name", original_path="text"), "hi")]
)
def test_a_message_may_be_renamed(rule: Any, name: Any) -> None:
    assert Conversion((rule,)).apply(ORIGINAL, "asr_result") == ({}, name)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (Rule("ten.name", value=5), "5"),
        (Rule("ten.name", value=""), '""'),
        (Rule("ten.name", original_path="meta.tags"), '["a", "b"]'),
        (Rule("ten.name", original_path="nothing"), "null"),
    ],
)
def test_a_name_must_be_a_text(rule: Any, found: Any) -> None:
    with pytest.raises(ConversionError) as caught:
        Conversion((rule,)).apply(ORIGINAL, "asr_result")
    assert str(caught.value) == f"message asr_result: ten.name must become a string, found {found}"


def test_buffers_pass_as_copies() -> None:
    buffer = bytearray(b"abc")
    converted, _ = Conversion((Rule("b", original_path="buffer"),)).apply({"buffer": buffer}, "x")
    converted["b"][0] = 0
    assert buffer == b"abc"
