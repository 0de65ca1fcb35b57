"""Properties of extensions and of the app (contract 1.6 and 4)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support.ten_graphs import GraphApp, close_app, close_cmd, make_graph, predefined, register, run_app, run_graph
from ten_runtime import Addon, AsyncExtension, AsyncTenEnv, Extension, TenEnv, register_addon_as_extension

Use = Callable[[AsyncTenEnv], Awaitable[None]]


def in_start(use: Use, properties: Any = None, **more: Any) -> None:
    """Run `use` in the `on_start` of an extension with these properties."""

    class User(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await use(ten_env)
            close_app(ten_env)

    run_graph({"a": User}, properties={"a": properties or {}}, **more)


async def everything(ten_env: AsyncTenEnv) -> Any:
    text, error = await ten_env.get_property_to_json("")
    assert error is None
    return json.loads(text)


def test_graph_properties_are_read_by_type() -> None:
    got: list[Any] = []

    async def use(ten_env: AsyncTenEnv) -> None:
        got.append(await ten_env.get_property_int("int"))
        got.append(await ten_env.get_property_float("float"))
        got.append(await ten_env.get_property_bool("bool"))
        got.append(await ten_env.get_property_string("deep.list[1].text"))
        got.append(await ten_env.get_property_to_json("deep.list[0]"))
        got.append(await ten_env.is_property_exist("deep.list[1]"))
        got.append(await ten_env.is_property_exist("deep.list[2]"))
        got.append(await ten_env.is_property_exist(""))

    in_start(use, {"int": 2**40, "float": 1.5, "bool": True, "deep": {"list": [7, {"text": "x"}]}})
    assert got[:5] == [(2**40, None), (1.5, None), (True, None), ("x", None), ("7", None)]
    assert got[5:] == [(True, None), (False, None), (True, None)]


@pytest.mark.parametrize(
    ("getter", "path", "zero", "code"),
    [
        ("int", "text", 0, 1),
        ("int", "float", 0, 1),
        ("float", "int", 0.0, 1),
        ("bool", "int", False, 1),
        ("string", "int", "", 3),
        ("int", "missing", 0, 100000),
    ],
)
def test_wrong_types_are_errors(getter: str, path: str, zero: Any, code: int) -> None:
    got: list[Any] = []

    async def use(ten_env: AsyncTenEnv) -> None:
        got.append(await getattr(ten_env, f"get_property_{getter}")(path))

    in_start(use, {"int": 1, "float": 1.0, "text": "1"})
    ((value, error),) = got
    assert value == zero
    assert error.error_code() == code


def test_setters_write_and_check() -> None:
    got: list[Any] = []

    async def use(ten_env: AsyncTenEnv) -> None:
        assert await ten_env.set_property_int("new.int", 2**40) is None
        assert await ten_env.set_property_float("new.float", 2) is None
        assert await ten_env.set_property_bool("new.bool", True) is None
        assert await ten_env.set_property_string("new.text", "x") is None
        assert await ten_env.set_property_from_json("new.json", "[1]") is None
        for wrong in (
            ten_env.set_property_int("k", 2**63),
            ten_env.set_property_int("", 1),
            ten_env.set_property_string("k", 1),  # type: ignore[arg-type]
            ten_env.set_property_from_json("k", "{"),
            ten_env.set_property_from_json("", "1"),
            ten_env.set_property_from_json(None, "1"),  # type: ignore[arg-type]
        ):
            with pytest.raises(ValueError):
                await wrong
        got.append(await everything(ten_env))

    in_start(use)
    assert got == [{"new": {"int": 2**40, "float": 2.0, "bool": True, "text": "x", "json": [1]}}]


def test_the_sync_environment_reports_bad_json_as_a_code() -> None:
    codes: list[Any] = []

    class User(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            error = ten_env.set_property_from_json("k", "{")
            codes.append(error.error_code() if error else None)
            codes.append(ten_env.set_property_int("k", 2**40))
            codes.append(ten_env.get_property_int("k"))
            codes.append(ten_env.get_property_to_json("k"))
            with pytest.raises(ValueError):
                ten_env.set_property_from_json("", "1")
            ten_env.on_start_done()
            ten_env.send_cmd(close_cmd())

    run_graph({"a": User})
    assert codes == [2, None, (2**40, None), (str(2**40), None)]


def write_extension(folder: Path, make: Any, properties: Any = None, api: Any = None) -> str:
    """A folder with manifest.json and property.json, and an addon registered for it; returns the addon's name."""
    addon_name = f"{register(make)}_in_folder"
    manifest = {"type": "extension", "name": addon_name, "version": "0.1.0", **({"api": api} if api else {})}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    if properties is not None:
        (folder / "property.json").write_text(json.dumps(properties))

    @register_addon_as_extension(addon_name, str(folder / "addon.py"))
    class FolderAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(make(name), context)

    return addon_name


def collect_properties(into: list[Any], configure: Use | None = None) -> type[AsyncExtension]:
    """An extension that notes all its properties in `on_configure` and in `on_init`."""

    class Reader(AsyncExtension):
        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            into.append(await everything(ten_env))
            if configure is not None:
                await configure(ten_env)

        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            into.append(await everything(ten_env))
            close_app(ten_env)

    return Reader


