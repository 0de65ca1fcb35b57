"""The conversation as stereo WAV."""

import wave
from pathlib import Path

import numpy as np
import pytest

from wrappers.audio import AudioFileError, Samples, WavWriter
from wrappers.report import Frame, Recording, Role, RunFiles
from wrappers.report.recording import MAX_LAG_MS

RATE_HZ = 16_000


def frame(side: Role, time_ms: int, value: int, duration_ms: int = 10) -> Frame:
    return side, np.full(duration_ms * RATE_HZ // 1000, value, np.int16), time_ms


def read(path: Path) -> tuple[Samples, Samples]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 2, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0], both[:, 1]


def test_user_left_and_agent_right_by_their_times(tmp_path: Path) -> None:
    recording = Recording(WavWriter(tmp_path / "talk.wav", RATE_HZ, 2))

    recording.add([frame("user", 0, 1), frame("user", 10, 2), frame("agent", 500, 3)])
    recording.close()

    user, agent = read(tmp_path / "talk.wav")
    assert user.size == agent.size == 510 * 16
    assert user[:160].tolist() == [1] * 160 and user[160:320].tolist() == [2] * 160 and not user[320:].any()
    assert not agent[: 500 * 16].any() and agent[500 * 16 :].tolist() == [3] * 160


def test_the_file_is_whole_while_the_conversation_goes_on(tmp_path: Path) -> None:
    recording = Recording(WavWriter(tmp_path / "talk.wav", RATE_HZ, 2))

    recording.add([frame("user", 0, 1, 300), frame("agent", 0, 2, 200)])

    user, agent = read(tmp_path / "talk.wav")
    assert user.tolist() == [1] * 3200 and agent.tolist() == [2] * 3200
    recording.close()


def test_a_side_that_says_nothing_does_not_hold_up_the_other(tmp_path: Path) -> None:
    recording = Recording(WavWriter(tmp_path / "talk.wav", RATE_HZ, 2))

    recording.add([frame("user", 0, 1, 5000)])

    assert read(tmp_path / "talk.wav")[0].size == (5000 - MAX_LAG_MS) * 16
    recording.close()


def test_an_hour_of_nothing_is_written_in_blocks(tmp_path: Path) -> None:
    sizes: list[int] = []

    class Counting(WavWriter):
        def write(self, samples: Samples) -> None:
            sizes.append(len(samples))

    recording = Recording(Counting(tmp_path / "talk.wav", RATE_HZ, 2))
    recording.add([frame("user", 3_600_000, 1), frame("agent", 3_600_000, 1)])
    recording.close()

    assert max(sizes) == RATE_HZ
    assert sum(sizes) == 3_600_010 * 16


def test_a_run_without_sound_leaves_no_recording(tmp_path: Path) -> None:
    files = RunFiles(tmp_path / "run")
    files.close()

    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file, not a folder")
    files = RunFiles(tmp_path / "run")

    with pytest.raises(AudioFileError, match="run"):
        files.add_frames([frame("user", 0, 1)])
