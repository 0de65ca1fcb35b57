"""The start-up check with addons made for the purpose."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.graphs import Json, graph, node, property_json
from support.small_app import add_addon, add_addon_source, write_app
from ten_runtime._package import AddonFinder

from stream_omni.command_line import Options
from stream_omni.effective_property import Replacement, choose_graph
from stream_omni.graph_file import load_graph_file
from stream_omni.setting import Setting
from stream_omni.startup_check import NodeCheck, check_graph, replacements_of

CONFIG = 'preset: Literal["latency", "balanced"] = "balanced"\nspeed: float = 1.0'
NOT_HERE = """\
@classmethod
def check_here(cls, config):
    return Missing("Flite is not installed", "sudo apt-get install flite")
"""
numbers = itertools.count(1)


class SmallApp:
    """An app whose only node is `tts`; addon names are new in each test, since modules stay imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.suffix = f"{next(numbers)}_python"

    def addon(self, name: str, body: str = "pass", config: str = CONFIG) -> str:
        add_addon(self.folder, f"{name}_{self.suffix}", body, config)
        return f"{name}_{self.suffix}"

    def source(self, name: str, source: str) -> str:
        add_addon_source(self.folder, f"{name}_{self.suffix}", source)
        return f"{name}_{self.suffix}"

    def check(
        self, addon: str, property: Json | None = None, fallbacks: Json | None = None, *settings: Setting
    ) -> NodeCheck:
        content = property_json(graph("talk", [node("tts", addon, **(property or {}))]), fallbacks=fallbacks or {})
        write_app(self.folder, content)
        file = load_graph_file(self.folder)
        (found,) = check_graph(file, choose_graph(file, Options(settings=settings)), {"VOICE": "latency"})
        return found


@pytest.fixture
def app(tmp_path: Path) -> Iterator[SmallApp]:
    (tmp_path / "manifest.json").write_text('{"type": "app", "name": "small_app", "version": "0.1.0"}')
    finder = AddonFinder(tmp_path)
    finder.install()
    yield SmallApp(tmp_path)
    finder.uninstall()


def test_an_engine_that_can_run(app: SmallApp) -> None:
    found = app.check(app.addon("fine"), {"preset": "latency"})

    assert found.runs and found.missing is None and not found.mistakes


def test_a_value_that_is_not_allowed(app: SmallApp) -> None:
    found = app.check(app.addon("fine"), {"preset": "fast"})

    assert not found.runs
    assert found.mistakes == (
        'property.json: graph "talk", node "tts", preset: "fast" is not one of latency, balanced',
    )


def test_a_value_from_the_command_line_is_blamed_on_it(app: SmallApp) -> None:
    found = app.check(app.addon("fine"), {}, {}, Setting("tts", "speed", "quick"))

    (mistake,) = found.mistakes
    assert mistake.startswith('--set: graph "talk", node "tts", speed: "quick": ')


def test_an_unknown_key(app: SmallApp) -> None:
    (mistake,) = app.check(app.addon("fine"), {"sped": 1}).mistakes

    assert "sped: unknown key; allowed are preset, speed; did you mean speed?" in mistake


def test_an_unknown_addon(app: SmallApp) -> None:
    name = app.addon("whisper")

    (mistake,) = app.check(f"whispr_{app.suffix}").mistakes

    assert mistake == (
        f'property.json: graph "talk", node "tts", addon: "whispr_{app.suffix}" is not an extension of this app; '
        f'did you mean "{name}"?'
    )


def test_an_engine_that_cannot_run_here_names_the_mend(app: SmallApp) -> None:
    found = app.check(app.addon("absent", NOT_HERE))

    assert not found.runs
    assert found.missing is not None
    assert (found.missing.what, found.missing.mend) == ("Flite is not installed", "sudo apt-get install flite")


def test_a_python_package_that_is_not_installed(app: SmallApp) -> None:
    found = app.check(app.source("needy", "import no_such_package\n"))

    assert found.missing is not None
    assert found.missing.what == "the Python package no_such_package is not installed"


def test_an_addon_whose_import_fails(app: SmallApp) -> None:
    found = app.check(app.source("broken", "x = 1\nx.nope\n"))

    assert found.missing is not None
    assert "AttributeError" in found.missing.what and "(__init__.py, line 2)" in found.missing.what
    assert found.missing.trace.startswith("Traceback") and "x.nope" in found.missing.trace


def test_a_check_that_fails_counts_as_missing(app: SmallApp) -> None:
    found = app.check(app.addon("odd", "@classmethod\ndef check_here(cls, config):\n    raise OSError('no libfoo')"))

    assert found.missing is not None and found.missing.what == "its check failed: OSError: no libfoo"


def test_another_ten_extension_is_not_asked_for_a_configuration(app: SmallApp) -> None:
    assert app.check(app.source("cloud", "registered = True\n"), {"anything": 1}).runs


def test_the_first_fallback_that_can_run_is_taken(app: SmallApp) -> None:
    wanted, also_absent, fine = app.addon("a", NOT_HERE), app.addon("b", NOT_HERE), app.addon("c")
    fallbacks = {wanted: [{"addon": also_absent}, {"addon": fine, "property": {"speed": 2}}]}

    found = app.check(wanted, {}, fallbacks)

    assert found.runs and found.missing is not None
    assert replacements_of([found]) == {"tts": Replacement(fine, {"speed": 2})}


@pytest.mark.parametrize(("preset", "runs"), [("latency", True), ("balanced", False)])
def test_a_fallback_may_depend_on_the_replaced_nodes_property(app: SmallApp, preset: str, runs: bool) -> None:
    wanted, fine = app.addon("a", NOT_HERE), app.addon("c")
    fallbacks = {wanted: [{"addon": fine, "when": {"preset": ["latency"]}}]}

    assert app.check(wanted, {"preset": preset}, fallbacks).runs is runs


def test_a_mistake_in_a_fallback_is_named_by_its_place(app: SmallApp) -> None:
    wanted, fine = app.addon("a", NOT_HERE), app.addon("c")

    found = app.check(wanted, {}, {wanted: [{"addon": fine, "property": {"speed": "x"}}]})

    assert not found.runs
    assert found.mistakes[0].startswith(f'property.json: stream_omni.fallbacks, "{wanted}"[0], speed: "x"')


def test_a_mistake_is_not_hidden_by_a_fallback(app: SmallApp) -> None:
    wanted, fine = app.addon("a", NOT_HERE), app.addon("c")

    found = app.check(wanted, {"preset": "fast"}, {wanted: [{"addon": fine}]})

    assert found.mistakes and found.replacement is None


@pytest.mark.parametrize("text", ["${env:VOICE}", "${env:NOT_SET|latency}", "${env:NOT_SET|\\latency}"])
def test_environment_variables_are_looked_up(app: SmallApp, text: str) -> None:
    assert app.check(app.addon("fine"), {"preset": text}).runs


def test_a_variable_that_is_not_set(app: SmallApp) -> None:
    (mistake,) = app.check(app.addon("fine"), {"preset": "${env:NOT_SET}"}).mistakes

    assert mistake == (
        'property.json: graph "talk", node "tts", preset: the environment variable NOT_SET is not set; '
        "set it, or write ${env:NOT_SET|default}"
    )


def test_the_addons_own_defaults_count(app: SmallApp) -> None:
    name = app.addon("strict", config="voice: str")
    folder = app.folder / "ten_packages" / "extension" / name
    assert not app.check(name).runs

    (folder / "property.json").write_text('{"voice": "slt"}')

    assert app.check(name).runs
