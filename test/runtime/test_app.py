"""The app: its hooks, its folder, its end (contract 1.5, 2.1, 5)."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from support.ten_graphs import GraphApp, close_app, make_graph, predefined, run_app
from ten_runtime import App, AsyncExtension, AsyncTenEnv, Cmd, Extension, TenEnv

ADDON = """
from ten_runtime import Addon, AsyncExtension, AsyncTenEnv, Cmd, Loc, register_addon_as_extension

class Closing(AsyncExtension):
    async def on_start(self, ten_env):
        import asyncio
        print("properties", await ten_env.get_property_to_json(""))
        self.task = asyncio.create_task(self.close(ten_env))

    async def close(self, ten_env):
        cmd = Cmd.create("ten:close_app")
        cmd.set_dests([Loc("")])
        await ten_env.send_cmd(cmd)

@register_addon_as_extension("{name}")
class ClosingAddon(Addon):
    def on_create_instance(self, ten_env, name, context):
        ten_env.on_create_instance_done(Closing(name), context)
"""


@pytest.fixture
def app_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty app folder that the runtime takes for its own."""
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(tmp_path))
    (tmp_path / "manifest.json").write_text('{"type": "app", "name": "app", "version": "0.1.0"}')
    return tmp_path


def add_addon(app_dir: Path, name: str, source: str) -> None:
    folder = app_dir / "ten_packages" / "extension" / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from . import addon")
    (folder / "addon.py").write_text(source)
    (folder / "manifest.json").write_text(json.dumps({"type": "extension", "name": name, "version": "0.1.0"}))
    (folder / "property.json").write_text('{"own": true}')


def write_graph(app_dir: Path, *addons: str, **ten: Any) -> None:
    nodes = [{"type": "extension", "name": f"node_{index}", "addon": name} for index, name in enumerate(addons)]
    graph = {"name": "main", "auto_start": True, "graph": {"nodes": nodes}}
    (app_dir / "property.json").write_text(json.dumps({"ten": {"predefined_graphs": [graph], **ten}}))


def test_an_app_folder_runs(app_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add_addon(app_dir, "app_folder_addon", ADDON.replace("{name}", "app_folder_addon"))
    write_graph(app_dir, "app_folder_addon")
    assert run_app(App()).failure == ""
    assert '"own": true' in capfd.readouterr().out


def test_only_addons_that_a_graph_uses_are_imported(app_dir: Path) -> None:
    add_addon(app_dir, "used_addon", ADDON.replace("{name}", "used_addon"))
    add_addon(app_dir, "broken_addon", "raise RuntimeError('imported')")
    write_graph(app_dir, "used_addon")
    assert run_app(App()).failure == ""


def test_preload_imports_all_and_a_broken_one_does_no_harm(app_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add_addon(app_dir, "preloading_addon", ADDON.replace("{name}", "preloading_addon"))
    add_addon(app_dir, "broken_preloaded_addon", "raise RuntimeError('imported')")
    write_graph(app_dir, "preloading_addon", addon={"preload_all": True})
    assert run_app(App()).failure == ""
    assert "RuntimeError: imported" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("raise RuntimeError('broken on import')", ["RuntimeError: broken on import", "addon.py", "line 1"]),
        ("import no_such_module_anywhere", ["no_such_module_anywhere"]),
        ("x =", ["SyntaxError"]),
        ("raise SystemExit(3)", ["SystemExit"]),
        ("", ["registered no addon"]),
    ],
)
def test_an_addon_that_cannot_be_imported_fails_the_graph(
    app_dir: Path, source: str, expected: list[str], request: pytest.FixtureRequest
) -> None:
    name = f"bad_addon_{abs(hash(source))}"
    add_addon(app_dir, name, source)
    write_graph(app_dir, name)
    failure = run_app(App()).failure
    for part in ('graph "main"', 'node "node_0"', name, *expected):
        assert part in failure


def test_an_unknown_addon_is_named_with_its_neighbours(app_dir: Path) -> None:
    add_addon(app_dir, "local_vad_addon", ADDON.replace("{name}", "local_vad_addon"))
    write_graph(app_dir, "local_vda_addon")
    failure = run_app(App()).failure
    assert 'addon "local_vda_addon" is not known' in failure
    assert 'did you mean "local_vad_addon"?' in failure


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", ["property.json", "line 1", "column 2"]),
        ("[]", ["property.json", "expected an object"]),
        ('{"ten": {"predefined_graphs": {}}}', ["ten.predefined_graphs", "expected a list"]),
        ('{"ten": {"predefined_graphs": [{"graph": {}}]}}', ["predefined_graphs[0]", '"name" is missing']),
        ('{"ten": {"predefined_graphs": [{"name": "g"}]}}', ["predefined_graphs[0]", '"graph" is missing']),
        ('{"ten": {"long_running_mode": "yes"}}', ["ten.long_running_mode", "true or false"]),
        ('{"ten": {"log": {}}}', ["ten.log", "handlers"]),
        ('{"ten": {"uri": 3}}', ["ten.uri", "expected a string"]),
        ('{"ten": {"predefined_graphs": [{"name": "g", "graph": {"nodes": []}}]}}', ['graph "g"', "no extension node"]),
        ('{"ten": {"predefined_graphs": [{"name": "g", "graph": 1}, {"name": "g", "graph": 1}]}}', ["another", '"g"']),
    ],
)
def test_a_broken_property_file_closes_the_app_and_says_where(app_dir: Path, content: str, expected: list[str]) -> None:
    (app_dir / "property.json").write_text(content)
    failure = run_app(App()).failure
    for part in expected:
        assert part in failure


