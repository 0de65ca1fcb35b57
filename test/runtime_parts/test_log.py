"""The logger: order, bounded queue, threads, files, ends of processes."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._log import Logger, flush_all, open_logger
from ten_runtime._log_handlers import FileEmitter, Handler, Matcher, Record, format_plain

DEBUG, INFO, WARN, ERROR = 1, 2, 3, 4


class Lines:
    """An emitter that remembers, and that can be made to wait like a slow disk."""

    name = "lines"

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.writing = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def write(self, text: str) -> None:
        self.writing.set()
        assert self.may_go_on.wait(60)
        self.lines += text.splitlines()

    def reopen(self) -> None:
        pass


def text_only(record: Record) -> str:
    return record.text


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def make(lines: Lines) -> Iterator[Callable[..., Logger]]:
    """Make loggers that are closed at the end."""
    made = []

    def make_logger(**more: Any) -> Logger:
        made.append(Logger([Handler([Matcher(DEBUG)], text_only, lines)], **more))
        return made[-1]

    yield make_logger
    lines.may_go_on.set()
    for logger in made:
        logger.close()


def test_lines_are_written_in_order(make: Callable[..., Logger], lines: Lines) -> None:
    logger = make()
    for number in range(500):
        logger.log(INFO, str(number))
    assert logger.flush(60)
    assert lines.lines == [str(number) for number in range(500)]


def test_no_thread_before_the_first_line_and_none_after_close(make: Callable[..., Logger]) -> None:
    def threads() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "ten_log"]

    before = len(threads())
    logger = make()
    assert len(threads()) == before
    logger.log(INFO, "x", sync=True)
    assert len(threads()) == before, "a line written at once needs no thread"
    logger.log(INFO, "x")
    assert len(threads()) == before + 1
    logger.close()
    assert len(threads()) == before


def test_a_synchronous_line_is_written_when_the_call_returns_and_after_the_earlier_ones(
    make: Callable[..., Logger], lines: Lines
) -> None:
    logger = make()
    lines.may_go_on.clear()
    logger.log(INFO, "first")
    assert lines.writing.wait(60)
    logger.log(INFO, "second")
    lines.may_go_on.set()
    logger.log(ERROR, "third", sync=True)
    assert lines.lines == ["first", "second", "third"]


def test_a_full_queue_drops_lines_and_tells_how_many(make: Callable[..., Logger], lines: Lines) -> None:
    logger = make(capacity=3)
    lines.may_go_on.clear()
    logger.log(INFO, "being written")
    assert lines.writing.wait(60)
    for number in range(10):
        logger.log(INFO, str(number))
    assert not logger.flush(0.0), "the writer is stuck"
    lines.may_go_on.set()
    assert logger.flush(60)
    assert lines.lines == [
        "being written",
        *"012",
        "7 log lines were dropped here: they came faster than they could be written",
    ]


def test_lines_of_many_threads_are_all_there(make: Callable[..., Logger], lines: Lines) -> None:
    logger = make()
    start = threading.Barrier(8)

    def work(worker: int) -> None:
        start.wait(60)
        for number in range(100):
            logger.log(INFO, f"{worker} {number}", sync=number % 10 == 0)

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join(60)
    assert logger.flush(60)
    assert len(lines.lines) == 800
    for worker in range(8):
        own = [line for line in lines.lines if line.startswith(f"{worker} ")]
        assert own == [f"{worker} {number}" for number in range(100)]


def test_close_writes_what_is_queued_and_later_lines_are_written_at_once(
    make: Callable[..., Logger], lines: Lines
) -> None:
    logger = make()
    logger.log(INFO, "queued")
    logger.close()
    assert lines.lines == ["queued"]
    logger.log(INFO, "late")
    assert lines.lines == ["queued", "late"]
    logger.close()


def test_fields_are_taken_as_they_are_at_the_call(make: Callable[..., Logger], lines: Lines) -> None:
    seen: list[Any] = []

    def remember(record: Record) -> str:
        seen.append(record.fields)
        return ""

    logger = Logger([Handler([Matcher(DEBUG)], remember, lines)])
    fields: dict[str, Any] = {"a": [1], "odd": {1, 2}}
    logger.log(INFO, "x", fields=fields)
    fields["a"].append(2)
    logger.close()
    assert seen == [{"a": [1], "odd": {1, 2}}]


def test_what_no_handler_wants_costs_no_line(lines: Lines) -> None:
    logger = Logger([Handler([Matcher(WARN), Matcher(INFO, "voice")], text_only, lines)])
    assert not logger.wants(INFO)
    assert logger.wants(INFO, "voice")
    logger.log(INFO, "no")
    logger.log(INFO, "voice", "voice")
    logger.log(WARN, "warn", "other")
    logger.close()
    assert lines.lines == ["voice", "warn"]


def test_every_handler_gets_its_lines() -> None:
    all_lines, errors = Lines(), Lines()
    logger = Logger([Handler([Matcher(DEBUG)], text_only, all_lines), Handler([Matcher(ERROR)], text_only, errors)])
    logger.log(INFO, "a")
    logger.log(ERROR, "b")
    logger.close()
    assert (all_lines.lines, errors.lines) == (["a", "b"], ["b"])


def test_flush_all_reaches_every_logger(make: Callable[..., Logger], lines: Lines) -> None:
    logger = make()
    lines.may_go_on.clear()
    logger.log(INFO, "a")
    assert lines.writing.wait(60)
    logger.log(INFO, "b")
    lines.may_go_on.set()
    flush_all()
    assert lines.lines == ["a", "b"]


def file_logger(path: Path) -> Logger:
    return Logger([Handler([Matcher(DEBUG)], text_only, FileEmitter(path))])


def test_a_file_is_appended_to_and_reopened_after_rotation(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("before\n")
    logger = file_logger(path)
    logger.log(INFO, "one é \ud800", sync=True)
    path.rename(tmp_path / "old.log")
    logger.log(INFO, "two", sync=True)
    logger.reopen()
    logger.log(INFO, "three", sync=True)
    logger.close()
    assert (tmp_path / "old.log").read_text(encoding="utf-8") == "before\none é \\ud800\ntwo\n"
    assert path.read_text() == "three\n"


def test_a_file_that_cannot_be_written_is_told_once_and_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "missing" / "app.log"
    logger = file_logger(path)
    logger.log(INFO, "lost", sync=True)
    logger.log(INFO, "lost", sync=True)
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"log: {path} cannot be written (")
    assert "its lines are lost until it can" in told
    path.parent.mkdir()
    logger.log(INFO, "written", sync=True)
    logger.close()
    assert path.read_text() == "written\n"


def test_the_default_is_everything_to_the_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logger, warnings = open_logger(None, "property.json: ten.log")
    logger.log(DEBUG, "a word", function="on_init", file="/x/extension.py", line=3)
    logger.close()
    captured = capsys.readouterr()
    assert (captured.out, warnings) == ("", [])
    assert captured.err.endswith(" D on_init@extension.py:3 a word\n")


@pytest.mark.parametrize("stream", [None, "closed"])
def test_a_console_that_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch, stream: Any, tmp_path: Path) -> None:
    if stream == "closed":
        stream = (tmp_path / "stream").open("w")
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    logger = Logger()
    logger.log(ERROR, "x", sync=True)
    logger.close()
    assert sys.stderr is stream


def test_a_console_that_lacks_a_letter_gets_its_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "ascii").open("w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        logger = Logger()
        logger.log(INFO, "é", sync=True)
        logger.close()
    assert (tmp_path / "ascii").read_text().endswith(" I \\xe9\n")


def run_script(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    folder = Path(sys.modules["ten_runtime._log"].__file__ or "").parents[1]
    path = tmp_path / "script.py"
    path.write_text(script)
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, path], env=environ, capture_output=True, text=True, timeout=60, check=True)


def test_the_end_of_the_process_loses_no_line(tmp_path: Path) -> None:
    done = run_script(
        "from ten_runtime._log import Logger\n"
        "logger = Logger()\n"
        "for number in range(1000): logger.log(2, f'line {number}')\n",
        tmp_path,
    )
    assert [line.split(" I ")[1] for line in done.stderr.splitlines()] == [f"line {n}" for n in range(1000)]


def test_lines_may_still_come_while_the_interpreter_ends(tmp_path: Path) -> None:
    done = run_script(
        "import atexit\n"
        "from ten_runtime._log import Logger\n"
        "logger = Logger()\n"
        "atexit.register(lambda: logger.log(2, 'late'))\n",
        tmp_path,
    )
    assert done.stderr.endswith(" I late\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_logs_its_own_lines_only(tmp_path: Path) -> None:
    done = run_script(
        "import os, warnings\n"
        "from ten_runtime._log import Logger\n"
        "warnings.simplefilter('ignore')  # newer Pythons warn of forks beside threads\n"
        "logger = Logger()\n"
        "with logger._writing:\n"
        "    logger.log(2, 'parent')\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        logger.log(2, 'child')\n"
        "        logger.flush()\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n",
        tmp_path,
    )
    assert [line.split(" I ")[1] for line in done.stderr.splitlines()] == ["child", "parent"]


def test_importing_the_logger_starts_nothing(tmp_path: Path) -> None:
    done = run_script(
        "import threading\nimport ten_runtime._log, ten_runtime._package\nprint(threading.active_count())\n", tmp_path
    )
    assert done.stdout == "1\n"


def test_a_plain_line_has_time_process_thread_and_level(lines: Lines) -> None:
    logger = Logger([Handler([Matcher(DEBUG)], format_plain, lines)], now_s=lambda: 1_700_000_000.5)
    logger.log(WARN, "x", sync=True)
    logger.close()
    assert lines.lines[0].endswith(f".500 {os.getpid()}({threading.get_native_id()}) W x")
