"""An engine in a Python process of its own: one that holds the GIL for too long, or needs other packages than we do.

    child = ChildProcess.of_module("wrappers.asr.pocketsphinx_worker", name="PocketSphinx")
    child.start()
    answer = child.request({"op": "open", ...})
    with contextlib.closing(child.stream({"op": "speak"}, text.encode())) as chunks:
        for chunk in chunks: ...

Protocol (frames: see `child_frames.py`; the child's side: `child_loop.py`)
- The parent sends requests; it adds `id`, which counts up. One request is open at a time.
- The child answers with frames of the same `id`; the one with `last: true` ends the request. A stream of answers ends
  with an empty one of its own (`end: true`). An error is a last frame with `error: {kind, text}`; the child goes on.
- `{id, cancel: true}` asks the child to stop a stream; it still sends a last frame, and what it had sent before that is
  read and dropped by the parent.
- Back-pressure is the pipe: a child that is ahead of its consumer by more than the pipe holds (64 KiB here and on
  macOS) blocks in writing.
- The child's prints go to stderr. The last lines of stderr are kept and quoted when it dies.
- The child is the leader of its own process group, so Ctrl-C in the terminal does not reach it. It ends at once when
  its stdin ends, also when the parent was killed.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wrappers.child_frames import BrokenFrame, Frame, encode, read_frame

REPOSITORY = Path(__file__).resolve().parent.parent
STDERR_LINES = 12
"""A traceback's last lines, and no more than fits on a screen."""
REAP_TIMEOUT_S = 5.0


class ChildDied(Exception):
    """The process ended, or had to be ended, while it was needed. The text holds its last words."""


