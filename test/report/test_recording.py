"""The sound of a conversation as WAV files."""

import wave
from pathlib import Path

import numpy as np
import pytest

from wrappers.audio import AudioFileError, Samples
from wrappers.report import CONVERSATION, Recording, TrackName, track_of
from wrappers.report.recording import BLOCK_MS, MAX_LAG_MS, Frame

RATE_HZ = 16_000


def frame(track: TrackName, time_ms: int, value: int, duration_ms: int = 10) -> Frame:
    return track, np.full(duration_ms * RATE_HZ // 1000, value, np.int16), time_ms


def read(path: Path, channels: int = 1) -> Samples:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, channels, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels).squeeze()


def test_each_track_by_its_times_and_both_sides_in_stereo(tmp_path: Path) -> None:
    recording = Recording(tmp_path)

    recording.add([frame("microphone", 0, 1), frame("microphone", 10, 2), frame("speaker", 500, 3)])
    recording.close()

    user, agent = read(tmp_path / "microphone.wav"), read(tmp_path / "speaker.wav")
    assert user.size == agent.size == 510 * 16
    assert user[:160].tolist() == [1] * 160 and user[160:320].tolist() == [2] * 160 and not user[320:].any()
    assert not agent[: 500 * 16].any() and agent[500 * 16 :].tolist() == [3] * 160
    both = read(tmp_path / CONVERSATION, channels=2)
    assert (both[:, 0] == user).all() and (both[:, 1] == agent).all()
    assert not (tmp_path / "clean_microphone.wav").exists()


def test_a_track_that_comes_late_has_the_same_start(tmp_path: Path) -> None:
    recording = Recording(tmp_path)

    recording.add([frame("microphone", 0, 1, 300), frame("speaker", 0, 2, 300)])
    recording.add([frame("clean_microphone", 300, 3), frame("microphone", 300, 1), frame("speaker", 300, 2)])
    recording.close()

    clean = read(tmp_path / "clean_microphone.wav")
    assert clean.size == read(tmp_path / "microphone.wav").size == 310 * 16
    assert not clean[: 300 * 16].any() and (clean[300 * 16 :] == 3).all()


def test_the_files_are_whole_while_the_conversation_goes_on(tmp_path: Path) -> None:
    recording = Recording(tmp_path)

    recording.add([frame("microphone", 0, 1, 300), frame("speaker", 0, 2, 200)])

    assert read(tmp_path / "microphone.wav").tolist() == [1] * 3200
    assert read(tmp_path / "speaker.wav").tolist() == [2] * 3200
    assert recording.bytes_written == 3200 * 2 * 4 == 4 * read(tmp_path / "speaker.wav").nbytes
    recording.close()


def test_a_track_that_says_nothing_does_not_hold_up_the_others(tmp_path: Path) -> None:
    recording = Recording(tmp_path)

    recording.add([frame("microphone", 0, 1, 5000)])

    assert read(tmp_path / "microphone.wav").size == (5000 - MAX_LAG_MS) * 16
    recording.close()


def test_an_hour_of_nothing_is_written_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr("wrappers.audio.WavWriter.write", lambda self, samples: sizes.append(len(samples)))
    recording = Recording(tmp_path)
    recording.add([frame("microphone", 3_600_000, 1), frame("speaker", 3_600_000, 1)])
    recording.close()

    assert max(sizes) == BLOCK_MS * 16
    assert sum(sizes) == 3 * 3_600_010 * 16


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file, not a folder")

    with pytest.raises(AudioFileError, match="run"):
        Recording(tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "source", "track"),
    [
        ("pcm_frame", "mic", "microphone"),
        ("pcm_frame", "aec", "clean_microphone"),
        ("playback_frame", "speaker", "speaker"),
        ("another_frame", "mic", None),
    ],
)
def test_which_frames_are_which_track(name: str, source: str, track: TrackName | None) -> None:
    assert track_of(name, source, echo_node="aec") == track
