"""The form of pyproject.toml's requirements and of constraints.txt: pip and uv must both be able to use them."""

import re
import sys
import tomllib

import pytest
from support.imports import OURS, python_files, roots
from support.require import REPOSITORY

from scripts.requirements import requirements

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"])
LINES = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [line for line in LINES if line and not line.startswith("#")]
NAME = re.compile(r"[A-Za-z0-9._-]+")


def name(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def test_a_pin_is_a_name_a_plain_version_and_perhaps_a_marker() -> None:
    # No URL, no +local version, no extra: pip refuses those in a constraint, or another machine does not have them.
    form = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [^@+]+)?")
    assert len(PINS) > 0
    assert [pin for pin in PINS if not form.fullmatch(pin)] == []


def test_a_package_that_is_pinned_twice_has_markers_that_choose() -> None:
    names = [name(pin) for pin in PINS]
    assert [pin for pin in PINS if names.count(name(pin)) > 1 and ";" not in pin] == []


def test_every_requirement_is_pinned() -> None:
    declared = {name(requirement) for requirement in requirements(EXTRAS)}
    assert declared - {name(pin) for pin in PINS} == set()


def test_the_core_is_what_the_product_imports() -> None:
    app = REPOSITORY / "ten_stream_omni_app.py"
    files = [app, *(file for layer in ("wrappers", "ten_extensions", "stream_omni") for file in python_files(layer))]
    files = [file for file in files if file.parent.name != "cosyvoice_worker"]  # runs in an environment of its own
    imported = roots(files) - OURS - sys.stdlib_module_names
    core = {name(requirement).replace("-", "_") for requirement in requirements([])}
    declared = {name(requirement).replace("-", "_") for requirement in requirements(EXTRAS)}
    assert core - imported == set()
    namespaces = {"opentelemetry"}  # which several packages share, two of them declared
    assert imported - declared - namespaces - {"pydantic_core"} == set()  # pydantic brings and pins its own core


def test_torch_is_nowhere() -> None:
    assert [pin for pin in PINS if re.match(r"torch|nvidia|triton", pin)] == []


def test_the_gpl_voice_is_only_an_extra() -> None:
    assert "espeakng-loader" not in map(name, requirements([]))
    assert "espeakng-loader" in map(name, requirements(["espeak"]))


def test_an_unknown_extra_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-extra"):
        requirements(["no-such-extra"])


def test_the_python_versions_are_those_that_the_bootstrap_looks_for() -> None:
    script = (REPOSITORY / "scripts/find_python.sh").read_text(encoding="utf-8")
    found = re.search(r'suitable_versions="(.+)"', script)
    assert found
    assert sorted(found[1].split()) == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == ">=3.11,<3.14"
