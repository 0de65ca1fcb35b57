"""What is written to the folder of a run, and when."""

import errno
import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from wrappers.report import Event, Recorder, RunFiles, Sound, TrackName, read_errors, read_events
from wrappers.report.run_files import ABOUT, EVENTS, TRANSCRIPT

REPORT = {"role": "user", "text": "hello", "start_ms": 1100, "end_ms": 1500, "turn_id": 1}


def event(time_ms: int, name: str = "ready", **properties: Any) -> Event:
    return Event(time_ms, "data", name, "vad", ("stt", "report"), properties)


def sound(time_ms: int, value: int = 1, track: TrackName = "microphone", duration_ms: int = 10) -> Sound:
    return Sound(track, np.full(duration_ms * 16, value, np.int16), 16000, time_ms)


def files(folder: Path, complaints: list[str] | None = None, **more: Any) -> RunFiles:
    return RunFiles(folder, (complaints if complaints is not None else []).append, **more)


def test_times_count_from_the_first_sound_of_the_user(tmp_path: Path) -> None:
    run = files(tmp_path, about={"graph": "offline"})
    run.add([event(400), sound(990, 0, "speaker"), event(1000), sound(1000), event(1010)])
    run.close()

    assert [found.time_ms for found in read_events(tmp_path / EVENTS)] == [-600, 0, 10]
    about = json.loads((tmp_path / ABOUT).read_text())
    assert about["time_base"]["clock_at_zero_ms"] == 1000 and about["graph"] == "offline"


def test_an_agent_that_greets_begins_the_run(tmp_path: Path) -> None:
    run = files(tmp_path)
    run.add([sound(1000, 0, "speaker"), sound(1010, 5, "speaker"), sound(1020, 1)])
    run.close()

    speaker, _ = soundfile.read(tmp_path / "speaker.wav", dtype="int16")
    microphone, _ = soundfile.read(tmp_path / "microphone.wav", dtype="int16")
    assert speaker.tolist() == [5] * 160 + [0] * 160
    assert microphone.tolist() == [0] * 160 + [1] * 160


def test_one_line_per_message(tmp_path: Path) -> None:
    run = files(tmp_path)
    metadata = {"turn_id": 3, "epoch": 4, "request_id": "100-3-1"}
    run.add([sound(50), Event(80, "cmd", "flush", "main_control", ("speaker",), {"metadata": metadata})])
    run.close()

    (line,) = (tmp_path / EVENTS).read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "time_ms": 30,
        "kind": "cmd",
        "name": "flush",
        "source": "main_control",
        "dests": ["speaker"],
        "turn_id": 3,
        "epoch": 4,
        "request_id": "100-3-1",
        "properties": {"metadata": metadata},
    }


def test_everything_is_on_the_disk_after_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("wrappers.report.run_files.sync", synced.append)
    monkeypatch.setattr("wrappers.audio.wav_writer.sync", synced.append)
    run = files(tmp_path)

    run.add([sound(1000, duration_ms=600), sound(1000, 2, "speaker", 600), event(1010)])
    assert synced == []
    run.add([event(1600, "turn_report", **REPORT)])

    assert len(set(synced)) == 6, "run.json, events, transcript, two tracks and the stereo recording"
    assert json.loads((tmp_path / TRANSCRIPT).read_text())["start_ms"] == 100
    assert soundfile.info(tmp_path / "microphone.wav").frames == 600 * 16
    run.close()


def test_a_run_that_nobody_was_heard_in_keeps_its_errors(tmp_path: Path) -> None:
    run = files(tmp_path)
    run.add([event(10, "error", module="tts", code=-1000, message="no voice")])
    run.close()

    (error,) = read_errors(tmp_path / EVENTS)
    assert (error.module, error.text, error.fatal) == ("tts", "no voice", True)
    assert not (tmp_path / "microphone.wav").exists()


def test_a_full_disk_is_told_once_and_the_words_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[str] = []
    run = files(tmp_path, complaints)
    run.add([sound(1000, duration_ms=500), sound(1000, 2, "speaker", 500)])
    with monkeypatch.context() as disk:

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        disk.setattr("wrappers.audio.wav_writer.WavWriter._header", full)
        for time_ms in range(1500, 1600, 10):
            run.add([sound(time_ms), sound(time_ms, 2, "speaker")])
    run.add([event(1600, "turn_report", **REPORT), sound(1600)])
    run.close()

    assert len(complaints) == 1 and "No space left on device" in complaints[0]
    assert "hello" in (tmp_path / TRANSCRIPT).read_text()
    assert soundfile.info(tmp_path / "microphone.wav").frames >= 500 * 16, "what was written before is whole"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    complaints: list[str] = []
    run = files(tmp_path / "run", complaints)
    run.add([sound(1000), event(1010), event(1020)])
    run.close()

    assert complaints and all("the conversation is not kept" in text for text in complaints)
    assert len(complaints) == len(set(complaints))


