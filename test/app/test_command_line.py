"""The command line: what it accepts, and how it refuses."""

from pathlib import Path

import pytest

from stream_omni.command_line import Options, parse_command_line
from stream_omni.setting import Setting


def test_nothing_means_talk_with_the_default_graph() -> None:
    assert parse_command_line([]) == Options(action="talk")


def test_everything_about_a_conversation(tmp_path: Path) -> None:
    voice = tmp_path / "me.wav"
    voice.touch()
    arguments = ["--graph", "offline", "--input", str(voice), "--output", str(tmp_path / "talk.wav"), "--fast"]
    arguments += ["--push-to-talk"]

    options = parse_command_line([*arguments, "--set", "a.b=1", "--set", "c.d=x", "--strict", "--log-level", "debug"])

    assert options == Options(
        graph="offline",
        input=voice,
        output=tmp_path / "talk.wav",
        fast=True,
        push_to_talk=True,
        settings=(Setting("a", "b", 1), Setting("c", "d", "x")),
        strict=True,
        log_level="debug",
    )


def test_relative_files_are_those_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "me.wav").touch()
    monkeypatch.chdir(tmp_path)

    options = parse_command_line(["--input", "me.wav", "--output", "talk.WAV"])

    assert (options.input, options.output) == (tmp_path / "me.wav", tmp_path / "talk.WAV")


@pytest.mark.parametrize(
    ("arguments", "action", "graph"),
    [
        (["--check"], "check", None),
        (["--check", "--graph", "offline"], "check", "offline"),
        (["--list-graphs"], "list-graphs", None),
        (["--list-devices"], "list-devices", None),
        (["--forget", "--yes"], "forget", None),
        (["--show-graph"], "show-graph", None),
        (["--show-graph", "offline"], "show-graph", "offline"),
    ],
)
def test_other_actions(arguments: list[str], action: str, graph: str | None) -> None:
    options = parse_command_line(arguments)

    assert (options.action, options.graph) == (action, graph)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--output", "talk.mp3"], "talk.mp3: the recording is a WAV file; give it a name that ends in .wav"),
        (["--set", "speed=1"], 'argument --set: "speed=1" is not of the form node.key=JSON'),
        (["--set", "tts.speed=True"], "argument --set: True is neither JSON nor plainly a word"),
        (["--log-level", "loud"], "invalid choice: 'loud'"),
        (["--grph", "x"], "unrecognized arguments: --grph x"),
        (["--output", "talk.wav", "--no-record"], "--no-record keeps nothing of it"),
        (["--fail-if", "turns>1"], "belong to --replay"),
        (["--replay", "latest", "--input", "me.wav"], "--replay has its own input"),
        (["--replay", "latest", "--no-record"], "--no-record keeps none"),
        (["--replay", "latest", "--fast", "--real-time"], "contradict each other"),
        (["--replay", "latest", "--fail-if", "turn>1"], '"turn" is not a figure of a run; did you mean "turns"?'),
    ],
)
def test_mistakes_are_named(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_command_line(arguments)

    assert ended.value.code == 2
    assert text in capsys.readouterr().err


def test_the_recording_never_replaces_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    voice = tmp_path / "me.wav"
    voice.touch()

    with pytest.raises(SystemExit):
        parse_command_line(["--input", str(voice), "--output", str(voice)])

    assert "--output would overwrite --input" in capsys.readouterr().err
