"""One life of the sound process, seen from the app's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable

from wrappers.audio.sound_messages import Done, Order, Report, pack, unpack
from wrappers.child_frames import BrokenFrame, encode, receive_frame
from wrappers.child_process import REPOSITORY

MODULE = "wrappers.audio.sound_process"
LONGEST_WORD = 200
"""Characters of the last line of stderr, for the user: what a sound library complains of, or an exception."""
END_TIMEOUT_S = 2.0
"""The process ends with its stdin; only one that hangs needs longer."""


class SoundClient:
    """Sends orders and hands reports on. All on one event loop; sending never waits.

    The sound process ends when its stdin does, so it never outlives the app.
    """

    def __init__(self, process: asyncio.subprocess.Process, on_report: Callable[[Report], None]) -> None:
        self._process = process
        self._on_report = on_report
        self._numbers = 0
        self._open: dict[int, asyncio.Future[None]] = {}
        self._last_word = ""
        self._listening = asyncio.ensure_future(self._listen())
        self._muttering = asyncio.ensure_future(self._keep_last_word())

    @classmethod
    async def start(cls, on_report: Callable[[Report], None]) -> SoundClient:
        """Start a process. Raises OSError where that is not possible."""
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", MODULE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            process_group=0,  # Ctrl-C is for the app, which then ends in order
        )
        return cls(process, on_report)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def next_number(self) -> int:
        """For an order that is answered by Done, so that `done` can wait for it."""
        self._numbers += 1
        if not self._listening.done():
            self._open[self._numbers] = asyncio.get_running_loop().create_future()
        return self._numbers

    def send(self, order: Order) -> None:
        """Give an order; it is carried out after all earlier ones. A process that has ended does not mind."""
        stdin = self._process.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(encode(pack(order)))

    async def done(self, number: int) -> None:
        """Wait until the order of this number is carried out, or nobody can do so any more."""
        if (future := self._open.get(number)) is not None:
            await asyncio.shield(future)

    async def ended(self) -> str:
        """Wait until the process is gone, and say how that came: its exit status and its last word."""
        await asyncio.wait([self._listening])
        status = await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_TIMEOUT_S):  # whoever inherited the pipe may hold it open
                await asyncio.shield(self._muttering)
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return f"{how}: {self._last_word}" if self._last_word else how

    async def close(self) -> None:
        """End the process."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.close()
        try:
            async with asyncio.timeout(END_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        for task in (self._listening, self._muttering):
            task.cancel()
        await asyncio.wait([self._listening, self._muttering])

    async def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while True:
                report = unpack(await receive_frame(stdout.readexactly))
                if isinstance(report, Done):
                    self._finish(report.number)
                else:
                    self._on_report(report)
        except asyncio.IncompleteReadError:
            return  # it has ended
        except (BrokenFrame, KeyError, TypeError) as error:
            self._last_word = f"it said what cannot be understood: {error!r}"
            self._kill()
        finally:
            for number in list(self._open):
                self._finish(number)

    def _finish(self, number: int) -> None:
        future = self._open.pop(number, None)
        if future is not None and not future.done():
            future.set_result(None)

    def _kill(self) -> None:
        # Not Process.kill: that looks after the child first, and takes its status away from the loop's own watcher.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _keep_last_word(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        with contextlib.suppress(ValueError):  # a line of more than 64 KiB is not worth keeping
            while line := await stderr.readline():
                self._last_word = line.decode(errors="replace").strip()[:LONGEST_WORD] or self._last_word
