"""The report as a node: what it shows and keeps of the messages it is sent."""

import json
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.app_dir import REPOSITORY
from ten_runtime import AsyncExtensionTester, AsyncTenEnvTester, AudioFrame, Data

from ten_extensions.common.messages import Json, make_data, make_pcm_frame, read
from wrappers.clock import VirtualTimeLoop

RATE_HZ = 16_000


class Story(AsyncExtensionTester):
    """Sends messages to the report once it is ready, and ends, if so wanted after an error came back."""

    _loop_factory = VirtualTimeLoop

    def __init__(self, messages: Sequence[Data | AudioFrame], until_error: bool) -> None:
        super().__init__()
        self.messages = messages
        self.until_error = until_error
        self.errors: list[Json] = []

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        if data.get_name() == "error":
            self.errors.append(read(data))
            ten_env.stop_test()
        if data.get_name() != "ready":
            return
        for message in self.messages:
            if isinstance(message, AudioFrame):
                await ten_env.send_audio_frame(message)
            else:
                await ten_env.send_data(message)
        if not self.until_error:
            ten_env.stop_test()


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(REPOSITORY))


def tell(*messages: Data | AudioFrame, until_error: bool = False, **properties: str) -> Story:
    story = Story(messages, until_error)
    story.set_test_mode_single("turn_report_python", json.dumps(properties))
    error = story.run()
    assert error is None, str(error)
    return story


def said(role: str, text: str, start_ms: int, end_ms: int, turn_id: int = 1, **more: Any) -> Data:
    report = {"interrupted": False, "stages_ms": {}, "ts_ms": end_ms} | more
    times = {"start_ms": start_ms, "end_ms": end_ms}
    return make_data("turn_report", role=role, text=text, turn_id=turn_id, **times, **report)


def frame(name: str, value: int, timestamp_ms: int, rate_hz: int = RATE_HZ, **metadata: Any) -> AudioFrame:
    samples = np.full(rate_hz // 100, value, np.int16)
    return make_pcm_frame(samples, rate_hz, timestamp_ms, {"session_id": "100"} | metadata, name)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sound(path: Path) -> np.ndarray[Any, np.dtype[np.int16]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_times_count_from_the_first_frame_of_the_user(tmp_path: Path) -> None:
    tell(
        frame("pcm_frame", 0, 5000),
        said("user", "hello", 5400, 6000),
        said("agent", "Hi!", 6500, 7000, interrupted=True, stages_ms={"speech_end": 0, "first_sound": 500}),
        run_dir=str(tmp_path / "run"),
        console="off",
    )

    user, agent = lines(tmp_path / "run" / "transcript.jsonl")
    assert (user["role"], user["text"], user["start_ms"], user["end_ms"]) == ("user", "hello", 400, 1000)
    assert (agent["start_ms"], agent["end_ms"], agent["interrupted"]) == (1500, 2000, True)
    assert agent["stages_ms"] == {"speech_end": 0.0, "first_sound": 500.0}


def test_the_recording_has_both_sides_where_they_were_heard(tmp_path: Path) -> None:
    frames = [frame("pcm_frame", 1, 1000 + 10 * index) for index in range(40)]
    frames += [frame("playback_frame", 2, 1100 + 10 * index, heard_ms=1150 + 10 * index) for index in range(10)]

    tell(*frames, run_dir=str(tmp_path), recording=str(tmp_path / "talk.wav"), console="off")

    both = sound(tmp_path / "talk.wav")
    assert len(both) == 400 * 16
    assert (both[:, 0] == 1).all()
    assert (both[150 * 16 : 250 * 16, 1] == 2).all()
    assert not both[: 150 * 16, 1].any() and not both[250 * 16 :, 1].any()
    assert not (tmp_path / "conversation.wav").exists()


def test_silence_while_engines_load_is_not_recorded_but_a_greeting_is(tmp_path: Path) -> None:
    loading = [frame("playback_frame", 0, 10 * index) for index in range(300)]
    greeting = [frame("playback_frame", 5, 3000 + 10 * index) for index in range(20)]
    listening = [frame("pcm_frame", 7, 3200 + 10 * index) for index in range(10)]

    tell(*loading, *greeting, *listening, run_dir=str(tmp_path), console="off")

    both = sound(tmp_path / "conversation.wav")
    assert len(both) == 300 * 16
    assert (both[: 200 * 16, 1] == 5).all() and not both[: 200 * 16, 0].any()
    assert (both[200 * 16 :, 0] == 7).all()


def test_frames_of_another_rate_are_converted(tmp_path: Path) -> None:
    frames = [frame("pcm_frame", 1000, 10 * index, rate_hz=48_000) for index in range(100)]

    tell(*frames, run_dir=str(tmp_path), console="off")

    user = sound(tmp_path / "conversation.wav")[:, 0]
    assert 900 * 16 <= len(user) <= 1000 * 16
    assert abs(np.median(user) - 1000) < 10


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        make_data("turn_state", state="hearing", barge_in="vad", turn_id=1, ts_ms=0),
        make_data("asr_result", text="what ti", final=False),
        said("user", "what time is it", 0, 900),
        said("agent", "It is ten.", 1500, 2000, stages_ms={"speech_end": 0, "turn_decided": 400}),
        make_data("error", module="tts", code=1000, message="Flite ended; it was started again"),
        make_data("error", module="llm", code=-1000, message="no model"),
        said("user", "and now", 3000, 3500, turn_id=2),
        console="plain",
    )

    assert capsys.readouterr().out.splitlines() == [
        "turn 1 | you: what time is it | agent: It is ten. | after speech end: turn decided 400 ms",
        "! tts, error: Flite ended; it was started again",
        "! llm, gave up: no model",
        "turn 2 | you: and now | agent: (no answer)",
    ]


def test_the_live_line_follows_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        make_data("turn_state", state="hearing", barge_in="off", turn_id=1, ts_ms=0),
        make_data("asr_result", text="what", final=False),
        make_data("asr_result", text="what time", final=False),
        make_data("turn_state", state="speaking", barge_in="off", turn_id=1, ts_ms=0),
        make_data("message", role="assistant", text="It is ten.", is_final=False),
        make_data("turn_state", state="listening", barge_in="off", turn_id=1, ts_ms=0),
        console="live",
    )

    shown = capsys.readouterr().out.split("\r\x1b[2K")
    assert shown == [
        "",
        "[hearing you, speaking does not interrupt]",
        "[hearing you, speaking does not interrupt] you: what",
        "[hearing you, speaking does not interrupt] you: what time",
        "[speaking, speaking does not interrupt] you: what time",
        "[speaking, speaking does not interrupt] agent: It is ten.",
        "[listening, speaking does not interrupt]",
        "",
    ]


