"""What ends the process by force, seen from outside (contract 0.3, 2.1, 2.3)."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PRELUDE = """
import asyncio, sys, threading, time
from pathlib import Path
from support.ten_graphs import *
from ten_runtime import *
from ten_runtime import _exit

def run(nodes, *connections, **more):
    graph = make_graph(nodes, *connections, **more)
    app = GraphApp({"predefined_graphs": [predefined("main", graph)]})
    app.run(False)
    print("ended", app.closing_signal, app.failure, flush=True)
"""


def start(tmp_path: Path, program: str, **environment: str) -> subprocess.Popen[str]:
    """Run a program that has the prelude; what it prints comes as text."""
    paths = ":".join(str(REPOSITORY / folder) for folder in ("test", "ten_embedded", ""))
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", PRELUDE + textwrap.dedent(program)],
        cwd=tmp_path,
        env={"PYTHONPATH": paths, "PATH": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"the program ended without {text!r}: {finish(process)}")


@pytest.mark.parametrize(
    "program",
    [
        "class Bad(AsyncExtension):\n async def on_init(self, env): raise ValueError('broken here')",
        "class Bad(AsyncExtension):\n"
        " async def on_start(self, env):\n"
        "  await asyncio.sleep(0)\n"
        "  raise ValueError('broken here')",
        "class Bad(AsyncExtension):\n async def on_start(self, env): raise SystemExit('broken here')",
        "class Bad(AsyncExtension):\n async def on_start(self, env): raise KeyboardInterrupt('broken here')",
        "class Bad(AsyncExtension):\n async def on_start(self, env): raise asyncio.CancelledError('broken here')",
        "class Bad(Extension):\n def on_init(self, env): raise ValueError('broken here')",
        "class Bad(Extension):\n"
        " def on_start(self, env): env.send_cmd(Cmd.create('x'), self.handler)\n"
        " def handler(self, env, result, error): raise ValueError('broken here')",
        "def Bad(name): raise ValueError('broken here')",
    ],
    ids=["init", "start", "SystemExit", "KeyboardInterrupt", "CancelledError", "sync", "sync handler", "create"],
)
def test_an_exception_in_a_hook_ends_the_process(tmp_path: Path, program: str) -> None:
    status, out, err = finish(start(tmp_path, f"{program}\nrun({{'bad': Bad}})"))
    assert status == 1
    assert "Uncaught exception" in err
    assert "broken here" in err
    assert "Traceback" in err
    assert "bad" in err
    assert "ended" not in out


def test_an_exception_in_a_handler_ends_the_process(tmp_path: Path) -> None:
    program = """
        class Bad(AsyncExtension):
            async def on_start(self, env): await env.send_data(Data.create("d"))
            async def on_data(self, env, data): raise ValueError("broken here")
        run({"bad": Bad}, connect("bad", "data", "d", "bad"))
    """
    status, _, err = finish(start(tmp_path, program))
    assert status == 1
    assert "ValueError: broken here" in err


def test_user_tasks_and_threads_are_not_guarded(tmp_path: Path) -> None:
    program = """
        class Node(AsyncExtension):
            async def on_start(self, env):
                async def fail(): raise ValueError("in a task")
                self.task = asyncio.create_task(fail())
                threading.Thread(target=lambda: 1 / 0).start()
                await asyncio.sleep(0.01)
                close_app(env)
        run({"a": Node})
    """
    status, out, _ = finish(start(tmp_path, program))
    assert status == 0
    assert "ended None" in out


def test_restorers_run_before_the_end_latest_first(tmp_path: Path) -> None:
    program = """
        def restore(name):
            print("restored", name, flush=True)
            raise RuntimeError("a restorer that fails does not stop the others")
        _exit.register_restorer(lambda: restore("first"))
        _exit.register_restorer(lambda: restore("second"))
        forget = _exit.register_restorer(lambda: restore("never"))
        forget()
        class Bad(AsyncExtension):
            async def on_init(self, env): raise ValueError("broken here")
        run({"bad": Bad})
    """
    status, out, err = finish(start(tmp_path, program))
    assert status == 1
    assert out == "restored second\nrestored first\n"
    assert "broken here" in err


def test_an_unset_variable_ends_the_process(tmp_path: Path) -> None:
    program = """
        class Node(AsyncExtension): pass
        run({"a": Node}, properties={"a": {"key": "${env:NOT_SET_ANYWHERE}"}})
    """
    status, _, err = finish(start(tmp_path, program))
    assert status == 1
    assert 'node "a", property, key: the environment variable NOT_SET_ANYWHERE is not set' in err
    assert "Traceback" not in err


def test_the_user_reads_why_even_if_the_log_is_a_file(tmp_path: Path) -> None:
    program = """
        handler = {"matchers": [{"level": "info"}], "formatter": {"type": "plain"},
                   "emitter": {"type": "file", "path": "app.log"}}
        class Bad(AsyncExtension):
            async def on_init(self, env): raise ValueError("broken here")
        graph = make_graph({"bad": Bad})
        GraphApp({"predefined_graphs": [predefined("main", graph)], "log": {"handlers": [handler]}}).run(False)
    """
    status, _, err = finish(start(tmp_path, program))
    assert status == 1
    assert err.startswith("[bad] Uncaught exception: ValueError: broken here\n")
    assert "broken here" in (tmp_path / "app.log").read_text()


WAITING = """
class Waiting(AsyncExtension):
    async def on_start(self, env):
        print("started", flush=True)
        {start}
    async def on_stop(self, env):
        print("stopping", flush=True)
        {stop}
