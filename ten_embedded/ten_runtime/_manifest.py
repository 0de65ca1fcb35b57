"""Manifests and other JSON files of packages, and the folder of the app."""

import os
import re
import sys
from pathlib import Path
from typing import Any, Final

from ._errors import ConfigError
from ._json_shape import Shape, quote, show
from ._properties import from_json_text

PACKAGE_TYPES: Final = ("app", "extension", "system", "protocol", "addon_loader")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
_shape = Shape(ConfigError)


def load_json_file(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises ConfigError with file, line and column if it is missing, unreadable, not UTF-8, not JSON or no object.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8 text; save the file as UTF-8") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    try:
        value = from_json_text(text)
    except ValueError as error:
        raise ConfigError(f"{path}{_place(error)}: not valid JSON ({getattr(error, 'msg', error)})") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: expected an object {{...}}, found {show(value)}")
    return value


def _place(error: ValueError) -> str:
    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    return f", line {line}, column {column}" if line is not None else ""


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read and check `manifest.json` of a package: type, name, version and the form of its dependencies.

    Raises ConfigError.
    """
    path = directory / "manifest.json"
    manifest = load_json_file(path)
    for key in ("type", "name", "version"):
        if key not in manifest:
            raise ConfigError(f'{path}: "{key}" is missing; a manifest needs type, name and version')
    _shape.one_of(manifest["type"], f"{path}: type", PACKAGE_TYPES)
    name = _shape.string(manifest["name"], f"{path}: name")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{path}: name: {quote(name)} may hold letters, digits and _ only, and no digit first")
    version = _shape.string(manifest["version"], f"{path}: version")
    if not _VERSION.fullmatch(version):
        raise ConfigError(f"{path}: version: {quote(version)} is not of the form 1.2.3")
    for key in ("dependencies", "dev_dependencies"):
        for where, dependency in _shape.items(manifest.get(key, []), f"{path}: {key}"):
            _check_dependency(_shape.object(dependency, where), where)
    return manifest


def _check_dependency(dependency: dict[str, Any], where: str) -> None:
    if "path" in dependency:
        _shape.string(dependency["path"], f"{where}.path")
        return
    for key in ("type", "name", "version"):
        if key not in dependency:
            raise ConfigError(f'{where}: "{key}" is missing; a dependency has a path, or type, name and version')
        _shape.string(dependency[key], f"{where}.{key}")
    _shape.one_of(dependency["type"], f"{where}.type", PACKAGE_TYPES)


def find_app_base_dir() -> Path:
    """The folder of the app that this process runs.

    In this order: TEN_APP_BASE_DIR; the first parent of the main script, then of the working folder, whose manifest
    has type app; `.ten/app` below the first extension found upwards from the working folder. Raises ConfigError.
    """
    chosen = os.environ.get("TEN_APP_BASE_DIR")
    if chosen:
        base_dir = Path(chosen).absolute()
        if not base_dir.is_dir():
            raise ConfigError(f"TEN_APP_BASE_DIR: {base_dir} is not a folder; set it to the folder of the app")
        return base_dir
    current = Path.cwd()
    starts = [*_main_folder(), current]
    for start in starts:
        for folder in (start, *start.parents):
            if _package_type(folder) == "app":
                return folder
    for folder in (current, *current.parents):
        if _package_type(folder) == "extension" and _package_type(folder / ".ten" / "app") == "app":
            return folder / ".ten" / "app"
    searched = " and ".join(str(start) for start in starts)
    raise ConfigError(
        f'no app found: no manifest.json of type "app" in or above {searched}. '
        "Start from the folder of the app, or set TEN_APP_BASE_DIR to it"
    )


def _main_folder() -> list[Path]:
    """Folder of the main script, unless it is a tool such as pytest: its virtual environment may lie in any app."""
    main_file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not main_file:
        return []
    folder = Path(main_file).absolute().parent
    is_tool = sys.prefix != sys.base_prefix and folder.is_relative_to(sys.prefix)
    return [] if is_tool else [folder]


def _package_type(folder: Path) -> str | None:
    """Type of the package in `folder`, None without one; a manifest that is broken is met again when it is used."""
    if not (folder / "manifest.json").is_file():
        return None
    try:
        found = load_json_file(folder / "manifest.json").get("type")
    except ConfigError:
        return None
    return found if isinstance(found, str) else None
