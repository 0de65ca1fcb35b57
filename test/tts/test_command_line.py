"""`python -m wrappers.tts`, run as a user runs it."""

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from support.require import REPOSITORY, require

from wrappers.tts import command_line, speaking
from wrappers.tts.loudspeaker import Loudspeaker


def run(arguments: list[str], cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wrappers.tts", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_systems_voice_writes_a_file(tmp_path: Path) -> None:
    require("flite")
    done = run(["--engine", "system", "--text", "Hello there.", "--output", str(tmp_path / "out.wav")], tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert f"Written to {tmp_path / 'out.wav'}" in done.stderr
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getnframes() > file.getframerate() / 2


def test_spark_is_calibrated_and_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require("mlx")
    from support.endless_spark import endless_spark
    from support.spark_engine import ANNA

    from wrappers.tts import spark_commands
    from wrappers.tts.spark.voice_file import write_voice

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(spark_commands, "_CALIBRATION_TOKENS", 20)
    monkeypatch.setattr(spark_commands, "_CALIBRATION_TEXT", "Hi.")
    voice, output = tmp_path / "anna.json", tmp_path / "out.wav"
    write_voice(voice, ANNA)
    spark = ["--model", str(endless_spark())]

    assert command_line.main(["calibrate", *spark, "--voice", str(voice)]) == 0
    assert "57 tokens" in capsys.readouterr().out
    assert len(list((tmp_path / "cache" / "stream_omni").glob("look_ahead-*.json"))) == 1
    said = ["--text", "Hi.", "--output", str(output), "--voice", str(voice), "--preset", "latency", "--seed", "3"]
    assert command_line.main(["--engine", "spark", *spark, *said]) == 0
    with wave.open(str(output)) as file:
        assert file.getframerate() == 16000
        assert file.getnframes() > 1600


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--engine", "spark", "--model", "./nowhere", "--text", "Hi", "--output", "o.wav"], "nowhere does not exist"),
        (
            ["--engine", "mlx-audio", "--model", "./nowhere", "--text", "Hi", "--output", "o.wav"],
            "nowhere does not exist",
        ),
        (["calibrate", "--model", "./nowhere"], "nowhere does not exist"),
    ],
)
def test_a_missing_model_is_told_in_a_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    require("mlx")
    assert command_line.main(arguments) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["anna", "no such file.wav"], "no such file.wav"), (["../anna", "anna.wav"], '"../anna" is no name for a voice')],
)
def test_enrolling_looks_at_what_it_is_given_before_a_model_is_fetched(
    arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require("mlx")
    from wrappers.tts import spark_commands

    monkeypatch.setattr(spark_commands, "find_model", lambda *_: pytest.fail("fetches a model"))
    assert command_line.main(["enrol", *arguments]) == 1
    assert says in capsys.readouterr().err


def test_without_mlx_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlx.core", None)
    assert command_line.main(["--engine", "spark", "--text", "Hi", "--output", "o.wav"]) == 1
    assert "mlx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--text"),
        (["--text", "Hi"], "say where it shall go"),
        (["--text", "Hi", "--engine", "flute", "--play"], "invalid choice: 'flute'"),
        (["--text", "Hi", "--preset", "fast", "--play"], "invalid choice: 'fast'"),
        (["enrol", "anna"], "recording"),
    ],
)
def test_wrong_arguments_are_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_text_without_words_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    require("flite")
    assert command_line.main(["--text", "...", "--output", str(tmp_path / "o.wav")]) == 0
    assert "nothing to say" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    require("flite")
    assert command_line.main(["--text", "Hi", "--output", str(tmp_path)]) == 1
    assert "this is a folder" in capsys.readouterr().err


def test_where_nothing_can_play_it_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    require("flite")
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert command_line.main(["--text", "Hi", "--play"]) == 1
    assert "write to a file instead" in capsys.readouterr().err


def test_ctrl_c_ends_it_with_130(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    require("flite")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(speaking, "render", interrupted)
    assert command_line.main(["--text", "Hi", "--output", str(tmp_path / "o.wav")]) == 130


def test_what_plays_is_played_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Device:
        """Stands for the sound library and its stream."""

        PortAudioError = OSError

        def __init__(self) -> None:
            self.calls: list[str] = []

        def OutputStream(self, rate_hz: int, **_: object) -> "Device":
            self.calls.append(f"open {rate_hz}")
            return self

        def write(self, samples: object) -> None:
            self.calls.append("write")

        def __getattr__(self, name: str) -> object:
            return lambda: self.calls.append(name)

    device = Device()
    monkeypatch.setitem(sys.modules, "sounddevice", device)
    with Loudspeaker(16000) as loudspeaker:
        loudspeaker.play(np.zeros(100, np.int16))
    assert device.calls == ["open 16000", "start", "write", "write", "stop", "close"]
    device.calls.clear()
    with pytest.raises(KeyboardInterrupt), Loudspeaker(16000):
        raise KeyboardInterrupt
    assert device.calls[-2:] == ["abort", "close"]