def test_the_graph_is_merged_over_the_property_file(tmp_path: Path) -> None:
    seen: list[Any] = []
    own = {"kept": 1, "deep": {"kept": 1, "replaced": 1, "list": [1, 2]}}
    addon = write_extension(tmp_path, collect_properties(seen), own)
    run_graph({"a": addon}, properties={"a": {"deep": {"replaced": 2, "list": [3]}, "new": {"x": None}}})
    assert seen[0] == {}  # nothing is to be seen in on_configure
    assert seen[1] == {"kept": 1, "deep": {"kept": 1, "replaced": 2, "list": [3]}, "new": {"x": None}}


def test_init_property_replaces_the_file_and_what_is_set_wins(tmp_path: Path) -> None:
    seen: list[Any] = []

    async def configure(ten_env: AsyncTenEnv) -> None:
        await ten_env.set_property_int("set", 3)
        assert await ten_env.init_property_from_json('{"init": 1, "graph": 1, "set": 1}') is None
        seen.append(await everything(ten_env))

    addon = write_extension(tmp_path, collect_properties(seen, configure), {"file": 1})
    run_graph({"a": addon}, properties={"a": {"graph": 2, "set": 2}})
    assert seen == [{}, {"set": 3}, {"init": 1, "graph": 2, "set": 3}]


def test_init_property_is_too_late_after_configure() -> None:
    got: list[Any] = []

    async def use(ten_env: AsyncTenEnv) -> None:
        got.append(await ten_env.init_property_from_json('{"late": 1}'))
        got.append(await everything(ten_env))

    in_start(use, {"k": 1})
    assert got[0].error_code() == 1
    assert got[0].error_message() == "Invalid timing to init property."
    assert got[1] == {"k": 1}


def test_scopes_reach_the_app_and_the_extension() -> None:
    got: list[Any] = []

    class User(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            got.append(await ten_env.get_property_string("app:user.name"))
            got.append(await ten_env.get_property_int("extension:k"))
            got.append(await ten_env.set_property_int("app:user.age", 3))
            got.append(await ten_env.get_property_int("app:user.age"))
            close_app(ten_env)

    graph = make_graph({"a": User}, properties={"a": {"k": 1}})
    run_app(GraphApp({"predefined_graphs": [predefined("g", graph)]}, user={"name": "Ada"}))
    assert got == [("Ada", None), (1, None), None, (3, None)]


def test_environment_variables_are_whole_values_and_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_TEN_KEY", "12")
    monkeypatch.delenv("TEST_TEN_UNSET", raising=False)
    got: list[Any] = []

    async def use(ten_env: AsyncTenEnv) -> None:
        got.append(await everything(ten_env))

    in_start(
        use,
        {
            "key": "${env:TEST_TEN_KEY}",
            "deep": ["${env:TEST_TEN_UNSET|default}", "${env:TEST_TEN_UNSET|}"],
            "part": "x ${env:TEST_TEN_KEY}",
        },
    )
    assert got == [{"key": "12", "deep": ["default", ""], "part": "x ${env:TEST_TEN_KEY}"}]


def test_an_unset_variable_without_a_default_ends_the_process(
    exits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_TEN_UNSET", raising=False)

    async def use(ten_env: AsyncTenEnv) -> None: ...

    class User(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    app = run_graph({"a": User}, properties={"a": {"params": {"key": "${env:TEST_TEN_UNSET}"}}})
    assert exits.pop() == 1
    for part in ('graph "test"', 'node "a"', "params.key", "TEST_TEN_UNSET is not set"):
        assert part in app.failure


def test_text_that_is_no_object_ends_the_process(exits: list[int]) -> None:
    class User(AsyncExtension):
        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.init_property_from_json("{broken")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    app = run_graph({"a": User})
    assert exits.pop() == 1
    assert "{broken" in app.failure
    assert 'node "a"' in app.failure


API = {"property": {"properties": {"f": {"type": "float64"}, "u": {"type": "uint8"}, "s": {"type": "string"}}}}


def test_a_schema_converts_numbers_and_warns_of_what_does_not_fit(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []
    addon = write_extension(tmp_path, collect_properties(seen), api=API)
    run_graph({"a": addon}, properties={"a": {"f": 3, "u": 300, "s": 1, "other": "x"}})
    assert json.dumps(seen[1]["f"]) == "3.0"
    assert seen[1]["other"] == "x"
    log = capfd.readouterr().err
    assert 'node "a": property u' in log
    assert 'node "a": property s' in log


def test_a_schema_checks_what_is_set(tmp_path: Path) -> None:
    codes: list[Any] = []

    class User(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for setting in (
                ten_env.set_property_int("f", 3),
                ten_env.set_property_int("u", 300),
                ten_env.set_property_int("s", 3),
                ten_env.set_property_int("other", 3),
            ):
                error = await setting
                codes.append(error.error_code() if error else None)
            codes.append(await ten_env.get_property_float("f"))
            close_app(ten_env)

    run_graph({"a": write_extension(tmp_path, User, api=API)})
    assert codes == [None, 1, 1, None, (3.0, None)]
