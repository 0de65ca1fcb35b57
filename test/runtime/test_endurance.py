"""Long runs leave nothing behind: no objects, no threads, no warnings."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

from support.ten_graphs import GraphApp, close_app, connect, make_graph, predefined, run_app, run_graph
from ten_runtime import (
    AsyncExtension,
    AsyncTenEnv,
    AudioFrame,
    Cmd,
    CmdResult,
    Extension,
    Loc,
    StartGraphCmd,
    StatusCode,
    StopGraphCmd,
    TenEnv,
)

REPOSITORY = Path(__file__).resolve().parents[2]
FRAMES = 1_000_000
PACE = 64
GRAPHS = 1_000
COMMANDS = 50_000


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


class Sink(AsyncExtension):
    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        view = audio_frame.lock_buf()
        audio_frame.unlock_buf(view)

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))


class Burst(AsyncExtension):
    """Counts the objects of the process after a warm-up and after the whole run."""

    counts: list[int]

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.work(ten_env, 10 * PACE)
        self.counts.append(objects())
        await self.work(ten_env, self.total)
        self.counts.append(objects())
        close_app(ten_env)

    total: int

    async def work(self, ten_env: AsyncTenEnv, count: int) -> None:
        raise NotImplementedError


def growth(make: Any) -> int:
    """Run a graph of the burst and a sink; returns how many objects there are more at its end."""
    run_graph(
        {"burst": make, "sink": Sink},
        connect("burst", "audio_frame", "a", "sink"),
        connect("burst", "cmd", "c", "sink"),
    )
    before, after = make.counts
    return after - before


def test_a_million_frames_leave_nothing() -> None:
    class Frames(Burst):
        counts: list[int] = []  # noqa: RUF012
        total = FRAMES

        async def work(self, ten_env: AsyncTenEnv, count: int) -> None:
            for index in range(count):
                frame = AudioFrame.create("a")
                frame.alloc_buf(320)
                await ten_env.send_audio_frame(frame)
                if index % PACE == 0:
                    await asyncio.sleep(0)
            await ten_env.send_cmd(Cmd.create("c"))

    assert growth(Frames) < 100


def test_commands_leave_nothing_even_without_the_garbage_collector() -> None:
    class Commands(Burst):
        counts: list[int] = []  # noqa: RUF012
        total = COMMANDS

        async def work(self, ten_env: AsyncTenEnv, count: int) -> None:
            gc.collect()
            gc.disable()
            before = len(gc.get_objects())
            for _ in range(count):
                await ten_env.send_cmd(Cmd.create("c"))
            cyclic.append(len(gc.get_objects()) - before)
            gc.enable()

    cyclic: list[int] = []
    assert growth(Commands) < 100
    assert max(cyclic) < 200


def test_a_thousand_graphs_leave_nothing() -> None:
    counts: list[int] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_cmd(Cmd.create("c"))

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class SyncNode(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    graph = json.dumps(make_graph({"a": Node, "b": SyncNode}, connect("a", "cmd", "c", "b")))

    async def ask(ten_env: AsyncTenEnv, cmd: Cmd) -> CmdResult:
        cmd.set_dests([Loc("")])
        result, error = await ten_env.send_cmd(cmd)
        assert error is None
        assert result is not None
        assert result.get_status_code() == StatusCode.OK
        return result

    class Starter(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for index in range(GRAPHS + 10):
                if index == 10:
                    counts.extend([objects(), threading.active_count()])
                start = StartGraphCmd.create()
                start.set_graph_from_json(graph)
                stop = StopGraphCmd.create()
                stop.set_graph_id((await ask(ten_env, start)).get_property_string("graph_id")[0])
                await ask(ten_env, stop)
            counts.extend([objects(), threading.active_count()])
            close_app(ten_env)

    app = GraphApp({"predefined_graphs": [predefined("main", make_graph({"starter": Starter}))]})
    assert run_app(app).failure == ""
    assert counts[2] - counts[0] < 200
    assert counts[3] - counts[1] <= 1  # the thread of the last graph may be on its way out


def test_apps_leave_no_threads_behind() -> None:
    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    before = set(threading.enumerate())
    for _ in range(20):
        run_graph({"a": Closing})
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("ten:")]
    assert left == []


DEBUG_PROGRAM = """
    import asyncio, gc
    from support.ten_graphs import *
    from ten_runtime import *

    class Node(AsyncExtension):
        async def on_start(self, env):
            self.task = asyncio.create_task(asyncio.sleep(100))
            async for result, error in env.send_cmd_ex(Cmd.create("c")):
                break
            for _ in range(10):
                frame = AudioFrame.create("a")
                frame.alloc_buf(10)
                await env.send_audio_frame(frame)
            await env.send_data(Data.create("nobody"))
            close_app(env)
        async def on_cmd(self, env, cmd):
            for final in (False, True):
                result = CmdResult.create(StatusCode.OK, cmd)
                result.set_final(final)
                await env.return_result(result)
        async def on_audio_frame(self, env, frame):
            await asyncio.sleep(50)

    class Sync(Extension):
        def on_audio_frame(self, env, frame):
            env.send_audio_frame(frame)

    class Tester(AsyncExtensionTester):
        async def on_start(self, env):
            self.task = asyncio.create_task(asyncio.sleep(100))
        async def on_cmd(self, env, cmd):
            await env.return_result(CmdResult.create(StatusCode.OK, cmd))
            env.stop_test()

    for _ in range(3):
        app = run_graph({"a": Node, "s": Sync},
            connect("a", "cmd", "c", "a"), connect("a", "audio_frame", "a", "s"), connect("s", "audio_frame", "a", "a"))
        assert app.failure == "", app.failure
        tester = Tester()
        tester.set_test_mode_single(register(Node))
        assert tester.run() is None
    gc.collect()
    print("fine")
"""


def test_debug_mode_has_nothing_to_say(tmp_path: Path) -> None:
    paths = ":".join(str(REPOSITORY / folder) for folder in ("test", "ten_embedded", ""))
    finished = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "always", "-c", textwrap.dedent(DEBUG_PROGRAM)],
        cwd=tmp_path,
        env={"PYTHONPATH": paths, "PYTHONASYNCIODEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.stdout == "fine\n", finished.stderr
    for complaint in (
        "Warning",
        "never awaited",
        "unclosed",
        "Traceback",
        "exception was never retrieved",
        "destroyed",
    ):
        assert complaint not in finished.stderr, finished.stderr
