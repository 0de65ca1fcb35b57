"""The layers of the project, seen in the imports of every file. The README says what each layer is for."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.require import REPOSITORY

OURS = {"wrappers", "ten_extensions", "ten_runtime", "ten_embedded", "ten_packages", "stream_omni"}
ADDONS = sorted(manifest.parent for manifest in (REPOSITORY / "ten_extensions").glob("*/manifest.json"))


def python_files(folder: str) -> list[Path]:
    files = sorted((REPOSITORY / folder).rglob("*.py"))
    assert files, folder
    return files


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Level (0 is absolute) and dotted name of all that `file` imports, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield node.level, module
            if module in OURS:  # "from wrappers import audio" is an import of wrappers.audio
                yield from ((0, f"{module}.{alias.name}") for alias in node.names)


def ours(file: Path) -> Iterator[str]:
    """The absolute imports of `file` that name a part of the project."""
    return (name for level, name in imports(file) if level == 0 and name.split(".")[0] in OURS)


def breaks(files: list[Path], *allowed: str) -> list[str]:
    """The imports of our parts in `files` that are not below one of `allowed`."""
    return [
        f"{file.relative_to(REPOSITORY)} imports {name}"
        for file in files
        for name in ours(file)
        if not any(name == part or name.startswith(part + ".") for part in allowed)
    ]


def test_wrappers_know_no_ten() -> None:
    assert breaks(python_files("wrappers"), "wrappers") == []


def test_the_runtime_knows_nothing_of_voice() -> None:
    files = python_files("ten_embedded")
    assert breaks(files, "ten_runtime") == []
    roots = {name.split(".")[0] for file in files for level, name in imports(file) if level == 0}
    assert roots - OURS - sys.stdlib_module_names == set()


def test_extensions_know_the_public_runtime_the_common_bases_and_the_wrappers() -> None:
    files = python_files("ten_extensions")
    assert breaks(files, "ten_runtime", "ten_extensions.common", "wrappers") == []
    private = [
        f"{file.relative_to(REPOSITORY)} imports {name}"
        for file in files
        for name in ours(file)
        if name.startswith("ten_runtime._")
    ]
    assert private == []


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_an_addon_imports_relatively_no_further_than_its_own_folder(addon: Path) -> None:
    outside = [
        f"{file.relative_to(REPOSITORY)} imports {'.' * level}{name}"
        for file in addon.rglob("*.py")
        for level, name in imports(file)
        if level > len(file.relative_to(addon).parts)
    ]
    assert outside == []


def test_the_app_and_the_tests_import_no_file_of_an_addon_by_its_folder() -> None:
    # The runtime imports addons as ten_packages.extension.<addon>: by another name each class would exist twice.
    files = [REPOSITORY / "ten_stream_omni_app.py", *python_files("stream_omni"), *python_files("test")]
    addons = tuple(f"ten_extensions.{addon.name}" for addon in ADDONS)
    assert [f"{file.name} imports {name}" for file in files for name in ours(file) if name.startswith(addons)] == []