"""


def waiting(start_line: str = "pass", stop_line: str = "pass") -> str:
    return WAITING.format(start=start_line, stop=stop_line) + "run({'a': Waiting})\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_app_in_order(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, waiting())
    wait_for_line(process, "started")
    process.send_signal(number)
    status, out, err = finish(process)
    assert status == 0
    assert out == f"stopping\nended {int(number)} \n"
    assert "Traceback" not in err


def test_the_second_signal_ends_at_once(tmp_path: Path) -> None:
    process = start(tmp_path, waiting(stop_line="await asyncio.sleep(60)"))
    wait_for_line(process, "started")
    process.send_signal(signal.SIGTERM)
    wait_for_line(process, "stopping")
    process.send_signal(signal.SIGINT)
    status, out, _ = finish(process)
    assert status == 128 + signal.SIGINT
    assert out == ""


@pytest.mark.parametrize(
    "program",
    [
        waiting(stop_line="await asyncio.sleep(60)"),
        waiting(stop_line="time.sleep(60)"),
        waiting("time.sleep(60)"),
        waiting("print('started', flush=True); await asyncio.sleep(60)"),
        """
        class Waiting(Extension):
            def __init__(self, name):
                print("started", flush=True)
                time.sleep(60)
        run({"a": Waiting})
        """,
        """
        class Waiting(Extension):
            def on_start(self, env):
                print("started", flush=True)
                time.sleep(60)
        run({"a": Waiting})
        """,
    ],
    ids=["stop waits", "stop blocks", "start blocks", "start waits", "creation blocks", "sync blocks"],
)
def test_ctrl_c_is_obeyed_within_two_seconds_whatever_happens(tmp_path: Path, program: str) -> None:
    process = start(tmp_path, program)
    wait_for_line(process, "started")
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    status, _, _ = finish(process)
    assert status == 128 + signal.SIGINT
    assert time.monotonic() - begin < 10  # 1.5 s of grace; the rest is room for a busy machine


def test_the_trap_can_be_turned_off(tmp_path: Path) -> None:
    process = start(tmp_path, waiting(), TEN_DISABLE_SIGNAL_TRAP="1")
    wait_for_line(process, "started")
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == -signal.SIGTERM


def test_sighup_reopens_log_files(tmp_path: Path) -> None:
    program = """
        handler = {"matchers": [{"level": "info"}], "formatter": {"type": "plain"},
                   "emitter": {"type": "file", "path": "app.log"}}
        class Node(AsyncExtension):
            async def on_start(self, env):
                env.log_info("before", option=LogOption(sync=True))
                Path("app.log").rename("old.log")
                print("started", flush=True)
                while not Path("app.log").exists():
                    env.log_info("after", option=LogOption(sync=True))
                    await asyncio.sleep(0.01)
                close_app(env)
        graph = make_graph({"a": Node})
        GraphApp({"predefined_graphs": [predefined("main", graph)], "log": {"handlers": [handler]}}).run(False)
    """
    process = start(tmp_path, program)
    wait_for_line(process, "started")
    process.send_signal(signal.SIGHUP)
    assert finish(process)[0] == 0
    assert "before" in (tmp_path / "old.log").read_text()
    assert "after" in (tmp_path / "app.log").read_text()


def test_importing_the_runtime_has_no_side_effects(tmp_path: Path) -> None:
    program = """
        import ten_runtime
        print(threading.active_count(), sorted(p.name for p in Path(".").iterdir()))
    """
    assert finish(start(tmp_path, program))[1] == "1 []\n"
