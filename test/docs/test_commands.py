"""Every command of a document is one that works: it is run, or, where it would take a model, a device or minutes, read
by the program it is for."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.app_dir import use_repository
from support.documents import DOCUMENTS
from support.require import REPOSITORY, require

use_repository()

from stream_omni.command_line import parse_command_line  # noqa: E402
from stream_omni.effective_property import choose_graph  # noqa: E402
from stream_omni.graph_file import load_graph_file  # noqa: E402
from stream_omni.mermaid import to_mermaid  # noqa: E402
from stream_omni.startup_check import check_graph  # noqa: E402

BLOCK = re.compile(r"^ *```(?:sh)?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
ANY_BLOCK = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:make|python|\.venv/bin/python) [^`]+)`")
PROGRAM = re.compile(r"(make|bash|python|\.venv/bin/python) ")


def commands() -> list[tuple[str, str]]:
    """(document, command), each command once: the lines of blocks without a language or of sh, and inline ones."""
    found: dict[str, str] = {}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        lines += [" ".join(command.split()) for command in INLINE.findall(ANY_BLOCK.sub("", text))]
        for line in lines:
            if PROGRAM.match(line.strip()):
                found.setdefault(line.strip(), str(document.relative_to(REPOSITORY)))
    return [(document, command) for command, document in found.items()]


@pytest.mark.parametrize(("document", "command"), commands(), ids=lambda value: value[:60])
def test_a_command_of_a_document(document: str, command: str, tmp_path: Path) -> None:
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        a_target(words[1:])
    elif words[0] == "bash":
        assert (REPOSITORY / words[1]).exists()
    elif words[1] == "ten_stream_omni_app.py":
        the_app(words[2:])
    elif words[1] == "-m" and not words[2].startswith("wrappers"):
        the_options(["-m", words[2]], words[3:])  # another project's server
    elif words[1] == "-m":
        a_module(words[2], words[3:], tmp_path)
    else:
        the_options([words[1]], words[2:])


def a_target(words: list[str]) -> None:
    target, *variables = words or ["help"]
    settings = dict(variable.split("=", 1) for variable in variables)
    done = subprocess.run(["make", "-n", target], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert settings.keys() <= {"ARGS", "EXTRAS", "PYTHON"}
    known = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f"\n{extra} = [" in known for extra in settings.get("EXTRAS", "").split())
    arguments = shlex.split(settings.get("ARGS", "").replace("...", ""))
    if target in ("run", "doctor"):
        the_app(["--doctor", *arguments] if target == "doctor" else arguments)


def the_app(arguments: list[str]) -> None:
    """Its arguments are read, its graph is chosen, and every value of it is checked."""
    if "--help" in arguments:
        with pytest.raises(SystemExit) as ended:
            parse_command_line(arguments)
        assert ended.value.code == 0
        return
    options = parse_command_line([argument.replace("NAME", "offline") for argument in arguments])
    file = load_graph_file(REPOSITORY)
    if options.action == "show-graph":
        assert to_mermaid(file.entry(options.graph)).startswith("%%")
        return
    if options.action in ("talk", "check", "download", "doctor"):
        checks = check_graph(file, choose_graph(file, options))
        assert [mistake for check in checks for mistake in check.mistakes] == []


def a_module(module: str, arguments: list[str], folder: Path) -> None:
    """It is run, offline and with what is here; where something must be fetched, it says so and what mends it."""
    if "spark" in arguments or "calibrate" in arguments or "enrol" in arguments or "mlx-audio" in arguments:
        require("mlx")
    done = subprocess.run(
        [sys.executable, "-m", module, *(argument for argument in arguments if argument != "--play")],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(REPOSITORY), "HF_HUB_OFFLINE": "1", "XDG_CACHE_HOME": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode in (0, 1), f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or done.stderr.strip()


def the_options(program: list[str], arguments: list[str]) -> None:
    """They are among those that the program knows."""
    if program[0] == "-m":
        require("mlx")
    done = subprocess.run(
        [sys.executable, *program, "--help"], cwd=REPOSITORY, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    options = [argument.split("=")[0] for argument in arguments if argument.startswith("--")]
    assert [option for option in options if option not in done.stdout] == []


def test_commands_are_found() -> None:
    found = [command for _, command in commands()]
    assert 'make run ARGS="--help"' in found
    assert len(found) > 20
