"""The WAV writer: whole after every flush."""

import resource
import signal
import wave
from pathlib import Path

import numpy as np
import pytest

from wrappers.audio import AudioFileError, WavWriter


def length(path: Path) -> int:
    with wave.open(str(path)) as file:
        return file.getnframes()


def test_mono_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "mono.wav"
    signal = np.arange(-500, 500, dtype=np.int16)
    with WavWriter(path, 16000) as writer:
        writer.write(signal[:300])
        writer.write(signal[300:])
        assert writer.duration_ms == 62
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        np.testing.assert_array_equal(np.frombuffer(file.readframes(2000), "<i2"), signal)


def test_stereo_is_interleaved(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with WavWriter(path, 24000, channels=2) as writer:
        writer.write(np.array([[1, -1], [2, -2]], np.int16))
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        assert np.frombuffer(file.readframes(2), "<i2").tolist() == [1, -1, 2, -2]


def test_after_each_flush_the_file_is_whole_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "live.wav"
    writer = WavWriter(path, 16000)
    assert length(path) == 0
    for seconds in (1, 2, 3):
        writer.write(np.full(16000, seconds, np.int16))
        writer.flush()
        assert length(path) == 16000 * seconds  # what another program sees if this one dies now
    writer.write(np.zeros(1600, np.int16))
    writer.close()
    writer.close()
    assert length(path) == 49_600


def test_wrong_channel_counts_are_refused(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 16000, channels=2) as writer, pytest.raises(ValueError, match="1 channels"):
        writer.write(np.zeros(4, np.int16))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="this is a folder"):
        WavWriter(tmp_path, 16000)
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioFileError, match=r"file/a\.wav: cannot be written"):
        WavWriter(tmp_path / "file" / "a.wav", 16000)


def test_a_full_disk_is_an_audio_file_error_and_what_was_flushed_stays(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the limit is then an error like any other
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        writer = WavWriter(tmp_path / "a.wav", 16000)
        writer.write(np.ones(16_000, np.int16))
        writer.flush()
        with pytest.raises(AudioFileError, match=r"a\.wav: cannot be written \(File too large\)"):
            writer.write(np.ones(160_000, np.int16))
        writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert length(tmp_path / "a.wav") == 16_000
