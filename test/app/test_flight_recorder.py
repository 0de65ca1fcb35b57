"""Who keeps a run, on either runtime, and what is seen of its messages."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support.graphs import graph, node, property_json

from stream_omni.command_line import Options
from stream_omni.flight_recorder import FlightRecorder
from stream_omni.graph_file import GraphFile
from stream_omni.runtime import Runtime, RuntimeName
from stream_omni.watch import Watch
from wrappers.report import Recorder, RunFiles, read_events

ENTRY = graph("offline", [node("report", "turn_report_python")])


def begin(app_dir: Path, runtime: RuntimeName, options: Options | None = None) -> FlightRecorder:
    file = GraphFile(app_dir, property_json(ENTRY, echo_node="echo", max_runs_mb=50))
    flight = FlightRecorder(file, options or Options(arguments=("--graph", "offline")), Runtime(runtime, app_dir, ()))
    flight.begin(ENTRY)
    flight.close()
    return flight


def test_the_embedded_runtime_shows_its_messages(tmp_path: Path) -> None:
    flight = begin(tmp_path, "embedded")

    assert flight.folder is not None and flight.watch is not None
    assert flight.for_report == {}
    assert json.loads((flight.folder / "graph.json").read_text()) == ENTRY
    assert json.loads((flight.folder / "run.json").read_text())["arguments"] == ["--graph", "offline"]


def test_on_native_ten_the_report_keeps_what_it_is_sent(tmp_path: Path) -> None:
    flight = begin(tmp_path, "native", Options(output=Path("/talk.wav")))

    assert flight.watch is None and flight.errors == []
    told = flight.for_report
    about = told.pop("about")
    assert about["runtime"] == "native" and about["versions"]
    assert told == {
        "run_dir": str(flight.folder),
        "recording": "/talk.wav",
        "echo_node": "echo",
        "max_recording_mb": 50,
    }


@pytest.mark.parametrize("runtime", ["embedded", "native"])
def test_without_a_record_errors_are_known_all_the_same(tmp_path: Path, runtime: RuntimeName) -> None:
    flight = begin(tmp_path, runtime, Options(record=False))

    assert flight.folder is None and flight.for_report == {}
    assert list(tmp_path.iterdir()) == []
    if flight.watch is not None:
        properties = {"module": "tts", "code": -1000, "message": "no voice"}
        flight.watch("data", View("error", properties), "tts", ("report",), 5.0)
        assert [(error.module, error.fatal) for error in flight.errors] == [("tts", True)]


class View:
    """A message as the runtime shows it."""

    command = ""

    def __init__(self, name: str, properties: dict[str, Any], pcm: bytes = b"", **fields: int) -> None:
        self.name, self.properties, self.buffer, self.fields = name, properties, pcm, fields

    def field(self, name: str) -> int:
        return self.fields.get(name, 0)


@pytest.fixture
def watched(tmp_path: Path) -> Any:
    """A function that lets messages be seen, and returns the folder of what was kept of them."""

    def watch(*messages: tuple[str, View, str, tuple[str, ...], float]) -> Path:
        recorder = Recorder(RunFiles(tmp_path, print))
        observer = Watch(recorder, report_node="report", echo_node="aec")
        for message in messages:
            observer(*message)
        recorder.close()
        return tmp_path

    return watch


def frame(value: int, channels: int = 1, **more: Any) -> View:
    pcm = np.full(160 * channels, value, "<i2").tobytes()
    return View("pcm_frame", more, pcm, number_of_channels=channels, bytes_per_sample=2, sample_rate=16000, timestamp=7)


def test_frames_are_tracks_by_the_nodes_that_they_come_from_and_go_to(watched: Any) -> None:
    folder = watched(
        ("audio_frame", frame(1), "ears", ("aec", "report"), 7.0),
        ("audio_frame", frame(2), "aec", ("vad",), 7.0),
        ("audio_frame", frame(3), "vad", ("stt",), 7.0),
        ("audio_frame", View("pcm_frame", {}, b"odd", bytes_per_sample=2), "ears", ("report",), 7.0),
    )

    for track, value in (("microphone", 1), ("clean_microphone", 2)):
        assert soundfile.read(folder / f"{track}.wav", dtype="int16")[0].tolist() == [value] * 160
    assert not soundfile.read(folder / "speaker.wav", dtype="int16")[0].any()


def test_a_stereo_microphone_is_mixed(watched: Any) -> None:
    folder = watched(("audio_frame", frame(4, channels=2), "mic", ("report",), 7.0))

    assert soundfile.read(folder / "microphone.wav", dtype="int16")[0].tolist() == [4] * 160


def test_the_result_of_a_command_has_the_commands_name(watched: Any) -> None:
    result = View("ten:result", {"delta": "Hello"})
    result.command = "chat_completion"
    folder = watched(("cmd_result", result, "llm", ("main_control",), 9.6), ("video_frame", result, "a", ("b",), 9.0))

    (event,) = read_events(folder / "events.jsonl")
    assert (event.kind, event.name, event.source, event.dests) == (
        "result",
        "chat_completion",
        "llm",
        ("main_control",),
    )
