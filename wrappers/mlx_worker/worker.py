"""The one thread in which all work with MLX happens: its streams belong to a thread, and the GPU is one.

Work comes as jobs. A job is a generator, and each of its steps is an item, after which another job may have its turn.
So items should be short (30 ms): a piece of a prompt, a token, a chunk of sound. What is yielded is delivered, but for
None, which only lets others have their turn.

An item that does not end would stop everybody. So it is watched: after a while its job fails, its thread is left behind
(nothing can end a thread), and a new one goes on with the jobs of the others.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wrappers.errors import EngineFailed
from wrappers.mlx_worker.order import Kind, Waiting, choose

HUNG_S = 10.0
"""No item takes so long, not even on a machine that is busy with other things."""
CALL_HUNG_S = 300.0
"""Nor does any call: it may load a model from a slow disk."""
STOPPED_HUNG_S = 5.0
"""An item that nobody waits for any more: the next speech or answer of the same engine does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job's step."""

    value: Any = None
    error: BaseException | None = None
    last: bool = False
    """The job is over, and this brings no value."""


class Job:
    """Work in items."""

    def __init__(
        self,
        name: str,
        kind: Kind,
        steps: Iterator[Any],
        deliver: Callable[[Outcome], None],
        room: int = 1,
        sound_left_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """
        name: whose it is, for errors
        steps: a generator, better one that has not begun
        deliver: is called in the thread with each outcome; the last one always comes, and has `last` set
        room: how many values may come before `MlxWorker.give_room`
        sound_left_s: how long the sound of a speech can be heard yet; called in the thread, very often
        """
        self.name = name
        self.kind: Kind = kind
        self.steps = steps
        self.deliver = deliver
        self.room = room
        self.sound_left_s = sound_left_s
        self.ready_s = 0.0
        self.began = False
        self.stopped = False
        self.hung = False


class MlxWorker:
    """Runs jobs. Methods may be called from any thread, and do not wait."""

    def __init__(
        self,
        clock_s: Callable[[], float] = time.monotonic,
        hung_s: float = HUNG_S,
        stopped_hung_s: float = STOPPED_HUNG_S,
    ) -> None:
        """The thread, a daemon, starts with the first job. hung_s, stopped_hung_s: see the constants."""
        self._clock_s = clock_s
        self._hung_s = hung_s
        self._stopped_hung_s = stopped_hung_s
        self._changed = threading.Condition()
        self._jobs: list[Job] = []
        self._thread: threading.Thread | None = None
        """The present one; others were left behind."""
        self._running: tuple[Job, float] | None = None
        """The job that has its turn, and since when."""
        self._busy = threading.Event()
        self._closed = False
        self._parked = threading.Event()

    def add(self, job: Job) -> None:
        """Begin a job. Raises RuntimeError when the worker is closed."""
        with self._changed:
            if self._closed:
                raise RuntimeError("the MLX worker is closed")
            job.ready_s = self._clock_s()
            self._jobs.append(job)
            self._busy.set()
            if self._thread is None:
                self._start_thread()
                atexit.register(self.close)  # MLX would abort the process if its thread were just cut off
                threading.Thread(target=self._watch, name="MLX watch", daemon=True).start()
            self._changed.notify()

    def give_room(self, job: Job) -> None:
        """Let one more value come."""
        with self._changed:
            if job.room == 0:
                job.ready_s = self._clock_s()
            job.room += 1
            self._changed.notify()

    def stop(self, job: Job) -> None:
        """End a job after its present item: its generator is closed."""
        with self._changed:
            job.stopped = True
            self._changed.notify()

    def close(self) -> None:
        """Stop working after the present item, and wait for that a little. No job is taken afterwards."""
        with self._changed:
            self._closed = True
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        if thread is not None:
            self._parked.wait(self._stopped_hung_s)

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="MLX", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            outcome = _step(job)
            if not self._is_done(job, outcome):
                break
            if outcome is not None:
                job.deliver(outcome)
            del job, outcome  # an idle thread must not keep the last audio alive
        if self._closed:
            self._park()

    def _park(self) -> None:
        """The process ends. Stay here until then: a thread that ends gives back what MLX keeps for it, for which it
        needs the interpreter, and without one it aborts the process."""
        if mlx := sys.modules.get("mlx.core"):
            mlx.clear_streams()  # they would be found at the end of the process, which then aborts
        self._parked.set()
        threading.Event().wait()

    def _next_job(self) -> Job | None:
        """Wait for the next turn; None in a thread that was left behind."""
        with self._changed:
            while self._thread is threading.current_thread():
                ready = [job for job in self._jobs if job.stopped or job.room > 0]
                if ready:
                    job = self._choose(ready)
                    self._running = job, self._clock_s()
                    return job
                self._changed.wait()
        return None

    def _choose(self, ready: list[Job]) -> Job:
        for job in ready:
            if job.stopped:
                return job
        if len(ready) == 1:
            return ready[0]
        return ready[choose([_waiting(job) for job in ready], self._clock_s())]

    def _is_done(self, job: Job, outcome: Outcome | None) -> bool:
        """Note what came of an item; False in a thread that was left behind meanwhile."""
        with self._changed:
            if self._thread is not threading.current_thread():
                return False
            self._running = None
            job.ready_s = self._clock_s()
            if outcome is None:
                return True
            if outcome.last:
                self._remove(job)
            else:
                job.began = True
                job.room -= 1
            return True

    def _remove(self, job: Job) -> None:
        self._jobs.remove(job)
        if not self._jobs:
            self._busy.clear()

    def _watch(self) -> None:
        while True:
            self._busy.wait()
            time.sleep(min(self._hung_s, self._stopped_hung_s) / 4)
            job = self._find_hung()
            if job is not None:
                job.deliver(Outcome(error=EngineFailed(f"{job.name} hangs, and was left behind"), last=True))

    def _find_hung(self) -> Job | None:
        """If an item does not end, go on without it, and return its job."""
        with self._changed:
            if self._running is None:
                return None
            job, since_s = self._running
            limit_s = CALL_HUNG_S if job.kind == "call" else self._hung_s
            if self._clock_s() - since_s < (self._stopped_hung_s if job.stopped else limit_s):
                return None
            job.hung = True
            self._running = None
            self._remove(job)
            self._start_thread()
            return job


def _step(job: Job) -> Outcome | None:
    """One item; None where nothing came of it but another turn."""
    try:
        if job.stopped:
            with contextlib.suppress(Exception):  # nobody is there to hear of it
                job.steps.close()  # type: ignore[attr-defined]
            return Outcome(last=True)
        value = next(job.steps)
    except StopIteration:
        return Outcome(last=True)
    except BaseException as error:  # whatever an engine raises belongs to whoever waits, not to the thread
        return Outcome(error=error, last=True)
    return None if value is None else Outcome(value)


def _waiting(job: Job) -> Waiting:
    sound_left_s = job.sound_left_s() if job.kind == "speech" else 0.0
    return Waiting(job.kind, job.ready_s, job.began, sound_left_s)
