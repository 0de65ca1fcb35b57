"""JSON files, manifests, and the folder of the app."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ten_runtime._errors import ConfigError
from ten_runtime._manifest import find_app_base_dir, load_json_file, read_manifest

GOOD = {"type": "extension", "name": "echo", "version": "0.1.0"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{\n  "a" 1\n}', ", line 2, column 7: not valid JSON (Expecting ':' delimiter)"),
        (b"", ", line 1, column 1: not valid JSON (Expecting value"),
        (b"[1, 2]", ": expected an object {...}, found [1, 2]"),
        (b'{"a": "\xff"}', ": byte 7 is not UTF-8 text; save the file as UTF-8"),
        (b'{"a": NaN}', ": not valid JSON (NaN is not JSON)"),
    ],
)
def test_a_broken_json_file_is_told_with_its_place(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "property.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_json_file(path)
    assert str(caught.value).startswith(f"{path}{problem}")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"property\.json: no such file"):
        load_json_file(tmp_path / "property.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_json_file(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": "é"}', encoding="utf-8-sig")
    assert load_json_file(tmp_path / "x.json") == {"a": "é"}


@pytest.mark.parametrize(
    "manifest",
    [
        GOOD,
        GOOD | {"version": "1.2.3-beta.1", "dependencies": [{"path": "../x"}], "tags": ["any"]},
        GOOD | {"dependencies": [{"type": "system", "name": "ten_runtime", "version": "0.11"}]},
    ],
)
def test_a_good_manifest_is_returned(tmp_path: Path, manifest: Any) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": None}, '"type" is missing; a manifest needs type, name and version'),
        ({"name": None}, '"name" is missing'),
        ({"version": None}, '"version" is missing'),
        ({"type": "extention"}, 'type: "extention" is not one of app, extension, system, protocol, addon_loader (did'),
        ({"type": 3}, "type: 3 is not one of app,"),
        ({"name": "my-addon"}, 'name: "my-addon" may hold letters, digits and _ only'),
        ({"name": ""}, "name: must not be empty"),
        ({"version": "1.0"}, 'version: "1.0" is not of the form 1.2.3'),
        ({"version": 1}, "version: expected a string, found 1"),
        ({"dependencies": {}}, "dependencies: expected a list [...], found {}"),
        ({"dependencies": ["x"]}, 'dependencies[0]: expected an object {...}, found "x"'),
        ({"dependencies": [{"type": "system"}]}, 'dependencies[0]: "name" is missing; a dependency has a path, or'),
        ({"dependencies": [{"path": 1}]}, "dependencies[0].path: expected a string, found 1"),
        (
            {"dev_dependencies": [{"type": "lib", "name": "x", "version": "1"}]},
            'dev_dependencies[0].type: "lib" is not',
        ),
    ],
)
def test_a_bad_manifest_is_told(tmp_path: Path, change: Any, problem: str) -> None:
    manifest = {key: value for key, value in (GOOD | change).items() if value is not None}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ConfigError) as caught:
        read_manifest(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'manifest.json'}: {problem}")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app folder; no variable, and a main script without a file."""
    monkeypatch.delenv("TEN_APP_BASE_DIR", raising=False)
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    folder = tmp_path / "app"
    _write_manifest(folder, "app")
    return folder


def _write_manifest(folder: Path, kind: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"type": kind, "name": "x", "version": "0.1.0"}))


def test_the_variable_comes_first(app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(app)
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(tmp_path))
    assert find_app_base_dir() == tmp_path
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"TEN_APP_BASE_DIR: .*nowhere is not a folder; set it to"):
        find_app_base_dir()


def test_the_main_script_comes_before_the_working_folder(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_manifest(tmp_path / "other", "app")
    monkeypatch.chdir(tmp_path / "other")
    assert find_app_base_dir() == tmp_path / "other"
    (app / "bin").mkdir()
    sys.modules["__main__"].__file__ = str(app / "bin" / "main.py")
    assert find_app_base_dir() == app


def test_a_tool_that_lives_in_the_virtual_environment_of_an_app_is_not_that_app(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_manifest(tmp_path / "other", "app")
    monkeypatch.chdir(tmp_path / "other")
    monkeypatch.setattr(sys, "prefix", str(app / ".venv"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "python"))
    sys.modules["__main__"].__file__ = str(app / ".venv" / "bin" / "pytest")
    assert find_app_base_dir() == tmp_path / "other"


def test_folders_inside_the_app_belong_to_it_and_extensions_do_not_hide_it(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extension = app / "ten_packages" / "extension" / "echo"
    _write_manifest(extension, "extension")
    (app / "ten_packages" / "manifest.json").write_text("{ broken")
    monkeypatch.chdir(extension)
    assert find_app_base_dir() == app


def test_an_extension_on_its_own_has_its_app_below(app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extension = tmp_path / "echo"
    _write_manifest(extension, "extension")
    (extension / "test").mkdir()
    monkeypatch.chdir(extension / "test")
    with pytest.raises(ConfigError) as caught:
        find_app_base_dir()
    assert f'no manifest.json of type "app" in or above {extension / "test"}' in str(caught.value)
    assert "set TEN_APP_BASE_DIR" in str(caught.value)
    _write_manifest(extension / ".ten" / "app", "app")
    assert find_app_base_dir() == extension / ".ten" / "app"
