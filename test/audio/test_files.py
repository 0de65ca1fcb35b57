"""Reading recordings of any kind, and clear words for what is none."""

import os
import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wrappers.audio import AudioFileError, audio_files, describe_audio, read_audio


def tone(rate_hz: int, seconds: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


def read_whole(path: Path, **options: int) -> np.ndarray:
    return np.concatenate(list(read_audio(path, **options)))


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_kind_rate_and_channel_count_becomes_16_khz_mono(
    tmp_path: Path, kind: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / f"tone.{kind.lower()}"
    signal = tone(rate_hz, 0.7)
    soundfile.write(path, signal if channels == 1 else np.stack([signal] * channels, 1), rate_hz, format=kind)
    samples = read_whole(path)
    assert samples.dtype == np.int16
    assert len(samples) == pytest.approx(0.7 * 16000, rel=0.02 if kind == "MP3" else 0.001)
    middle = samples[3000:8000].astype(float) / 32768
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_format_keeps_its_level(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(16000, 0.3), 16000, subtype=subtype)
    assert np.abs(read_whole(path)).max() == pytest.approx(0.3 * 32768, rel=0.03)


def test_16_bit_samples_come_out_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "exact.wav"
    signal = np.random.default_rng(1).integers(-32768, 32767, 20_000).astype(np.int16)
    soundfile.write(path, signal, 16000)
    np.testing.assert_array_equal(read_whole(path), signal)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([np.full(1000, 1000, np.int16), np.full(1000, 3000, np.int16)], 1), 16000)
    assert set(read_whole(path).tolist()) == {2000}


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050])
def test_the_size_of_the_blocks_leaves_no_seam(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(rate_hz, 1.3), rate_hz)
    np.testing.assert_array_equal(read_whole(path, block_ms=7), read_whole(path, block_ms=100_000))


def test_a_long_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(16000 * 600, np.int16), 16000)
    tracemalloc.start()
    total = sum(len(block) for block in read_audio(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 16000 * 600
    assert peak < 2_000_000  # the samples alone are 19 MB


def test_the_header_is_described(tmp_path: Path) -> None:
    path = tmp_path / "phone.wav"
    soundfile.write(path, np.zeros((4000, 2)), 8000)
    info = describe_audio(path)
    assert (info.rate_hz, info.channels, info.duration_ms) == (8000, 2, 500)


def test_an_mp3_that_is_named_wav_is_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.mp3", tone(44100, 0.5), 44100, format="MP3")
    shutil.copy(tmp_path / "tone.mp3", tmp_path / "tone.wav")
    assert len(read_whole(tmp_path / "tone.wav")) == pytest.approx(8000, rel=0.02)


def test_a_wav_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "whole.wav", tone(16000, 1), 16000)
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[: 44 + 16000])
    assert len(read_whole(tmp_path / "cut.wav")) == 8000


def test_a_flac_that_breaks_off_gives_its_first_part_or_says_it_is_damaged(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(-9000, 9000, 48_000).astype(np.int16)
    soundfile.write(tmp_path / "whole.flac", noise, 16000)
    data = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(data[: len(data) // 2])
    blocks = []
    with pytest.raises(AudioFileError, match=r"cut\.flac: .*damaged"):
        for block in read_audio(tmp_path / "cut.flac", block_ms=50):
            blocks.append(block)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.wav", b"", "empty (0 bytes)"),
        ("text.wav", b"these are words, not sound\n" * 20, "not an audio file that can be read here; WAV, FLAC"),
        ("torn.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "header is damaged or cut off"),
        ("torn.flac", b"fLaC\x00\x00\x00\x22", "header is damaged or cut off"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "not an audio file"),
        ("zeros.wav", bytes(5000), "not an audio file"),
    ],
)
def test_what_is_not_audio_is_named_with_its_reason(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for read in (describe_audio, read_whole):
        with pytest.raises(AudioFileError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert words in str(caught.value)


def test_a_header_without_samples_is_said_to_hold_none(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.int16), 16000)
    with pytest.raises(AudioFileError, match="holds no samples"):
        read_whole(tmp_path / "none.wav")


def test_missing_files_folders_and_devices(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="no such file or folder"):
        audio_files(tmp_path / "nowhere" / "a.wav")
    with pytest.raises(AudioFileError, match="no such file or folder"):
        read_whole(tmp_path / "a.wav")
    with pytest.raises(AudioFileError, match="is a folder"):
        read_whole(tmp_path)
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFileError, match="not a regular file"):
        read_whole(tmp_path / "pipe.wav")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    soundfile.write(path, np.zeros(10, np.int16), 16000)
    path.chmod(0)
    with pytest.raises(AudioFileError, match="not permitted"):
        read_whole(path)


def test_a_folder_means_its_audio_files_in_name_order(tmp_path: Path) -> None:
    for name in ("b.WAV", "a.flac", "notes.txt", ".hidden.wav", "c.ogg"):
        (tmp_path / name).write_bytes(b"-")
    assert [file.name for file in audio_files(tmp_path)] == ["a.flac", "b.WAV", "c.ogg"]
    assert audio_files(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]


def test_a_folder_without_audio_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to hear")
    with pytest.raises(AudioFileError, match=r"holds no audio file \(\.wav, \.flac"):
        audio_files(tmp_path)
