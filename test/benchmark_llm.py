"""How soon a language model's node answers, with and without what it has read before, and how fast it goes on.

    python test/benchmark_llm.py [--quick] [--json FILE] [--plot FILE] [--node NAME=ADDON[:PARAMS]] ...

--node, as often as one likes, names a node to measure, with its params as JSON:

    --node 'mine=lmstudio_llm_python:{"model": "qwen3-8b"}' --node 'cloud=openai_llm_python:{"preset": "deepseek"}'

Without it, what runs on any machine: the real mlx-lm server and mlx-lm in this process, both with a tiny model that
says noise, and the stand-in for LM Studio, which shows what the client and the node add. Three conditions: `cold`, a
prompt that nothing was read of; `cached`, the next question of a conversation; `read ahead`, the same, read while the
user speaks. With a tiny model only the differences between these count.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
from support.llm_bench import CONDITIONS, Condition, Plan, Turn, measure_node  # noqa: E402

PLAN = Plan(turns=10, background_tokens=500, answer_tokens=30, word_ms=100)
QUICK_PLAN = Plan(turns=3, background_tokens=500, answer_tokens=20, word_ms=40)


@dataclass(frozen=True)
class Node:
    name: str
    addon: str
    params: dict[str, Any]


def read_node(text: str) -> Node:
    """NAME=ADDON[:PARAMS]. raises SystemExit that says what is wrong"""
    name, _, rest = text.partition("=")
    addon, _, params = rest.partition(":")
    try:
        read = json.loads(params or "{}")
    except ValueError as error:
        raise SystemExit(f"--node {text}: PARAMS is no JSON: {error}") from None
    if not name or not addon or not isinstance(read, dict):
        raise SystemExit(f'--node {text}: NAME=ADDON:{{"key": value}} is wanted')
    return Node(name, addon, read)


@contextmanager
def nodes_of_this_machine() -> Iterator[list[Node]]:
    """Those whose packages are installed, with their servers running."""
    nodes = []
    with ExitStack() as servers:
        try:
            from support.mlx_lm_server import MlxLmServer
            from support.tiny_llm import tiny_llm

            model = str(tiny_llm())
            nodes.append(Node("mlx in process", "mlx_llm_python", {"model": model}))
            url = servers.enter_context(MlxLmServer()).base_url
            nodes.append(Node("mlx-lm server", "openai_llm_python", {"preset": "mlx", "base_url": url}))
        except ImportError as error:
            print(f"left out: mlx ({error})")
        try:
            from support.fake_lmstudio import FakeLmStudio

            server = servers.enter_context(FakeLmStudio(lambda history: ["Hello", " there", ", ", "you."] * 5))
            nodes.append(Node("LM Studio's double", "lmstudio_llm_python", {"host": server.host}))
        except ImportError as error:
            print(f"left out: LM Studio's double ({error})")
        yield nodes


def rows_of(turns: Sequence[Turn]) -> list[list[str]]:
    """A line of the table for each condition that was measured."""
    rows = []
    for condition in CONDITIONS:
        of_condition = [turn for turn in turns if turn.condition == condition]
        if not of_condition:
            rows.append([f"  {condition}", *["-"] * 6])
            continue
        first = [turn.first_token_ms for turn in of_condition]
        prompt, cached = (sum(getattr(t, key) for t in of_condition) for key in ("prompt_tokens", "cached_tokens"))
        rows.append(
            [
                f"  {condition}",
                f"{median(first):.0f}",
                f"{percentile(first, 90):.0f}",
                f"{median(turn.first_piece_ms for turn in of_condition):.0f}",
                f"{median(turn.tokens_per_s for turn in of_condition):.0f}",
                f"{prompt / len(of_condition):.0f}" if prompt else "?",
                f"{cached / prompt:.0%}" if cached else "?",
            ]
        )
    return rows


def summary_of(name: str, turns: Sequence[Turn]) -> dict[str, float]:
    """Flat figures; the name and the condition stand before each."""
    summary = {}
    for condition in CONDITIONS:
        of_condition = [turn for turn in turns if turn.condition == condition]
        key = f"{name}_{condition}".lower().replace("'", "").replace(" ", "_").replace("-", "_")
        if of_condition:
            summary[f"{key}_first_token_ms_median"] = median(turn.first_token_ms for turn in of_condition)
            summary[f"{key}_first_piece_ms_median"] = median(turn.first_piece_ms for turn in of_condition)
            summary[f"{key}_tokens_per_s_median"] = median(turn.tokens_per_s for turn in of_condition)
    return summary


def plot(path: Path, measured: dict[str, list[Turn]]) -> None:
    """Time to the first token, by node and condition; each question a dot, the median a bar."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(8, 1 + 1.2 * len(measured)))
    colours: dict[Condition, str] = {"cold": "tab:blue", "cached": "tab:orange", "read ahead": "tab:green"}
    for row, turns in enumerate(measured.values()):
        for offset, condition in enumerate(CONDITIONS):
            times = [turn.first_token_ms for turn in turns if turn.condition == condition]
            if times:
                place = row + (offset - 1) * 0.25
                label = condition if row == 0 else None
                axis.barh(place, median(times), 0.22, color=colours[condition], alpha=0.6, label=label)
                axis.plot(times, [place] * len(times), ".", color="black", markersize=3)
    axis.set_yticks(range(len(measured)), list(measured))
    axis.invert_yaxis()
    axis.set(title="time to the first token", xlabel="ms")
    axis.grid(alpha=0.3, axis="x")
    axis.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def measure_all(nodes: Sequence[Node], plan: Plan) -> dict[str, list[Turn]]:
    """By name; a node that does not work is told and left out."""
    measured = {}
    for node in nodes:
        try:
            measured[node.name] = measure_node(node.addon, {"params": node.params, "prefill_ahead": True}, plan)
        except RuntimeError as error:
            print(f"left out: {node.name}: {error}")
    return measured


def main() -> None:
    arguments = parse_arguments(
        __doc__.splitlines()[0],
        ("--node", {"action": "append", "default": [], "type": read_node, "metavar": "NAME=ADDON[:PARAMS]"}),
    )
    plan = QUICK_PLAN if arguments.quick else PLAN
    if arguments.node:
        measured = measure_all(arguments.node, plan)
    else:
        with nodes_of_this_machine() as nodes:
            measured = measure_all(nodes, plan)
    if not any(measured.values()):
        raise SystemExit("no node could be measured")
    header = ("ms since the question", "first token", "p90", "first piece", "tokens/s", "prompt tokens", "read before")
    rows = [row for name, turns in measured.items() for row in ([name, *[""] * 6], *rows_of(turns))]
    print_table(f"Language models, {plan.turns} questions each", header, rows)
    summary = {key: value for name, turns in measured.items() for key, value in summary_of(name, turns).items()}
    write_json(
        arguments.json,
        summary,
        [{"node": name, **asdict(turn)} for name, turns in measured.items() for turn in turns],
    )
    if arguments.plot:
        plot(arguments.plot, measured)


if __name__ == "__main__":
    main()
