"""Messages made from plain values, and read back."""

import numpy as np
import pytest
from ten_runtime import AudioFrame, AudioFrameDataFmt

from ten_extensions.common.messages import make_cmd, make_data, make_pcm_frame, metadata_of, read, read_pcm


def test_data_and_commands_carry_plain_values() -> None:
    properties = {
        "text": '你好 "x" 🙂',
        "final": True,
        "count": 3,
        "share": 0.5,
        "words": [{"word": "a"}],
        "none": None,
    }
    assert read(make_data("x", **properties)) == properties
    assert read(make_cmd("x", **properties)) == properties
    assert read(make_data("x")) == {}


def test_a_frame_keeps_its_samples_time_and_metadata() -> None:
    samples = np.array([0, 1, -1, 32767, -32768], dtype=np.int16)
    pcm = read_pcm(make_pcm_frame(samples, 24000, 1234, {"session_id": "100", "epoch": 3}))
    assert pcm.samples.tolist() == samples.tolist()
    assert (pcm.rate_hz, pcm.timestamp_ms, pcm.metadata) == (24000, 1234, {"session_id": "100", "epoch": 3})


def bare_frame(buffer: bytes, channels: int = 0, rate_hz: int = 0) -> AudioFrame:
    frame = AudioFrame.create("pcm_frame")
    frame.alloc_buf(len(buffer))
    view = frame.lock_buf()
    view[:] = buffer
    frame.unlock_buf(view)
    frame.set_number_of_channels(channels)
    frame.set_sample_rate(rate_hz)
    return frame


def test_a_frame_that_says_nothing_is_16_khz_mono() -> None:
    pcm = read_pcm(bare_frame(b"\x01\x00\x02\x00"))
    assert (pcm.samples.tolist(), pcm.rate_hz, pcm.metadata) == ([1, 2], 16000, {})


@pytest.mark.parametrize(
    ("layout", "values"),
    [(AudioFrameDataFmt.INTERLEAVE, [0, 10, 2, 30]), (AudioFrameDataFmt.NON_INTERLEAVE, [0, 2, 10, 30])],
)
def test_channels_are_averaged(layout: AudioFrameDataFmt, values: list[int]) -> None:
    frame = bare_frame(np.array(values, dtype="<i2").tobytes(), channels=2)
    frame.set_data_fmt(layout)
    assert read_pcm(frame).samples.tolist() == [5, 16]


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        read_pcm(bare_frame(b"\x01\x00\x02"))


def test_metadata_that_is_no_object_counts_as_empty() -> None:
    assert metadata_of(make_data("x", metadata="?")) == {}
    assert metadata_of(make_data("x")) == {}