def test_an_answer_that_nobody_hears_yet_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        make_data("turn_state", state="deciding", barge_in="off", turn_id=1, ts_ms=0),
        make_data("message", role="user", text="what time is it", is_final=True),
        make_data("message", role="assistant", text="It is", is_final=False),
        make_data("turn_state", state="speaking", barge_in="off", turn_id=1, ts_ms=0),
        console="live",
    )

    shown = [line.partition("] ")[2] for line in capsys.readouterr().out.split("\r\x1b[2K")]
    assert shown == ["", "", "you: what time is it", "agent: It is", ""]


def test_every_message_is_kept_with_its_time(tmp_path: Path) -> None:
    tell(
        make_data("metrics", module="asr", vendor="x", metrics={"ttfw": 80}),
        frame("pcm_frame", 1, 0),
        make_data("playback_state", request_id="r", state="progress", played_ms=100, metadata={"epoch": 2}),
        make_data("asr_result", text="what", final=False, metadata={"turn_id": 1}),
        run_dir=str(tmp_path),
        console="off",
    )

    kept = [line for line in lines(tmp_path / "events.jsonl") if line["dests"] == ["turn_report_python"]]
    assert [(event["kind"], event["name"], event["time_ms"]) for event in kept] == [
        ("data", "metrics", 0),
        ("data", "playback_state", 0),
        ("data", "asr_result", 0),
    ]
    assert [(event["turn_id"], event["epoch"], event["request_id"]) for event in kept] == [
        (None, None, None),
        (None, 2, "r"),
        (1, None, None),
    ]
    assert kept[0]["properties"]["metrics"] == {"ttfw": 80}


def test_a_recording_that_cannot_be_written_is_said_once_and_the_transcript_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no_folder").write_text("")
    frames = [frame("pcm_frame", 1, 10 * index) for index in range(500)]

    story = tell(
        *frames,
        said("user", "hello", 0, 900),
        run_dir=str(tmp_path / "run"),
        recording=str(tmp_path / "no_folder" / "talk.wav"),
        until_error=True,
        console="plain",
    )

    complaints = [line for line in capsys.readouterr().out.splitlines() if line.startswith("! report, error: ")]
    assert len(complaints) == 1 and "no_folder" in complaints[0]
    assert len(story.errors) == 1 and story.errors[0]["code"] == 1000
    assert [entry["text"] for entry in lines(tmp_path / "run" / "transcript.jsonl")] == ["hello"]


def test_a_broken_report_message_harms_nothing(tmp_path: Path) -> None:
    story = tell(
        make_data("turn_report", role="user", text="no times", turn_id=1, start_ms=0, end_ms=0, stages_ms={"a": "b"}),
        said("user", "hello", 0, 900),
        run_dir=str(tmp_path),
        console="off",
        until_error=True,
    )

    assert len(story.errors) == 1
    assert [entry["text"] for entry in lines(tmp_path / "transcript.jsonl")] == ["hello"]