class ChildError(Exception):
    """The child answered a request with an error, and goes on.

    kind: the name of the exception in the child, or the word that `child_loop.Refused` gave
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class ChildProcess:
    """Starts a process and asks it for things. May be started again after it died or was killed.

    All calls block: make them in the thread of a `Worker`. `kill` alone may be called from any thread; a call of
    another thread that is waiting then raises ChildDied.
    """

    def __init__(self, arguments: Sequence[str], *, name: str, environment: Mapping[str, str] | None = None) -> None:
        """
        arguments: the command line of a program that runs `child_loop.serve`
        name: what it is called in errors
        environment: variables beside those of this process
        """
        self._arguments = list(arguments)
        self._name = name
        self._environment = dict(environment or {})
        self._running: _Running | None = None
        self._requests = 0

    @classmethod
    def of_module(cls, module: str, *, name: str, python: str = sys.executable) -> ChildProcess:
        """Run a module of this repository, with the given interpreter."""
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        return cls([python, "-m", module], name=name, environment={"PYTHONPATH": path})

    @property
    def pid(self) -> int | None:
        """Process id of the child; None when none is running."""
        running = self._running
        return running.process.pid if running is not None and running.process.poll() is None else None

    def start(self) -> None:
        """Start the process, in place of one that still runs. Does not wait until it answers.

        raises ChildDied where the program cannot be started
        """
        self.kill()
        try:
            process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env={**os.environ, **self._environment},
                process_group=0,
            )
        except OSError as error:
            raise ChildDied(f"{self._name} could not be started: {error}") from None
        self._running = _Running(process, self._name)

    def request(self, header: Mapping[str, Any], payload: bytes = b"", *, timeout_s: float = 60.0) -> Frame:
        """Send a request and wait for its one answer.

        timeout_s: real time after which the child counts as hanging and is ended
        raises ChildDied, ChildError
        """
        return next(iter(list(self.stream(header, payload, timeout_s=timeout_s))), Frame())

    def stream(
        self, header: Mapping[str, Any], payload: bytes = b"", *, timeout_s: float = 60.0
    ) -> Generator[Frame, None, None]:
        """Send a request and iterate over its answers.

        Closing the iterator cancels the request in the child and waits until it has stopped; what it still sent is
        dropped.
        timeout_s: real time without an answer after which the child counts as hanging and is ended
        raises ChildDied, ChildError
        """
        running = self._running
        if running is None:
            raise ChildDied(f"{self._name} does not run")
        self._requests += 1
        number = self._requests
        running.send(Frame({**header, "id": number}, payload))
        last = False
        try:
            while not last:
                frame = running.receive(number, timeout_s)
                last = frame.header["last"]
                if error := frame.header.get("error"):
                    raise ChildError(error["kind"], error["text"])
                if not frame.header.get("end"):
                    yield frame
        finally:
            if not last:
                with contextlib.suppress(ChildDied):  # whoever gives up does not care; the next request will tell
                    running.cancel(number, timeout_s)

    def kill(self) -> None:
        """End the process and those it started, at once. Does nothing when none is running."""
        running, self._running = self._running, None
        if running is not None:
            running.kill()


class _Running:
    """One life of a child: its process, its pipes, and the last lines of its stderr."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self.process = process
        self._name = name
        self._killed = False
        self._using_pipes = threading.Lock()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._reaper = threading.Thread(target=self._reap, name=f"{name} stderr", daemon=True)
        self._reaper.start()

    def send(self, frame: Frame) -> None:
        """raises ChildDied"""
        assert self.process.stdin is not None
        data = memoryview(encode(frame))
        try:
            with self._using_pipes:
                while data:
                    data = data[self.process.stdin.write(data) :]
        except (BrokenPipeError, ValueError):  # ValueError: the pipe is closed already
            raise self._death() from None

    def receive(self, number: int, timeout_s: float) -> Frame:
        """Wait for the next answer to request `number`. raises ChildDied"""
        deadline_s = time.monotonic() + timeout_s  # real time, whatever the app's clock does
        stdout = self.process.stdout
        assert stdout is not None

        def read(size: int) -> bytes:
            if not _readable(stdout.fileno(), deadline_s - time.monotonic()):
                raise TimeoutError
            return os.read(stdout.fileno(), size)

        try:
            with self._using_pipes:
                frame = read_frame(read)
        except TimeoutError:
            raise self._ended_for(f"did not answer for {timeout_s:.0f} s") from None
        except BrokenFrame as error:
            raise (self._death() if self._is_dead() else self._ended_for(f"sent what is no answer: {error}")) from None
        except ValueError:
            raise self._death() from None
        if frame is None:
            raise self._death()
        if frame.header.get("id") != number:
            raise self._ended_for(f"answered request {frame.header.get('id')} in place of {number}")
        return frame

    def cancel(self, number: int, timeout_s: float) -> None:
        """raises ChildDied"""
        self.send(Frame({"id": number, "cancel": True}))
        while not self.receive(number, timeout_s).header["last"]:
            pass

    def kill(self) -> None:
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a dead group
            os.killpg(self.process.pid, signal.SIGKILL)

    def _is_dead(self) -> bool:
        self._reaper.join(REAP_TIMEOUT_S if self._killed else 0.2)
        return not self._reaper.is_alive()

    def _ended_for(self, reason: str) -> ChildDied:
        self.kill()
        self._reaper.join(REAP_TIMEOUT_S)
        return ChildDied(f"{self._name} {reason} and was ended{self._last_words()}")

    def _death(self) -> ChildDied:
        """What to say of a child whose pipe has broken."""
        if self._killed:
            return ChildDied(f"{self._name} was stopped")
        self._reaper.join(REAP_TIMEOUT_S)
        how = _how(self.process.returncode)
        self.kill()
        return ChildDied(f"{self._name} ended unexpectedly ({how}){self._last_words()}")

    def _last_words(self) -> str:
        lines = [line for line in list(self._stderr) if line]
        return ": " + " | ".join(lines) if lines else ""

    def _reap(self) -> None:
        """Keep the last lines of stderr; when the process has ended, collect it and give the pipes back."""
        pipes = self.process.stdin, self.process.stdout, self.process.stderr
        assert pipes[2] is not None
        while line := pipes[2].readline(4096):
            self._stderr.append(line.decode(errors="replace").rstrip())
        self.process.wait()
        with self._using_pipes:  # a dead child keeps nobody waiting in there
            for pipe in pipes:
                if pipe is not None:
                    pipe.close()


def _readable(descriptor: int, timeout_s: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(max(0.0, timeout_s)))


def _how(returncode: int | None) -> str:
    if returncode is None:
        return "it closed its output"
    if returncode < 0:
        return f"signal {signal.Signals(-returncode).name}"
    return f"exit status {returncode}"
