"""The flight recorder of the whole app: what is kept, what a killed process leaves, and how to have nothing kept."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from support.app_run import Finished, command, environment, make_app, run_app, write_talk
from support.require import REPOSITORY, require
from support.speech import say

from wrappers.report import Event, Utterance, read_events, read_transcript


def folder_of(run: Finished) -> Path:
    assert run.status == 0, run.err
    assert run.run_dir is not None
    return run.run_dir


def track(folder: Path, name: str) -> np.ndarray[Any, np.dtype[np.int16]]:
    samples, rate_hz = soundfile.read(folder / f"{name}.wav", dtype="int16")
    assert rate_hz == 16000
    return np.asarray(samples)


def test_the_tracks_share_one_clock(recorded_run: Finished, recorded_talk: Path) -> None:
    folder = folder_of(recorded_run)
    microphone, clean, speaker = (track(folder, name) for name in ("microphone", "clean_microphone", "speaker"))
    both = track(folder, "conversation")
    spoken, _ = soundfile.read(recorded_talk, dtype="int16")
    user, agent = read_transcript(folder / "transcript.jsonl")

    assert (microphone[: len(spoken)] == spoken).all(), "the first sample of the microphone is the start"
    assert len(microphone) == len(clean) == len(speaker) == len(both)
    assert (both == np.column_stack((microphone, speaker))).all()
    assert abs(np.flatnonzero(np.abs(speaker) > 300)[0] / 16 - agent.start_ms) < 50
    before = slice(user.start_ms * 16, user.end_ms * 16)
    assert (clean[before] == microphone[before]).all(), "the gate is open while the user speaks"


def test_the_page_of_the_run_shows_all_of_it(recorded_run: Finished) -> None:
    page = folder_of(recorded_run) / "report.html"
    model = json.loads(page.read_text(encoding="utf-8").split('id="data">')[1].split("</script>")[0])

    assert f"{page.parent.name}/report.html" in recorded_run.out
    assert model["missing"] == []
    assert [(turn["user"], turn["interrupted"]) for turn in model["turns"]] == [("hello how are you today", False)]
    assert [wave["id"] for wave in model["waves"]] == ["microphone", "clean_microphone", "speaker"]
    lanes = {lane["id"] for lane in model["lanes"]}
    assert lanes >= {"state", "speech", "words", "decisions", "llm", "tts", "heard"}
    turn = model["turns"][0]
    assert sum(turn["parts"].values()) == turn["marks"]["first_sound"]


def test_every_message_but_sound_is_kept(recorded_run: Finished) -> None:
    events = read_events(folder_of(recorded_run) / "events.jsonl")
    by_name = {(event.kind, event.name, event.source): event for event in events}

    assert by_name["cmd", "chat_completion", "main_control"].dests == ("llm",)
    assert by_name["result", "chat_completion", "llm"].dests == ("main_control",)
    assert by_name["data", "playback_state", "speaker"].dests == ("main_control", "report", "tts", "aec")
    assert by_name["data", "tts_text_input", "main_control"].turn_id == 1
    assert by_name["data", "tts_audio_start", "tts"].request_id == "100-1-1"
    assert not [event for event in events if event.name in ("pcm_frame", "playback_frame")]
    times = [event.time_ms for event in events]
    assert times == sorted(times) and times[0] <= 0


def test_events_and_transcript_have_the_same_time(recorded_run: Finished) -> None:
    folder = folder_of(recorded_run)
    events = read_events(folder / "events.jsonl")
    user, agent = read_transcript(folder / "transcript.jsonl")

    ended = next(event for event in events if event.name == "end_of_sentence")
    assert user.end_ms < ended.time_ms < user.end_ms + 600, "the hang-over of the VAD"
    started = next(e for e in events if e.name == "playback_state" and e.properties["state"] == "started")
    assert abs(started.time_ms - agent.start_ms) <= 10


def test_how_the_run_came_about_is_kept(recorded_run: Finished) -> None:
    folder = folder_of(recorded_run)
    about = json.loads((folder / "run.json").read_text("utf-8"))
    graph = json.loads((folder / "graph.json").read_text("utf-8"))

    assert about["graph"] == graph["name"] == "offline" and about["runtime"] == "embedded"
    assert about["arguments"][0] == "--fast" and about["started"][:4].isdigit()
    assert {node["name"] for node in graph["graph"]["nodes"]} >= {"mic", "aec", "report"}


def test_nothing_is_kept_if_the_user_wants_it_so(recorded_talk: Path, tmp_path: Path) -> None:
    app = make_app(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    done = run_app(app, "--fast", "--input", recorded_talk, "--no-record")

    assert done.status == 0, done.err
    assert "turn 1 | you: hello how are you today | agent: " in done.out
    assert sorted(tmp_path.rglob("*")) == before


def test_a_killed_process_loses_the_running_turn_at_most(tmp_path: Path) -> None:
    """SIGKILL, in real time, in the middle of the second answer."""
    require("pocketsphinx", "flite")
    two = write_talk(tmp_path / "talk.wav", 0.3, say("hello how are you today"), 4.0, say("tell me a story"), 9.0)
    app = make_app(tmp_path / "app")
    process = subprocess.Popen(
        command("--input", two),
        cwd=REPOSITORY,
        env=environment(app),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: any("started" in str(event) for event in events_of(app) if event.epoch and event.epoch > 1))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)

    (folder,) = (app / "runs").iterdir()
    said = read_transcript(folder / "transcript.jsonl")
    assert [(entry.role, entry.turn_id) for entry in said][:2] == [("user", 1), ("agent", 1)]
    kept_ms = len(track(folder, "microphone")) // 16
    assert kept_ms >= end_of(said[:2])
    speaker_ms = len(track(folder, "speaker")) // 16
    assert abs(speaker_ms - kept_ms) <= 2000, "whole WAV files, killed between two of them at worst"
    assert max(event.time_ms for event in read_events(folder / "events.jsonl")) > end_of(said[:2])


def end_of(said: list[Utterance]) -> int:
    return max(entry.end_ms for entry in said)


def events_of(app: Path) -> list[Event]:
    return [event for path in app.glob("runs/*/events.jsonl") for event in read_events(path)]


def wait_for(happened: Any) -> None:
    deadline_s = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < deadline_s, "it never happened"
        time.sleep(0.1)
