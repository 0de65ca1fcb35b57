"""Each addon is a folder with a manifest, all by the same name, and the app knows it."""

import json
import re
from pathlib import Path

import pytest
from support.require import REPOSITORY

FOLDERS = sorted(
    folder
    for folder in (REPOSITORY / "ten_extensions").iterdir()
    if folder.is_dir() and folder.name not in ("common", "__pycache__")
)


def load(path: Path) -> dict:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_folder_manifest_and_registration_have_one_name(folder: Path) -> None:
    assert folder.name.endswith("_python")
    manifest = load(folder / "manifest.json")
    assert (manifest["type"], manifest["name"]) == ("extension", folder.name)
    registered = re.findall(r'\bregister\(\s*"(\w+)"', (folder / "__init__.py").read_text(encoding="utf-8"))
    assert registered == [folder.name]


def test_the_app_depends_on_every_addon_by_its_path() -> None:
    dependencies = load(REPOSITORY / "manifest.json")["dependencies"]
    paths = [(REPOSITORY / dependency["path"]).resolve() for dependency in dependencies if "path" in dependency]
    assert sorted(paths) == FOLDERS


def test_the_graphs_use_addons_that_are_there() -> None:
    names = {folder.name for folder in FOLDERS}
    graphs = load(REPOSITORY / "property.json")["ten"]["predefined_graphs"]
    used = {node["addon"] for graph in graphs for node in graph["graph"]["nodes"]}
    assert used
    assert used - names == set()