def test_hooks_come_in_order_with_properties_from_init_on() -> None:
    order: list[Any] = []

    class Own(GraphApp):
        def on_configure(self, ten_env: TenEnv) -> None:
            order.append(("configure", ten_env.get_property_int("user")[0]))
            assert ten_env.log_info("from the app") is None
            super().on_configure(ten_env)

        def on_init(self, ten_env: TenEnv) -> None:
            order.append(("init", ten_env.get_property_int("user")[0], threading.get_ident()))
            assert ten_env.set_property_int("user", 4) is None
            error = ten_env.send_cmd(Cmd.create("c"))
            assert error is not None
            threading.Timer(0.01, ten_env.on_init_done).start()

        def on_deinit(self, ten_env: TenEnv) -> None:
            order.append(("deinit", ten_env.get_property_int("user")[0], threading.get_ident()))
            ten_env.on_deinit_done()

    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    graph = make_graph({"a": Closing})
    app = Own({"predefined_graphs": [predefined("g", graph)]}, user=3)
    app.run(False)  # on this thread
    ident = threading.get_ident()
    assert order == [("configure", 0), ("init", 3, ident), ("deinit", 4, ident)]


def test_an_app_that_is_to_run_long_outlives_its_graphs() -> None:
    stopped = threading.Event()

    class Leaving(Extension):
        def on_deinit(self, ten_env: TenEnv) -> None:
            stopped.set()
            ten_env.on_deinit_done()

        def on_start(self, ten_env: TenEnv) -> None:
            from ten_runtime import Loc, StopGraphCmd

            ten_env.on_start_done()
            stop = StopGraphCmd.create()
            stop.set_dests([Loc("")])
            ten_env.send_cmd(stop)

    graph = predefined("g", make_graph({"a": Leaving}))
    run_app(GraphApp({"predefined_graphs": [graph]}))  # ends with its last graph
    app = GraphApp({"predefined_graphs": [graph], "long_running_mode": True})
    stopped.clear()
    app.run(run_in_background=True)
    assert stopped.wait(10)
    assert app._thread is not None
    app._thread.join(0.05)
    assert app._thread.is_alive()
    app.close()
    app.close()
    app.wait()


def test_apps_live_beside_each_other_and_one_after_the_other() -> None:
    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    graph = predefined("g", make_graph({"a": Closing}))
    waiting = GraphApp({"long_running_mode": True})
    waiting.run(run_in_background=True)
    app = GraphApp({"predefined_graphs": [graph]})
    for _ in range(3):
        run_app(app)
    waiting.close()
    waiting.wait()
    run_app(app)


def test_an_app_may_be_closed_before_it_runs() -> None:
    app = GraphApp({"long_running_mode": True})
    app.close()
    run_app(app)


def test_a_missing_app_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEN_APP_BASE_DIR", str(tmp_path / "nowhere"))
    assert "TEN_APP_BASE_DIR" in run_app(App()).failure


def test_the_uri_is_a_label_in_sources() -> None:
    sources: list[Any] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            from ten_runtime import Loc

            cmd = Cmd.create("c")
            cmd.set_dests([Loc("msgpack://127.0.0.1:1/", "", "a")])
            self.task = asyncio.create_task(ten_env.send_cmd(cmd))

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            sources.append(cmd.get_source().app_uri)
            close_app(ten_env)

    import asyncio

    graph = predefined("g", make_graph({"a": Node}))
    run_app(GraphApp({"predefined_graphs": [graph], "uri": "msgpack://127.0.0.1:1/"}))
    assert sources == ["msgpack://127.0.0.1:1/"]


def test_settings_without_effect_are_warned_of(capfd: pytest.CaptureFixture[str]) -> None:
    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    graph = predefined("g", make_graph({"a": Closing}))
    run_app(GraphApp({"predefined_graphs": [graph], "services": {"api": {"enabled": True}}}))
    assert "ten.services has no effect here" in capfd.readouterr().err


def test_logs_go_where_the_properties_say(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    class Logging(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            from ten_runtime import LogLevel, LogOption, Value

            ten_env.log_debug("too fine")
            ten_env.log_info("plain words", "talk", {"n": 1})
            ten_env.log_warn("a value", None, Value.from_object({"deep": [1]}))
            ten_env.log(LogLevel.ERROR, "at once", option=LogOption(sync=True))
            assert "at once" in file.read_text()
            close_app(ten_env)

    file = tmp_path / "app.log"
    handler = {
        "matchers": [{"level": "info"}],
        "formatter": {"type": "json"},
        "emitter": {"type": "file", "config": {"path": str(file)}},
    }
    handler["emitter"] = {"type": "file", "path": str(file)}
    graph = predefined("g", make_graph({"a": Logging}))
    run_app(GraphApp({"predefined_graphs": [graph], "log": {"handlers": [handler]}}))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    mine = [line for line in lines if line["message"].startswith("[a] ")]
    assert [line["message"] for line in mine] == ["[a] plain words", "[a] a value", "[a] at once"]
    assert mine[0]["category"] == "talk"
    assert [line["fields"] for line in mine] == [{"n": 1}, {"deep": [1]}, {}]
    assert {(line["function"], line["file"]) for line in mine} == {("on_start", "test_app.py")}
    assert mine[0]["pid"] == os.getpid()
