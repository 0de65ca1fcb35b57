"""The layers of the project, seen in the imports of every file. CONTRIBUTING.md says what each layer is for."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.imports import OURS, imports, python_files, roots
from support.require import REPOSITORY

ADDONS = sorted(manifest.parent for manifest in (REPOSITORY / "ten_extensions").glob("*/manifest.json"))


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
    assert roots(files) - OURS - sys.stdlib_module_names == set()


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
