"""Shell scripts: bash 3.2 or POSIX sh reads them, shellcheck has no complaint."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.require import REPOSITORY, require

SCRIPTS = [REPOSITORY / ".ci/run", *sorted(REPOSITORY.glob("scripts/*.sh")), *sorted(REPOSITORY.glob("test/**/*.sh"))]
LATER_THAN_BASH_3 = re.compile(r"declare -A|local -A|mapfile|readarray|\$\{\w+(,,|\^\^)|\|&|&>>|coproc")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_parses(script: Path) -> None:
    first_line = script.read_text(encoding="utf-8").split("\n", 1)[0]
    shell = "bash" if "bash" in first_line else "sh"
    result = subprocess.run([shell, "-n", script], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_uses_nothing_that_the_bash_of_macos_lacks(script: Path) -> None:
    assert LATER_THAN_BASH_3.findall(script.read_text(encoding="utf-8")) == []


def test_shellcheck_has_no_complaint() -> None:
    require("shellcheck")
    shellcheck = shutil.which("shellcheck")
    assert shellcheck
    result = subprocess.run([shellcheck, "-x", *SCRIPTS], cwd=REPOSITORY, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")
