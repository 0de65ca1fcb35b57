"""Errors in a node's properties name the key, what was found and what is allowed."""

from typing import Literal

import pytest
from pydantic import Field

from ten_extensions.common.config import Config, InvalidConfig, parse_config


class Params(Config):
    preset: Literal["latency", "balanced", "exact"] = "balanced"
    chunk_ms: int = Field(default=40, gt=0)


class Example(Config):
    mode: Literal["input", "output"]
    params: Params = Params()
    names: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        (
            {"mode": "input", "params": {"preset": "fast"}},
            'params.preset: "fast" is not one of latency, balanced, exact',
        ),
        ({"mode": 3}, "mode: 3 is not one of input, output"),
        ({}, "mode: missing"),
        (
            {"mode": "input", "params": {"presset": "exact"}},
            "params.presset: unknown key; allowed are chunk_ms, preset; did you mean preset?",
        ),
        ({"mode": "input", "moed": 1}, "moed: unknown key; allowed are mode, names, params; did you mean mode?"),
        ({"mode": "input", "params": {"chunk_ms": 0}}, "params.chunk_ms: 0: input should be greater than 0"),
        ({"mode": "input", "params": {"chunk_ms": "soon"}}, 'params.chunk_ms: "soon": input should be a valid integer'),
        ({"mode": "input", "params": 7}, "params: 7 is no object {...}"),
        ({"mode": "input", "names": [1]}, "names.0: 1: input should be a valid string"),
    ],
)
def test_a_wrong_property_is_explained(properties: dict[str, object], problem: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse_config(Example, properties)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(problem)


def test_every_wrong_property_is_named() -> None:
    with pytest.raises(InvalidConfig) as caught:
        parse_config(Example, {"mode": "x", "names": 3})
    assert len(caught.value.problems) == 2


def test_the_runtimes_own_key_is_left_out() -> None:
    assert parse_config(Example, {"mode": "input", "ten": {"path_timeout": 1}}).mode == "input"
