"""The microphone that hears recordings: pace, times, ends, and files that are none. In virtual time."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support.probe import Probe, probe
from ten_runtime import StatusCode

from ten_extensions.common.messages import make_cmd

ADDON = "audio_file_python"


def write(path: Path, seconds: float, rate_hz: int = 16000, channels: int = 1) -> np.ndarray:
    signal = np.random.default_rng(6).integers(-9000, 9000, round(seconds * rate_hz)).astype(np.int16)
    soundfile.write(path, signal if channels == 1 else np.stack([signal] * channels, 1), rate_hz, format="WAV")
    return signal


def hear(path: Path, **properties: Any) -> Probe:
    """Start the input at once and wait for its end."""

    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="audio")
        await node.command(make_cmd("start_input"))
        await node.wait_for("on_user_left")

    return probe(ADDON, {"mode": "input", "path": str(path)} | properties, script)


def heard(node: Probe) -> np.ndarray:
    return np.concatenate([frame.samples for frame in node.audio()])


def test_a_recording_is_heard_in_frames_of_10_ms_at_the_pace_of_speech(tmp_path: Path) -> None:
    signal = write(tmp_path / "a.wav", 1.237)
    node = hear(tmp_path / "a.wav", tail_silence_ms=500, session_id="7")
    samples = heard(node)
    np.testing.assert_array_equal(samples[: len(signal)], signal)
    assert not samples[len(signal) :].any()
    frames = node.named("pcm_frame")
    assert len(frames) == 174  # 1.237 s + 0.5 s, in whole frames
    first_ms = frames[0].pcm.timestamp_ms if frames[0].pcm else -1
    for index, frame in enumerate(frames):
        assert frame.pcm is not None
        assert len(frame.pcm.samples) == 160
        assert frame.pcm.rate_hz == 16000
        assert frame.pcm.metadata == {"session_id": "7"}
        assert frame.pcm.timestamp_ms == first_ms + 10 * index
        assert frame.time_ms == pytest.approx(frame.pcm.timestamp_ms + 10, abs=1)


def test_control_hears_of_the_first_frame_and_of_the_end(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 0.5)
    node = hear(tmp_path / "a.wav")
    (joined,), (left,) = node.named("on_user_joined"), node.named("on_user_left")
    frames = node.named("pcm_frame")
    assert joined.kind == left.kind == "cmd"
    assert joined.properties["metadata"] == {"session_id": "100"}
    assert joined.time_ms == frames[0].time_ms
    assert left.time_ms == frames[-1].time_ms
    assert node.arrivals.index(left) > node.arrivals.index(frames[-1])


def test_nothing_is_heard_before_the_start_and_a_second_start_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 0.3)

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await asyncio.sleep(30)
        assert node.audio() == []
        for _ in range(2):
            status, _ = await node.command(make_cmd("start_input"))
            assert status == StatusCode.OK
        await node.wait_for("on_user_left")

    node = probe(ADDON, {"mode": "input", "path": str(tmp_path / "a.wav"), "tail_silence_ms": 0}, script)
    assert len(node.audio()) == 30
    assert 30_000 <= node.audio()[0].timestamp_ms <= 30_001


def test_after_a_stall_it_catches_up_without_leaving_anything_out(tmp_path: Path) -> None:
    signal = write(tmp_path / "a.wav", 1)

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await node.command(make_cmd("start_input"))
        await node.wait_for("pcm_frame", 20)
        loop = asyncio.get_running_loop()
        loop.jump(0.3)  # type: ignore[attr-defined]  # as if a handler had blocked the loop for so long
        await node.wait_for("on_user_left")

    node = probe(ADDON, {"mode": "input", "path": str(tmp_path / "a.wav"), "tail_silence_ms": 0}, script)
    np.testing.assert_array_equal(heard(node), signal)
    times = [arrival.time_ms for arrival in node.named("pcm_frame")]
    stamps = [frame.timestamp_ms for frame in node.audio()]
    assert max(np.diff(times)) >= 300
    assert set(np.diff(stamps)) == {10}
    assert times[-1] == pytest.approx(stamps[-1] + 10, abs=1)  # back on time, without drift


def test_an_8_khz_stereo_file_is_heard_at_16_khz_mono(tmp_path: Path) -> None:
    write(tmp_path / "phone.wav", 0.5, rate_hz=8000, channels=2)
    assert len(heard(hear(tmp_path / "phone.wav", tail_silence_ms=0))) == 8000


def test_a_tenth_of_a_second_is_enough_to_begin_and_end(tmp_path: Path) -> None:
    write(tmp_path / "short.wav", 0.1)
    node = hear(tmp_path / "short.wav", tail_silence_ms=0)
    assert len(node.audio()) == 10
    assert node.named("on_user_joined") and node.named("on_user_left")


def test_ten_minutes_take_no_longer_than_reading_them(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.flac", np.zeros(16000 * 600, np.int16), 16000)
    node = hear(tmp_path / "silence.flac", tail_silence_ms=0)
    stamps = [frame.timestamp_ms for frame in node.audio()]
    assert len(stamps) == 60_000
    assert stamps[-1] - stamps[0] == 599_990


def test_a_folder_is_heard_in_name_order_with_silence_after_each_file(tmp_path: Path) -> None:
    for name, value in (("2.wav", 200), ("1.wav", 100)):
        soundfile.write(tmp_path / name, np.full(1600, value, np.int16), 16000)
    (tmp_path / "readme.txt").write_text("not audio")
    samples = heard(hear(tmp_path, tail_silence_ms=50))
    assert samples.tolist() == [100] * 1600 + [0] * 800 + [200] * 1600 + [0] * 800


def test_an_mp3_that_is_named_wav_is_heard(tmp_path: Path) -> None:
    tone = (0.3 * np.sin(np.arange(22_050) / 10)).astype(np.float32)
    soundfile.write(tmp_path / "tone.wav", tone, 44100, format="MP3")
    assert len(heard(hear(tmp_path / "tone.wav", tail_silence_ms=0))) == pytest.approx(8000, rel=0.05)


def make_empty(folder: Path) -> Path:
    (folder / "empty.wav").write_bytes(b"")
    return folder / "empty.wav"


def make_text(folder: Path) -> Path:
    (folder / "text.wav").write_text("hello" * 100)
    return folder / "text.wav"


def make_folder_with_one_bad_file(folder: Path) -> Path:
    write(folder / "1.wav", 0.1)
    return make_empty(folder).parent


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "missing.wav", "missing.wav: no such file or folder"),
        (lambda folder: folder, "this folder holds no audio file"),
        (make_empty, "empty.wav: this file is empty (0 bytes)"),
        (make_text, "text.wav: this is not an audio file that can be read here; WAV, FLAC"),
        (make_folder_with_one_bad_file, "empty.wav: this file is empty (0 bytes)"),
    ],
)
def test_a_file_that_cannot_be_heard_is_a_fatal_error_before_the_start(tmp_path: Path, make: Any, words: str) -> None:
    async def script(node: Probe) -> None:
        (error,) = await node.wait_for("error")
        assert error.properties["code"] == -1000 and error.properties["module"] == "audio"
        assert error.properties["message"].startswith(f'node "{ADDON}", path: {tmp_path}')
        assert words in error.properties["message"]
        status, answer = await node.command(make_cmd("start_input"))
        assert status == StatusCode.ERROR and words in answer["detail"]

    node = probe(ADDON, {"mode": "input", "path": str(make(tmp_path))}, script)
    assert not node.named("ready") and not node.audio()


def test_a_file_that_is_damaged_further_on_is_heard_up_to_there(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(-9000, 9000, 160_000).astype(np.int16)
    soundfile.write(tmp_path / "whole.flac", noise, 16000)
    data = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(data[: len(data) // 2])
    node = hear(tmp_path / "cut.flac")
    (error,) = node.named("error")
    assert error.properties["code"] == 1000
    assert "cut.flac: damaged after" in error.properties["message"]
    assert len(node.audio()) > 200
    assert node.named("on_user_left")


def test_an_end_in_the_middle_of_the_recording_is_quiet(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 20)

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await node.command(make_cmd("start_input"))
        await node.wait_for("pcm_frame", 300)

    node = probe(ADDON, {"mode": "input", "path": str(tmp_path / "a.wav")}, script)
    assert not node.named("error") and not node.named("on_user_left")


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"mode": "input"}, 'path: "": an input needs a recording, or a folder of recordings'),
        ({"mode": "duplex"}, 'mode: "duplex" is not one of input, output'),
        ({"mode": "input", "path": "a.wav", "session_id": "me"}, 'session_id: "me": must be a number'),
        ({"mode": "input", "path": "a.wav", "pace": "slow"}, 'pace: "slow" is not one of real_time'),
    ],
)
def test_wrong_properties_are_explained(properties: dict[str, Any], words: str) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("error", code=-1000)

    assert words in probe(ADDON, properties, script).named("error")[0].properties["message"]


def test_unknown_commands_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 0.1)

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        status, answer = await node.command(make_cmd("dance"))
        assert status == StatusCode.ERROR
        assert answer["detail"] == "a file input does not know the command dance"

    probe(ADDON, {"mode": "input", "path": str(tmp_path / "a.wav")}, script)
