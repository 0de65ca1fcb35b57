"""What is said after the conversation."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from support.graphs import graph, property_json

from stream_omni.closing import next_steps, print_closing, turn_table
from stream_omni.command_line import Options
from stream_omni.effective_property import ChosenGraph
from stream_omni.graph_file import GraphFile
from wrappers.report import NodeError, Utterance

FILE = GraphFile(Path("/app"), property_json(graph("offline", [])))
GRAPH = ChosenGraph(graph("offline", []), recording=Path("/me.wav"))
TALK = [
    Utterance("agent", "Hello!", 0, 900, 0),
    Utterance("user", "what is seven times six", 1000, 3000, 1),
    Utterance("agent", "Forty-two.", 3800, 4500, 1, False, {"turn_decided": 400.4, "first_sound": 800}),
    Utterance("user", "tell me a story", 5000, 6000, 2),
    Utterance("agent", "Once [upon] a", 6700, 7500, 2, True, {"turn_decided": 500, "first_sound": 700}),
]


def shown(width: int = 80) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=width).print(turn_table(TALK))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_one_row_per_turn_with_stages_and_medians() -> None:
    rows = shown(140)

    assert "turn you agent decided words LLM TTS sound" in rows
    assert "Hello!" in rows
    assert "1 what is seven times six Forty-two. 400 800" in rows
    assert "2 tell me a story Once [upon] a [interrupted] 500 700" in rows
    assert "median 450 750" in rows


def test_figures_stay_whole_in_a_narrow_terminal() -> None:
    rows = shown(72)

    assert any(row.endswith("decided words LLM TTS sound") for row in rows)
    assert "median 450 750" in rows


def closing(
    run_dir: Path | None, failure: str = "", output: Path | None = None, errors: Sequence[NodeError] = ()
) -> tuple[int, str]:
    """Exit status and what the user reads on the standard output."""
    text = io.StringIO()
    console = Console(file=text, width=100, highlight=False)
    return print_closing(FILE, GRAPH, Options(output=output), run_dir, errors, console, failure), text.getvalue()


def test_a_good_end_names_recording_and_transcript(tmp_path: Path) -> None:
    (tmp_path / "transcript.jsonl").write_text("".join(said.to_line() for said in TALK))
    (tmp_path / "talk.wav").touch()
    (tmp_path / "report.html").touch()

    status, text = closing(tmp_path, output=tmp_path / "talk.wav")

    assert status == 0
    assert f"Recording (you left, the agent right): {tmp_path / 'talk.wav'}\n" in text
    assert f"Transcript: {tmp_path / 'transcript.jsonl'}\n" in text
    assert f"Timeline, for your browser: {tmp_path / 'report.html'}\n" in text
    assert "- Let it hear you: connect a microphone, or add --input FILE" in text


@pytest.mark.parametrize("folder", ["nowhere", None])
def test_nothing_was_kept(tmp_path: Path, folder: str | None) -> None:
    status, text = closing(tmp_path / folder if folder else None)

    assert status == 0
    assert "Recording" not in text and "Transcript" not in text


def test_a_failure_is_said_without_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert closing(tmp_path, failure='graph "offline": no node "x"') == (1, "")
    assert capsys.readouterr().err == 'The graph could not run. graph "offline": no node "x"\n'


def test_a_node_that_gave_up_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors = [NodeError("asr", "again", fatal=False), NodeError("tts", "no voice [bold]", fatal=True)]

    assert closing(tmp_path, errors=errors) == (1, "")
    assert capsys.readouterr().err == "tts gave up: no voice [bold]\n"


@pytest.mark.parametrize(("default", "advised"), [("offline", False), ("voice_chat", True)])
def test_another_graph_than_the_default_one_is_not_all_there_is(default: str, advised: bool) -> None:
    file = GraphFile(Path("/app"), property_json(graph("offline", []), graph("voice_chat", []), default_graph=default))

    assert ("leave out --graph, which takes voice_chat" in " ".join(next_steps(file, GRAPH))) is advised
