"""`import ten_packages.extension.<addon>`."""

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ten_runtime._package import AddonFinder


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    """Each test starts without `ten_packages` and leaves nothing behind."""

    def own() -> dict[str, ModuleType]:
        return {name: module for name, module in sys.modules.items() if name.split(".")[0] == "ten_packages"}

    before, finders, paths = own(), list(sys.meta_path), list(sys.path)
    for name in before:
        del sys.modules[name]
    yield
    for name in own():
        del sys.modules[name]
    sys.modules.update(before)
    sys.meta_path[:] = finders
    sys.path[:] = paths


def write_package(
    folder: Path, kind: str, name: str, dependencies: Iterable[Any] = (), code: str = "origin = __file__\n"
) -> Path:
    folder.mkdir(parents=True)
    manifest = {"type": kind, "name": name, "version": "0.1.0", "dependencies": list(dependencies)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "__init__.py").write_text(code)
    return folder


def write_app(folder: Path, dependencies: Iterable[Any] = ()) -> Path:
    return write_package(folder, "app", "test_app", dependencies)


def load(addon: str) -> ModuleType:
    return importlib.import_module(f"ten_packages.extension.{addon}")


def test_an_addon_in_ten_packages(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app")
    folder = write_package(app / "ten_packages/extension/echo", "extension", "echo", code="from . import addon\n")
    (folder / "addon.py").write_text("origin = 5\n")
    AddonFinder(app).install()
    assert load("echo").addon.origin == 5
    assert str(app) in sys.path


def test_an_addon_from_a_path_dependency_goes_by_the_name_in_its_manifest(tmp_path: Path) -> None:
    write_package(tmp_path / "folder", "extension", "linked")
    app = write_app(tmp_path / "app", [{"path": "../folder"}])
    finder = AddonFinder(app)
    finder.install()
    assert finder.known_addons() == ("linked",)
    assert load("linked").origin == str(tmp_path / "folder" / "__init__.py")
    with pytest.raises(ModuleNotFoundError):
        load("folder")


def test_dependencies_of_dependencies_count_and_may_go_in_circles(tmp_path: Path) -> None:
    write_package(tmp_path / "a", "extension", "a", [{"path": "../b"}])
    write_package(tmp_path / "b", "extension", "b", [{"path": "../a"}, {"path": "../base"}])
    write_package(tmp_path / "base", "system", "base")
    app = write_app(tmp_path / "app", [{"path": "../a"}, {"type": "system", "name": "ten_runtime", "version": "1.0.0"}])
    finder = AddonFinder(app)
    finder.install()
    assert finder.known_addons() == ("a", "b")
    assert finder.problems == []
    assert load("b").origin == str(tmp_path / "b" / "__init__.py")
    assert importlib.import_module("ten_packages.system.base").origin == str(tmp_path / "base" / "__init__.py")


def test_an_extension_tested_on_its_own_is_found_from_its_inner_app(tmp_path: Path) -> None:
    extension = write_package(tmp_path / "my-checkout", "extension", "echo")
    app = write_app(extension / ".ten/app", [{"path": "../../"}])
    AddonFinder(app).install()
    assert load("echo").origin == str(extension / "__init__.py")


def test_what_is_installed_wins_over_a_path(tmp_path: Path) -> None:
    write_package(tmp_path / "echo", "extension", "echo")
    app = write_app(tmp_path / "app", [{"path": "../echo"}])
    inside = write_package(app / "ten_packages/extension/echo", "extension", "echo")
    AddonFinder(app).install()
    assert load("echo").origin == str(inside / "__init__.py")


def test_links_as_the_package_manager_makes_them_work(tmp_path: Path) -> None:
    outside = write_package(tmp_path / "outside", "extension", "echo")
    app = write_app(tmp_path / "app")
    (app / "ten_packages/extension").mkdir(parents=True)
    (app / "ten_packages/extension/echo").symlink_to(outside)
    AddonFinder(app).install()
    assert load("echo").origin == str(app / "ten_packages/extension/echo/__init__.py")


def test_broken_dependencies_are_told_and_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/manifest.json").write_text("{")
    write_package(tmp_path / "good", "extension", "good")
    app = write_app(tmp_path / "app", [{"path": "../bad"}, {"path": "../gone"}, {"path": "../good"}])
    finder = AddonFinder(app)
    finder.install()
    assert finder.known_addons() == ("good",)
    assert f"{tmp_path / 'bad/manifest.json'}, line 1, column 2: not valid JSON" in finder.problems[0]
    assert finder.problems[1] == f'{app / "manifest.json"}: dependency "../gone": no such folder'
    assert load("good")


def test_an_addon_is_not_imported_before_it_is_asked_for(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app")
    write_package(app / "ten_packages/extension/broken", "extension", "broken", code="raise RuntimeError('broken')\n")
    write_package(app / "ten_packages/extension/good", "extension", "good")
    finder = AddonFinder(app)
    finder.install()
    assert load("good")
    assert finder.known_addons() == ("broken", "good")
    with pytest.raises(RuntimeError, match="broken"):
        load("broken")


def test_an_app_without_packages_or_manifest(tmp_path: Path) -> None:
    finder = AddonFinder(tmp_path)
    finder.install()
    assert finder.known_addons() == ()
    assert finder.package_dir("nothing") is None
    with pytest.raises(ModuleNotFoundError, match=r"ten_packages\.extension"):
        load("nothing")


def test_a_kind_of_package_that_no_app_has_is_not_found(tmp_path: Path) -> None:
    AddonFinder(write_app(tmp_path / "app")).install()
    with pytest.raises(ModuleNotFoundError, match="extensoin"):
        importlib.import_module("ten_packages.extensoin.echo")


def test_two_apps_at_a_time_and_one_after_the_other(tmp_path: Path) -> None:
    apps = [write_app(tmp_path / f"app{index}") for index in range(3)]
    for index, app in enumerate(apps):
        write_package(app / f"ten_packages/extension/only{index}", "extension", f"only{index}")
        (app / "ten_packages/shared").mkdir()
        (app / f"ten_packages/shared/part{index}.py").write_text(f"NUMBER = {index}\n")
    first, second, third = (AddonFinder(app) for app in apps)
    first.install()
    assert load("only0")
    assert importlib.import_module("ten_packages.shared.part0").NUMBER == 0
    second.install()
    assert load("only1")
    assert importlib.import_module("ten_packages.shared.part1").NUMBER == 1
    first.uninstall()
    second.uninstall()
    third.install()
    assert load("only2")
    assert importlib.import_module("ten_packages.shared.part2").NUMBER == 2
    assert load("only0"), "stays imported"


def test_uninstall_leaves_no_trace_and_repeats_do_nothing(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app")
    write_package(app / "ten_packages/extension/early", "extension", "early")
    write_package(app / "ten_packages/extension/late", "extension", "late")
    finders, paths = list(sys.meta_path), list(sys.path)
    finder, twin = AddonFinder(app), AddonFinder(app)
    finder.install()
    finder.install()
    twin.install()
    assert load("early")
    finder.uninstall()
    assert str(app) in sys.path, "the other finder needs it"
    twin.uninstall()
    twin.uninstall()
    assert (sys.meta_path, sys.path) == (finders, paths)
    with pytest.raises(ModuleNotFoundError):
        load("late")


def test_a_ten_packages_that_was_there_before_is_extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere/ten_packages/extension").mkdir(parents=True)
    write_package(tmp_path / "elsewhere/ten_packages/extension/old", "extension", "old")
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    assert load("old")
    app = write_app(tmp_path / "app")
    write_package(app / "ten_packages/extension/new", "extension", "new")
    AddonFinder(app).install()
    assert load("new")


def test_a_regular_ten_packages_package_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = write_app(tmp_path / "app")
    write_package(app / "ten_packages/extension/echo", "extension", "echo")
    (app / "ten_packages/__init__.py").write_text("REGULAR = True\n")
    monkeypatch.syspath_prepend(str(app))
    AddonFinder(app).install()
    assert importlib.import_module("ten_packages").REGULAR
    assert load("echo")


def test_names_are_exact_also_where_the_disk_ignores_case(tmp_path: Path) -> None:
    app = write_app(tmp_path / "app")
    write_package(app / "ten_packages/extension/echo", "extension", "echo")
    assert AddonFinder(app).package_dir("Echo") is None
