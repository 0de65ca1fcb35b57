"""Mistakes in `msg_conversion` of a graph: each text says where, what was found, and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
from ten_runtime._errors import GraphError
from ten_runtime._graph import parse_graph

WHERE = 'property.json: graph "offline"'
ENTRY = f'{WHERE}, connection of extension "asr"'


def refusal(flow: dict[str, Any], kind: str = "cmd") -> str:
    nodes: list[Any] = [{"type": "extension", "name": name, "addon": name} for name in ("asr", "tts")]
    every = {"field": "name", "operator": "regex", "value": "."}
    nodes.append({"type": "selector", "name": "all", "filter": every})
    graph = {"nodes": nodes, "connections": [{"extension": "asr", kind: [flow]}]}
    with pytest.raises(GraphError) as caught:
        parse_graph(graph, base_dir=Path(), where=WHERE)
    return str(caught.value)


RULE = {"path": "x", "conversion_mode": "fixed_value", "value": 1}
FROM = {"path": "x", "conversion_mode": "from_original", "original_path": "y"}


@pytest.mark.parametrize(
    ("conversion", "problem"),
    [
        (1, ": expected an object"),
        ({"rules": [RULE]}, ': "type" is missing'),
        ({"type": "per_prop", "rules": [RULE]}, '.type: "per_prop" is not one of per_property (did you mean'),
        ({"type": "per_property"}, ': "rules" is missing'),
        ({"type": "per_property", "rules": []}, ".rules: needs at least one rule"),
        (
            {"type": "per_property", "rules": [RULE], "keep": True},
            ': unknown key "keep"; allowed are type, rules, keep_',
        ),
        (
            {"type": "per_property", "rules": [RULE], "keep_original": 1},
            ".keep_original: expected true or false, found",
        ),
        ({"type": "per_property", "rules": [1]}, ".rules[0]: expected an object"),
        ({"type": "per_property", "rules": [{}]}, '.rules[0]: "path" is missing'),
        (
            {"type": "per_property", "rules": [RULE | {"conversion_mode": "fix"}]},
            '.rules[0].conversion_mode: "fix" is not one of fixed_value, from_original',
        ),
        (
            {"type": "per_property", "rules": [FROM | {"value": 1}]},
            '.rules[0]: unknown key "value"; allowed are path, ',
        ),
        (
            {"type": "per_property", "rules": [RULE | {"value": None}]},
            ".rules[0].value: expected a string, a number, tr",
        ),
        (
            {"type": "per_property", "rules": [RULE | {"value": [1]}]},
            ".rules[0].value: expected a string, a number, tru",
        ),
        (
            {"type": "per_property", "rules": [RULE | {"path": "a[x]"}]},
            '.rules[0].path: path "a[x]": "[x]" is not an ar',
        ),
        (
            {"type": "per_property", "rules": [RULE | {"path": "[0]"}]},
            '.rules[0].path: "[0]" does not begin with a key',
        ),
        ({"type": "per_property", "rules": [RULE | {"path": "."}]}, '.rules[0].path: "." does not begin with a key'),
        ({"type": "per_property", "rules": [RULE | {"path": ".[0]"}]}, '.rules[0].path: ".[0]" does not begin with a'),
        (
            {"type": "per_property", "rules": [RULE | {"path": "ten.source"}]},
            '.rules[0].path: "ten.source": of the runt',
        ),
        (
            {"type": "per_property", "rules": [FROM | {"original_path": ""}]},
            ".rules[0].original_path: must not be empty",
        ),
        ({"type": "per_property", "rules": [RULE], "result": {}}, '.result: "type" is missing'),
        (
            {
                "type": "per_property",
                "rules": [RULE],
                "result": {
                    "type": "per_property",
                    "rules": [RULE],
                    "result": {"type": "per_property", "rules": [RULE]},
                },
            },
            ".result.result: only a cmd has results to convert, this is a cmd_result",
        ),
    ],
)
def test_conversions(conversion: Any, problem: str) -> None:
    flow = {"name": "flush", "dest": [{"extension": "tts", "msg_conversion": conversion}]}
    assert refusal(flow).startswith(f'{ENTRY}, cmd "flush", dest[0], msg_conversion{problem}')


GOOD = {"type": "per_property", "rules": [RULE]}
TO_TTS = {"extension": "tts", "msg_conversion": GOOD}


@pytest.mark.parametrize(
    ("kind", "flow", "problem"),
    [
        (
            "cmd",
            {"names": ["a", "b"], "dest": [TO_TTS]},
            ', cmd[0], dest[0]: msg_conversion is not allowed with "names"; ',
        ),
        (
            "cmd",
            {"name": "a", "dest": [{"selector": "all", "msg_conversion": GOOD}]},
            ', cmd "a", dest[0]: msg_conversion is not allowed for a selector; write one flow per name and extension',
        ),
        (
            "data",
            {"name": "a", "dest": [{"extension": "tts", "msg_conversion": GOOD | {"result": GOOD}}]},
            ', data "a", dest[0], msg_conversion.result: only a cmd has results to convert, this is a data',
        ),
        (
            "cmd",
            {"name": "a", "dest": [TO_TTS, {"extension": "tts"}]},
            ', cmd "a": "tts" is a dest twice, with different msg_conversion',
        ),
    ],
)
def test_where_conversions_are_not_allowed(kind: str, flow: Any, problem: str) -> None:
    assert refusal(flow, kind).startswith(f"{ENTRY}{problem}")
