"""Messages: classes, fields, buffers, clones (contract 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ten_runtime import (
    AudioFrame,
    AudioFrameDataFmt,
    Cmd,
    CmdResult,
    Data,
    Loc,
    PixelFmt,
    StartGraphCmd,
    StatusCode,
    StopGraphCmd,
    TriggerLifeCycleCmd,
    VideoFrame,
)
from ten_runtime.msg import Msg

FRAMES: list[Any] = [AudioFrame, VideoFrame]
BUFFERS: list[Any] = [Data, *FRAMES]


@pytest.mark.parametrize("make", [Cmd, Data, AudioFrame, VideoFrame])
def test_constructors_are_not_for_users(make: Callable[[str], Msg]) -> None:
    with pytest.raises(NotImplementedError, match="create"):
        make("x")


@pytest.mark.parametrize("kind", [Cmd, Data, AudioFrame, VideoFrame])
def test_a_message_has_the_name_it_got(kind: Any) -> None:
    message = kind.create("first")
    assert message.get_name() == "first"
    assert message.set_name("second") is None
    assert message.get_name() == "second"


@pytest.mark.parametrize("kind", [Cmd, Data, AudioFrame, VideoFrame])
def test_subclasses_keep_their_class(kind: Any) -> None:
    class Own(kind):
        pass

    message = Own.create("x")
    assert type(message) is Own
    assert type(message.clone()) is Own


def test_a_new_message_comes_from_nowhere() -> None:
    source = Data.create("x").get_source()
    assert (source.app_uri, source.graph_id, source.extension_name) == (None, None, None)


def test_an_audio_frame_has_fields() -> None:
    frame = AudioFrame.create("x")
    defaults = (
        frame.get_timestamp(),
        frame.get_sample_rate(),
        frame.get_samples_per_channel(),
        frame.get_bytes_per_sample(),
        frame.get_number_of_channels(),
        frame.get_data_fmt(),
        frame.get_line_size(),
        frame.is_eof(),
    )
    assert defaults == (0, 0, 0, 0, 0, 1, 0, False)
    frame.set_timestamp(-(2**63))
    frame.set_sample_rate(16000)
    frame.set_samples_per_channel(160)
    frame.set_bytes_per_sample(2)
    frame.set_number_of_channels(1)
    frame.set_data_fmt(AudioFrameDataFmt.NON_INTERLEAVE)
    frame.set_line_size(4)
    frame.set_eof(True)
    copy = frame.clone()
    fields = (
        copy.get_timestamp(),
        copy.get_sample_rate(),
        copy.get_samples_per_channel(),
        copy.get_bytes_per_sample(),
        copy.get_number_of_channels(),
        copy.get_data_fmt(),
        copy.get_line_size(),
        copy.is_eof(),
    )
    assert fields == (-(2**63), 16000, 160, 2, 1, 2, 4, True)
    assert type(copy.get_data_fmt()) is int
    frame.set_data_fmt(0)
    assert frame.get_data_fmt() == 0


def test_a_video_frame_has_fields() -> None:
    frame = VideoFrame.create("x")
    assert (frame.get_width(), frame.get_height(), frame.get_timestamp(), frame.get_pixel_fmt()) == (0, 0, 0, 2)
    frame.set_width(640)
    frame.set_height(480)
    frame.set_timestamp(7)
    frame.set_pixel_fmt(PixelFmt.NV12)
    frame.set_eof(True)
    copy = frame.clone()
    assert (copy.get_width(), copy.get_height(), copy.get_timestamp(), copy.get_pixel_fmt()) == (640, 480, 7, 8)
    assert copy.is_eof()


@pytest.mark.parametrize("value", ["1", 1.0, None, 2**63])
def test_frame_fields_take_64_bit_integers_only(value: Any) -> None:
    with pytest.raises(TypeError):
        AudioFrame.create("x").set_timestamp(value)


@pytest.mark.parametrize("kind", BUFFERS)
def test_a_buffer_is_written_in_place_and_read_as_a_copy(kind: Any) -> None:
    message = kind.create("x")
    message.alloc_buf(3)
    view = message.lock_buf()
    assert (view.format, view.readonly, len(view)) == ("B", False, 3)
    view[:] = b"abc"
    assert message.get_buf() == bytearray(b"abc")  # a copy is allowed while the buffer is locked
    message.unlock_buf(view)
    copy = message.get_buf()
    copy[0] = 0
    assert message.get_buf() == bytearray(b"abc")


@pytest.mark.parametrize("kind", BUFFERS)
def test_a_buffer_may_be_locked_twice_and_allocated_anew(kind: Any) -> None:
    message = kind.create("x")
    message.alloc_buf(3)
    first, second = message.lock_buf(), message.lock_buf()
    first[0] = 9
    assert second[0] == 9
    message.unlock_buf(first)
    message.unlock_buf(second)
    message.alloc_buf(5)
    assert len(message.get_buf()) == 5


@pytest.mark.parametrize("kind", BUFFERS)
@pytest.mark.parametrize("size", [0, -1])
def test_a_buffer_needs_a_size(kind: Any, size: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        kind.create("x").alloc_buf(size)


def test_without_a_buffer() -> None:
    assert Data.create("x").get_buf() == bytearray()
    with pytest.raises(SystemError):
        Data.create("x").lock_buf()
    for kind in FRAMES:
        with pytest.raises(SystemError):
            kind.create("x").get_buf()
        with pytest.raises(RuntimeError):
            kind.create("x").lock_buf()


@pytest.mark.parametrize(
    ("kind", "error"), [(Data, SystemError), (AudioFrame, RuntimeError), (VideoFrame, RuntimeError)]
)
def test_only_a_locked_view_can_be_unlocked(kind: Any, error: type[Exception]) -> None:
    message = kind.create("x")
    message.alloc_buf(4)
    view = message.lock_buf()
    with pytest.raises(error):
        message.unlock_buf(memoryview(bytearray(4)))
    with pytest.raises(error):
        message.unlock_buf(view[1:])
    with pytest.raises(ValueError, match="empty"):
        message.unlock_buf(view[:0])
    message.unlock_buf(view)
    with pytest.raises(error):
        message.unlock_buf(view)


@pytest.mark.parametrize("kind", BUFFERS)
def test_a_clone_is_deep_even_while_locked(kind: Any) -> None:
    message = kind.create("x")
    message.set_property_from_json("a", '{"b": [1]}')
    message.alloc_buf(1)
    view = message.lock_buf()
    view[0] = 1
    copy = message.clone()
    view[0] = 2
    message.set_property_int("a.b[0]", 2)
    assert copy.get_buf() == bytearray(b"\x01")
    assert copy.get_property_int("a.b[0]") == (1, None)
    message.unlock_buf(view)


def test_reserved_names_make_built_in_commands() -> None:
    cmd = Cmd.create("ten:start_graph")
    assert type(cmd) is Cmd
    assert cmd.set_property_string("ten.predefined_graph_name", "g") is None
    assert cmd.get_property_string("ten.predefined_graph_name") == ("g", None)
    assert StopGraphCmd.create().get_name() == "ten:stop_graph"
    assert TriggerLifeCycleCmd.create().get_name() == "ten:trigger_life_cycle"


def test_graph_commands_check_what_they_get() -> None:
    start = StartGraphCmd.create()
    assert start.set_predefined_graph_name("g")
    assert start.set_graph_from_json('{"nodes": []}')
    assert not start.set_graph_from_json("{nodes}")
    assert start.set_sync_stop_before_deinit(True)
    assert StopGraphCmd.create().set_graph_id("x")
    assert TriggerLifeCycleCmd.create().set_stage("start")


def test_a_fresh_result() -> None:
    result = CmdResult.create(StatusCode.ERROR, Cmd.create("x"))
    assert result.get_status_code() is StatusCode.ERROR
    assert result.get_name() == "ten:result"
    assert result.is_final()
    assert not result.is_completed()
    assert result.get_property_string("detail")[1] is not None
    result.set_final(False)
    assert not result.is_final()
    assert not result.clone().is_final()


def test_destinations_are_checked() -> None:
    message = Data.create("x")
    assert message.set_dests([Loc("")]) is None
    assert message.set_dests([Loc("", "", "node")]) is None
    assert message.set_dests([]) is None
    without_app = message.set_dests([Loc(None, "", "node")])
    assert without_app is not None
    assert (without_app.error_code(), without_app.error_message()) == (3, "App URI cannot be empty.")
    without_graph = message.set_dests([Loc("", None, "node")])
    assert without_graph is not None
    assert without_graph.error_code() == 3
    assert without_graph.error_message() == "Graph ID cannot be empty when extension name is provided."
