"""An engine in its own process: answers, streams, cancellation, and every way to die."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from wrappers.child_frames import BrokenFrame, Frame, encode, read_frame
from wrappers.child_process import REPOSITORY, ChildDied, ChildError, ChildProcess

DOUBLE = Path(__file__).parents[1] / "support" / "child_double.py"


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    child = ChildProcess([sys.executable, str(DOUBLE)], name="the double", environment={"PYTHONPATH": str(REPOSITORY)})
    child.start()
    yield child
    child.kill()


def test_a_request_is_answered_with_header_and_payload(child: ChildProcess) -> None:
    answer = child.request({"op": "echo", "text": "grüß Gott, 你好"}, b"\0\1\2" * 1000)

    assert answer.header["got"] == "grüß Gott, 你好"
    assert answer.payload == b"\0\1\2" * 1000


def test_an_answer_may_be_empty(child: ChildProcess) -> None:
    assert child.request({"op": "nothing"}).payload == b""


def test_prints_of_the_child_do_not_corrupt_the_answers(child: ChildProcess) -> None:
    assert child.request({"op": "print"}).header["printed"]
    assert child.request({"op": "echo", "text": "still here"}).header["got"] == "still here"


def test_the_engine_in_the_child_cannot_read_the_requests(child: ChildProcess) -> None:
    assert child.request({"op": "read"}).header["stdin"] == ""
    assert child.request({"op": "echo", "text": "still here"}).header["got"] == "still here"


def test_a_stream_comes_in_order_and_complete(child: ChildProcess) -> None:
    assert [frame.header["number"] for frame in child.stream({"op": "count", "upto": 50})] == list(range(50))


def test_an_empty_stream_ends(child: ChildProcess) -> None:
    assert list(child.stream({"op": "count", "upto": 0})) == []


def test_closing_a_stream_stops_the_child_and_the_next_request_works(child: ChildProcess) -> None:
    with closing(child.stream({"op": "count", "upto": 10_000, "bytes": 4096})) as frames:
        assert next(frames).header["number"] == 0

    assert child.request({"op": "echo", "text": "next"}).header["got"] == "next"


def test_a_child_ahead_of_its_consumer_waits(child: ChildProcess) -> None:
    """Were it not so, the child would have made all 100 frames of 64 KiB by the time the first one is read."""
    with closing(child.stream({"op": "count", "upto": 100, "bytes": 65536})) as frames:
        next(frames)
    with pytest.raises(ChildDied, match=r"stopped after ([1-9]|10) *\|?.*out of memory"):
        child.request({"op": "exit"})


def test_an_error_in_the_child_has_its_kind_and_text_and_the_child_goes_on(child: ChildProcess) -> None:
    with pytest.raises(ChildError, match="no such voice") as raised:
        child.request({"op": "fail"})
    assert raised.value.kind == "ValueError"
    with pytest.raises(ChildError, match=r"grammar\.gram: no such file") as raised:
        child.request({"op": "refuse"})
    assert raised.value.kind == "configuration"
    assert child.request({"op": "echo", "text": "fine"}).header["got"] == "fine"


def test_an_error_after_some_answers_comes_after_them(child: ChildProcess) -> None:
    frames = child.stream({"op": "fail_late"})

    assert next(frames).header["number"] == 0
    with pytest.raises(ChildError, match="the second one failed"):
        next(frames)


def test_a_child_that_exits_is_quoted(child: ChildProcess) -> None:
    with pytest.raises(ChildDied, match=r"the double ended unexpectedly \(exit status 3\): out of memory"):
        child.request({"op": "exit"})


def test_a_child_that_crashes_is_named_with_its_signal(child: ChildProcess) -> None:
    with pytest.raises(ChildDied, match="signal SIGABRT"):
        child.request({"op": "abort"})


def test_a_child_killed_from_outside_is_noticed_and_can_be_started_again(child: ChildProcess) -> None:
    child.request({"op": "nothing"})
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(ChildDied, match="signal SIGKILL"):
        child.request({"op": "nothing"})
    child.start()
    assert child.request({"op": "echo", "text": "back"}).header["got"] == "back"


def test_a_child_that_hangs_is_ended(child: ChildProcess) -> None:
    with pytest.raises(ChildDied, match="did not answer for 0 s and was ended"):
        child.request({"op": "hang"}, timeout_s=0.2)
    assert child.pid is None


def test_killing_from_another_thread_wakes_a_waiting_request(child: ChildProcess) -> None:
    child.request({"op": "nothing"})
    failures = []

    def wait() -> None:
        try:
            child.request({"op": "hang"})
        except ChildDied as error:
            failures.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    child.kill()
    waiting.join()

    assert failures in (["the double was stopped"], ["the double does not run"])


def test_killing_the_child_ends_what_it_started(child: ChildProcess) -> None:
    answer = child.request({"op": "grandchild"})
    assert answer.header["group"] == child.pid != os.getpgrp()

    child.kill()

    assert _state(answer.header["pid"]) in ("", "Z")


def test_the_child_ends_when_its_parent_dies() -> None:
    """The parent is killed while the child is busy: nothing is left to tell the child but the end of its stdin."""
    program = (
        "import sys; from wrappers.child_process import ChildProcess\n"
        f"child = ChildProcess([sys.executable, {str(DOUBLE)!r}], name='double')\n"
        "child.start(); child.request({'op': 'nothing'}); print(child.pid, flush=True)\n"
        "child.request({'op': 'hang'})"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        # The child holds no pipe of the parent's, so its end shows only in the process table.
        while _state(pid) not in ("", "Z"):
            pass


def test_a_program_that_speaks_something_else_is_ended() -> None:
    child = ChildProcess([sys.executable, "-c", "print('hello ' * 9); input()"], name="a stranger")
    child.start()

    with pytest.raises(
        ChildDied, match=r"a stranger (sent what is no answer: no frame begins with|ended unexpectedly)"
    ):
        child.request({})
    assert child.pid is None


def test_a_program_that_does_not_exist_is_an_error_not_a_traceback() -> None:
    with pytest.raises(ChildDied, match=r"nobody could not be started: .*No such file"):
        ChildProcess(["/nowhere/python"], name="nobody").start()


def test_a_request_without_start_says_so() -> None:
    with pytest.raises(ChildDied, match="nobody does not run"):
        ChildProcess([sys.executable], name="nobody").request({})


def test_frames_survive_being_cut_anywhere() -> None:
    data = encode(Frame({"a": "ü"}, b"123")) + encode(Frame())

    position = 0

    def one_byte_at_a_time(size: int) -> bytes:
        nonlocal position
        assert size > 0
        position += 1
        return data[position - 1 : position]

    assert read_frame(one_byte_at_a_time) == Frame({"a": "ü"}, b"123")
    assert read_frame(one_byte_at_a_time) == Frame()
    assert read_frame(one_byte_at_a_time) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Traceback (most recent call last)", "no frame begins with"),
        (encode(Frame({"a": 1}, b"123"))[:-1], "ends within a frame"),
        (b"\0\0\0\2\0\0\0\0[]", "not an object"),
        (b"\0\0\0\2\0\0\0\0{]", "not JSON"),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes, reason: str) -> None:
    left = bytearray(data)

    def read(size: int) -> bytes:
        part = bytes(left[:size])
        del left[:size]
        return part

    with pytest.raises(BrokenFrame, match=reason):
        read_frame(read)


def _state(pid: int) -> str:
    """The letter that `ps` gives a process's state; empty when it is gone."""
    result = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return result.stdout.strip()[:1]
