"""Addons: how extensions come to be (contract 1.4)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from support.ten_graphs import GraphApp, close_app, make_graph, predefined, register, run_app, run_graph
from ten_runtime import Addon, AsyncExtension, AsyncTenEnv, TenEnv, _AddonManager, register_addon_as_extension


class Closing(AsyncExtension):
    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        close_app(ten_env)


def test_an_instance_may_come_later_from_any_thread() -> None:
    @register_addon_as_extension("late_addon")
    class Late(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            threading.Timer(0.01, ten_env.on_create_instance_done, (Closing(name), context)).start()

    assert run_graph({"a": "late_addon", "b": Closing}).failure == ""


def test_one_addon_serves_all_nodes_and_gets_their_names() -> None:
    made: list[tuple[int, str]] = []

    @register_addon_as_extension("shared_addon")
    class Shared(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            made.append((id(self), name))
            ten_env.on_create_instance_done(Closing(name), context)

    run_graph({"a": "shared_addon", "b": "shared_addon"})
    assert [name for _, name in made] == ["a", "b"]
    assert len({ident for ident, _ in made}) == 1


def test_an_instance_too_many_is_ignored(capfd: pytest.CaptureFixture[str]) -> None:
    @register_addon_as_extension("twice_addon")
    class Twice(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            for _ in range(2):
                ten_env.on_create_instance_done(Closing(name), context)

    assert run_graph({"a": "twice_addon", "b": Closing}).failure == ""
    assert "on_create_instance_done came twice" in capfd.readouterr().err


def test_what_is_no_extension_fails_the_graph() -> None:
    @register_addon_as_extension("wrong_addon")
    class Wrong(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done({"not": "an extension"}, context)

    failure = run_graph({"a": "wrong_addon"}).failure
    assert 'node "a"' in failure
    assert "no extension" in failure


def test_an_addon_must_say_how_to_create() -> None:
    with pytest.raises(NotImplementedError, match="on_create_instance"):
        Addon().on_create_instance(None, "x", None)  # type: ignore[arg-type]


def test_the_folder_of_an_extension_is_that_of_the_decorating_file(tmp_path: Path) -> None:
    @register_addon_as_extension("here_addon")
    class Here(Addon): ...

    @register_addon_as_extension("there_addon", str(tmp_path / "addon.py"))
    class There(Addon): ...

    assert _AddonManager.find("here_addon", ()).base_dir == Path(__file__).parent
    assert _AddonManager.find("there_addon", ()).base_dir == tmp_path


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("manifest.json", "{", ["manifest.json", "line 1"]),
        ("manifest.json", '{"type": "extension", "name": "x"}', ["manifest.json", '"version" is missing']),
        ("property.json", "[1]", ["property.json", "expected an object"]),
    ],
)
def test_broken_files_of_an_extension_fail_the_graph(
    tmp_path: Path, file: str, content: str, expected: list[str]
) -> None:
    (tmp_path / file).write_text(content)
    addon_name = f"{register(Closing)}_broken"

    @register_addon_as_extension(addon_name, str(tmp_path / "addon.py"))
    class Broken(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(Closing(name), context)

    failure = run_graph({"a": addon_name}).failure
    for part in ('graph "test"', 'node "a"', *expected):
        assert part in failure


def test_an_app_that_closes_while_an_instance_is_awaited_ends_with_it() -> None:
    created = threading.Event()
    hooks: list[str] = []

    class Node(AsyncExtension):
        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            hooks.append("configure")

        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            hooks.append("init")

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            hooks.append("stop")

    @register_addon_as_extension("awaited_addon")
    class Awaited(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            self.finish = lambda: ten_env.on_create_instance_done(Node(name), context)
            created.set()

    graph = predefined("g", make_graph({"a": "awaited_addon"}))
    app = GraphApp({"predefined_graphs": [graph]})

    def close() -> None:
        assert created.wait(10)
        app.close()
        _AddonManager.find("awaited_addon", ()).addon.finish()  # type: ignore[attr-defined]

    threading.Thread(target=close).start()
    run_app(app)
    assert (hooks[0], hooks[-1]) == ("configure", "stop")
