"""A graph as a Mermaid flow chart."""

from typing import Any

import pytest
from support.graphs import graph, node

from stream_omni.mermaid import Edge, edges_of, to_mermaid
from stream_omni.user_error import UserError

CONNECTIONS = [
    {
        "extension": "mic",
        "audio_frame": [{"name": "pcm_frame", "dest": [{"extension": "vad"}, {"extension": "report"}]}],
        "data": [{"name": "error", "dest": [{"extension": "report"}]}],
    },
    {
        "extension": "vad",
        "cmd": [{"names": ["start", "end"], "dest": [{"extension": "control"}]}],
        "data": [{"name": "pause", "source": [{"extension": "control"}]}],
    },
]
ENTRY = graph("talk", [node("mic", "a"), node("vad", "b"), node("control", "c"), node("report", "d")], CONNECTIONS)


def test_the_whole_text() -> None:
    assert to_mermaid(ENTRY) == (
        "%% talk: commands dotted, data thin, sound thick\n"
        "flowchart LR\n"
        '    mic["mic<br/>a"]\n'
        '    vad["vad<br/>b"]\n'
        '    control["control<br/>c"]\n'
        '    report["report<br/>d"]\n'
        '    mic ==>|"pcm_frame"| vad\n'
        '    mic ==>|"pcm_frame"| report\n'
        '    vad -.->|"start<br/>end"| control\n'
        '    control -->|"pause"| vad\n'
        "    %% ready, error, metrics: from the engines to report\n"
    )


def test_both_notations_give_edges() -> None:
    edges = list(edges_of(ENTRY))

    assert Edge("cmd", "end", "vad", "control") in edges
    assert Edge("data", "pause", "control", "vad") in edges


@pytest.mark.parametrize("connections", [[3], 3, [{"extension": "a", "cmd": 3}], [{"extension": "a", "cmd": [3]}]])
def test_a_graph_that_is_none_cannot_be_drawn(connections: Any) -> None:
    with pytest.raises(UserError, match='graph "odd" has not TEN'):
        to_mermaid(graph("odd", [], connections))


def test_a_graph_without_connections() -> None:
    assert to_mermaid(graph("one", [node("mic", "a")])).count("-") == 0
