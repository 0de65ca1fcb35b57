"""Native TEN or the embedded runtime."""

import sys
from pathlib import Path

import pytest

from stream_omni.runtime import REPOSITORY, choose_runtime
from stream_omni.user_error import UserError


@pytest.fixture
def native_app(tmp_path: Path) -> Path:
    (tmp_path / "ten_packages" / "system" / "ten_runtime_python" / "lib").mkdir(parents=True)
    return tmp_path


def test_embedded_where_native_is_not_installed(tmp_path: Path) -> None:
    runtime = choose_runtime(tmp_path, {})

    assert runtime.name == "embedded"
    assert runtime.module_paths == (REPOSITORY / "ten_embedded",)


def test_native_where_it_is_installed(native_app: Path) -> None:
    runtime = choose_runtime(native_app, {})

    assert runtime.name == "native"
    assert runtime.module_paths[0] == native_app / "ten_packages" / "system" / "ten_runtime_python" / "lib"


def test_the_variable_decides(native_app: Path) -> None:
    assert choose_runtime(native_app, {"STREAM_OMNI_RUNTIME": "embedded"}).name == "embedded"
    assert choose_runtime(native_app, {"STREAM_OMNI_RUNTIME": "native"}).name == "native"


def test_native_was_asked_for_and_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="STREAM_OMNI_RUNTIME=native, but native TEN is not in"):
        choose_runtime(tmp_path, {"STREAM_OMNI_RUNTIME": "native"})


def test_an_unknown_runtime(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='"nativ" is not a runtime; did you mean "native"'):
        choose_runtime(tmp_path, {"STREAM_OMNI_RUNTIME": "nativ"})


def test_native_brings_its_folders_first_on_the_path(native_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    monkeypatch.setenv("TEN_APP_BASE_DIR", "/app")
    runtime = choose_runtime(native_app, {})

    runtime.activate()
    runtime.activate()

    assert sys.path == [str(path) for path in runtime.module_paths] + ["elsewhere"]
