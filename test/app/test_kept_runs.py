"""Room for the next run, finding one, and forgetting them all."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from stream_omni.kept_runs import find_run, forget_all, kept_runs, make_room
from stream_omni.user_error import UserError
from wrappers.report import RunFiles

OLD, NEWER, NEWEST = "2026-01-01_10-00-00", "2026-01-01_10-00-00_2", "2026-01-01_10-00-00_10"


def add_run(app_dir: Path, name: str, size: int = 1000) -> Path:
    run = app_dir / "runs" / name
    run.mkdir(parents=True)
    (run / "microphone.wav").write_bytes(bytes(size))
    return run


def forget(app_dir: Path, agreed: bool = True) -> tuple[int, str]:
    text = io.StringIO()
    return forget_all(app_dir, Console(file=text, width=200), is_agreed=agreed), text.getvalue()


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [add_run(tmp_path, name) for name in (OLD, NEWER, NEWEST)]


def test_the_oldest_go_first(tmp_path: Path, runs: list[Path]) -> None:
    assert kept_runs(tmp_path) == runs
    assert make_room(tmp_path, 3000) == []
    assert make_room(tmp_path, 2999) == runs[:1]
    assert make_room(tmp_path, 0) == runs[1:]
    assert kept_runs(tmp_path) == []


def test_what_is_not_ours_stays(tmp_path: Path, runs: list[Path]) -> None:
    foreign = [tmp_path / "runs" / name for name in ("bench", "2026-01-01", "2026-01-01_10-00-00_copy")]
    for folder in foreign:
        folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    link = tmp_path / "runs" / "2026-01-01_09-00-00"
    link.symlink_to(outside)
    file = tmp_path / "runs" / "2026-01-01_08-00-00"
    file.touch()

    assert make_room(tmp_path, 0) == runs
    assert forget(tmp_path)[0] == 0
    assert all(path.exists() for path in (*foreign, outside, link, file))


def test_a_run_that_is_being_written_stays(tmp_path: Path, runs: list[Path]) -> None:
    running = RunFiles(runs[0], print)

    assert make_room(tmp_path, 1500) == runs[1:]
    status, text = forget(tmp_path)
    assert status == 1 and "Deleted 0 of 1 conversation" in text and "stays" in text
    running.close()
    assert forget(tmp_path) == (0, "Deleted 1 of 1 conversation (0.0 MB).\n")
    assert kept_runs(tmp_path) == []


def test_nothing_to_forget(tmp_path: Path) -> None:
    assert forget(tmp_path)[0] == 0
    assert make_room(tmp_path, 0) == []


def test_nobody_is_there_to_be_asked(tmp_path: Path, runs: list[Path]) -> None:
    with pytest.raises(UserError, match="add --yes"):
        forget(tmp_path, agreed=False)
    assert kept_runs(tmp_path) == runs


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("", 3), ("no", 3)])
def test_the_user_is_asked(
    tmp_path: Path, runs: list[Path], monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: answer)

    status, text = forget(tmp_path, agreed=False)

    assert "Delete 3 conversations" in text
    assert status == (1 if left else 0) and len(kept_runs(tmp_path)) == left


def test_finding_a_run(tmp_path: Path, runs: list[Path]) -> None:
    (add_run(tmp_path, "2026-02-01_10-00-00") / "microphone.wav").unlink()

    assert find_run(tmp_path, "latest") == runs[-1]
    assert find_run(tmp_path, OLD) == runs[0]
    assert find_run(tmp_path, str(runs[1])) == runs[1]
    with pytest.raises(UserError, match="no folder of a recorded conversation"):
        find_run(tmp_path, "2025-01-01_10-00-00")
    with pytest.raises(UserError, match="no recorded conversation"):
        find_run(tmp_path / "elsewhere", "latest")