def test_the_sound_of_one_run_has_an_end(tmp_path: Path) -> None:
    complaints: list[str] = []
    run = files(tmp_path, complaints, max_bytes=4 * 2 * 16000)
    for time_ms in range(0, 3000, 100):
        run.add([sound(time_ms, duration_ms=100), sound(time_ms, 2, "speaker", 100)])
    run.add([event(3000, "turn_report", **REPORT | {"start_ms": 0})])
    run.close()

    assert len(complaints) == 1 and "only the words are kept" in complaints[0]
    assert soundfile.info(tmp_path / "microphone.wav").frames == 16000
    assert "hello" in (tmp_path / TRANSCRIPT).read_text()


def test_sound_of_another_rate_is_converted(tmp_path: Path) -> None:
    run = files(tmp_path)
    for index in range(100):
        run.add([Sound("microphone", np.full(480, 1000, np.int16), 48000, 10 * index)])
    run.close()

    samples, rate_hz = soundfile.read(tmp_path / "microphone.wav", dtype="int16")
    assert rate_hz == 16000 and 900 * 16 <= len(samples) <= 1000 * 16
    assert abs(np.median(samples) - 1000) < 10


def test_lines_that_are_no_events_are_left_out(tmp_path: Path) -> None:
    good = event(5).to_line(0)
    (tmp_path / EVENTS).write_text('{"time_ms": null}\n[]\n{"name": "x"}\n' + good + good[:20], "utf-8")

    assert read_events(tmp_path / EVENTS) == [event(5)]


class HangingFiles(RunFiles):
    """A disk that hangs until the test lets it go."""

    def __init__(self, folder: Path, complaints: list[str]) -> None:
        super().__init__(folder, complaints.append)
        self.is_busy, self.may_go_on = threading.Event(), threading.Event()

    def add(self, items: Iterable[Event | Sound]) -> None:
        self.is_busy.set()
        self.may_go_on.wait()
        super().add(items)


def test_the_recorder_writes_everything_in_order(tmp_path: Path) -> None:
    recorder = Recorder(files(tmp_path))
    for index in range(5000):
        recorder.add(event(index, number=index) if index else sound(0))
    recorder.close()

    assert [found.properties["number"] for found in read_events(tmp_path / EVENTS)] == list(range(1, 5000))


@pytest.mark.parametrize("may_wait", [False, True])
def test_a_disk_that_hangs_costs_no_memory_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_wait: bool
) -> None:
    monkeypatch.setattr("wrappers.report.recorder.MANY", 10)
    monkeypatch.setattr("wrappers.report.recorder.MAX_WAITING", 100)
    complaints: list[str] = []
    disk = HangingFiles(tmp_path, complaints)
    recorder = Recorder(disk, may_wait=may_wait)
    recorder.add(event(0))
    assert disk.is_busy.wait(10)
    if may_wait:
        disk.may_go_on.set()
    for index in range(1, 500):
        recorder.add(event(index))
    disk.may_go_on.set()
    recorder.close()

    assert len(read_events(tmp_path / EVENTS)) == (500 if may_wait else 101)
    assert complaints == ([] if may_wait else ["the disk is too slow: parts of the conversation are not kept"])


def test_what_cannot_be_kept_costs_nothing_that_comes_after_it(tmp_path: Path) -> None:
    complaints: list[str] = []
    told = threading.Event()

    def complain(text: str) -> None:
        complaints.append(text)
        told.set()

    recorder = Recorder(RunFiles(tmp_path, complain))
    recorder.add(sound(0))
    recorder.add(Sound("microphone", np.zeros(160, np.int16), -1, 10))
    told.wait(10)
    recorder.add(event(20, "last"))
    recorder.close()

    assert len(complaints) == 1 and "parts of the conversation are not kept: ValueError" in complaints[0]
    assert read_events(tmp_path / EVENTS)[-1].name == "last"


def test_half_a_character_is_kept_as_a_question_mark(tmp_path: Path) -> None:
    run = files(tmp_path)
    run.add([sound(0), event(5, text="half: \ud83d"), event(6, text="whole")])
    run.close()

    assert [found.properties["text"] for found in read_events(tmp_path / EVENTS)] == ["half: ?", "whole"]
