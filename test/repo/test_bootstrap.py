"""scripts/bootstrap.sh on machines that are played by small stand-ins for Python, uv and the system's tools."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from support.require import REPOSITORY

TOOLS = ["cat", "cksum", "cp", "cut", "dirname", "env", "mkdir", "rm", "sed", "sh", "sort", "tr"]

PYTHON = """#!/bin/sh
echo "python{version} $*" >>"$CALLS"
case "$1 $2" in
    "-c "*) echo "{version} {machine}" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip")
        [ ! -e "$FAILS" ] || exit 1
        case "$*" in *" uv") cp "$UV" "${{0%/*}}/uv" ;; esac ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >>"$CALLS"
[ "$1" != venv ] || { mkdir -p .venv/bin && cp "$FETCHED" .venv/bin/python; }
"""


class Machine:
    """A folder with the project's scripts, and a PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path, system: str = "Linux", machine: str = "x86_64", macos: str = "15.1") -> None:
        self.machine = machine
        self.project = folder / "project"
        shutil.copytree(REPOSITORY / "scripts", self.project / "scripts")
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(REPOSITORY / name, self.project)
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.calls_file = folder / "calls"
        self.fails = folder / "fails"
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path
            (self.programs / tool).symlink_to(path)
        self.add("uname", f'#!/bin/sh\ncase "$1" in -s) echo {system} ;; -m) echo {machine} ;; esac\n')
        if system == "Darwin":
            self.add("sw_vers", f"#!/bin/sh\necho {macos}\n")
        elif system == "Linux":
            self.add("flite", "#!/bin/sh\n")
        self._write(folder / "uv", UV)
        self._write(folder / "fetched", PYTHON.format(version="3.13", machine=machine))
        self.environment = {
            "PATH": str(self.programs),
            "CALLS": str(self.calls_file),
            "FAILS": str(self.fails),
            "UV": str(folder / "uv"),
            "FETCHED": str(folder / "fetched"),
        }

    def add(self, name: str, script: str) -> None:
        self._write(self.programs / name, script)

    def add_python(self, version: str, name: str = "") -> None:
        self.add(name or f"python{version}", PYTHON.format(version=version, machine=self.machine))

    def bootstrap(self, purpose: str = "run", **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run it; afterwards `calls` holds what this run called."""
        self.calls_file.write_text("")
        return subprocess.run(
            [self.project / "scripts/bootstrap.sh", purpose],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=30,
        )

    @property
    def calls(self) -> list[str]:
        """Calls of the last run, without those that only look."""
        calls = self.calls_file.read_text().splitlines()
        return [call for call in calls if " -c import" not in call and "--version" not in call]

    @property
    def venv(self) -> Path:
        return self.project / ".venv"

    def _write(self, path: Path, script: str) -> None:
        path.write_text(script)
        path.chmod(0o755)


@pytest.fixture
def linux(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def calls_with(machine: Machine, text: str) -> list[str]:
    return [call for call in machine.calls if text in call]


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (["3.11", "3.12", "3.13"], "3.13"),
        (["3.11", "3.12", "3.14"], "3.11"),
        (["3.9", "3.12"], "3.12"),
    ],
)
def test_the_best_python_makes_the_environment(linux: Machine, there: Iterable[str], chosen: str) -> None:
    for version in there:
        linux.add_python(version)
    result = linux.bootstrap()
    assert result.returncode == 0, result.stderr
    assert calls_with(linux, "-m venv") == [f"python{chosen} -m venv .venv"]
    assert f"python{chosen}" in result.stdout
    assert ("speech recognition is left out" in result.stdout) == (chosen == "3.12")


def test_a_python_that_is_found_but_does_not_run_is_passed_over(linux: Machine) -> None:
    linux.add("python3.13", "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    linux.add_python("3.11", name="python3")
    assert linux.bootstrap().returncode == 0
    assert calls_with(linux, "-m venv") == ["python3.11 -m venv .venv"]


@pytest.mark.parametrize("version", ["3.9", "3.14"])
def test_older_and_newer_pythons_are_refused_in_a_sentence(linux: Machine, version: str) -> None:
    linux.add_python(version, name="python3")
    result = linux.bootstrap()
    assert result.returncode == 1
    assert result.stderr.startswith("error: Stream-Omni needs Python 3.11, 3.12 or 3.13; python3 is " + version)
    assert not linux.venv.exists()


def test_a_named_python_that_does_not_suit_is_refused_and_nothing_is_lost(linux: Machine) -> None:
    linux.add_python("3.11")
    linux.add_python("3.14")
    linux.bootstrap()
    for name in ("python3.14", "no_such_python"):
        result = linux.bootstrap(PYTHON=name)
        assert result.returncode == 1
        assert f"PYTHON={name}" in result.stderr
        assert linux.venv.exists()


def test_a_named_python_replaces_the_environment_of_another(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.add_python("3.11")
    linux.bootstrap()
    assert linux.bootstrap(PYTHON="python3.11").returncode == 0
    assert calls_with(linux, "-m venv") == ["python3.11 -m venv .venv"]


def test_the_second_time_nothing_is_done(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.bootstrap("test")
    for purpose in ("test", "run", "lint"):
        result = linux.bootstrap(purpose)
        assert (result.returncode, result.stdout, linux.calls) == (0, "", [])


def test_another_target_adds_what_it_needs_and_keeps_the_rest(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.bootstrap("test")
    linux.bootstrap("bench")
    assert calls_with(linux, "requirements.py") == ["python3.13 scripts/requirements.py bench dev"]
    assert not calls_with(linux, "-m venv")


def test_extras_of_the_user_are_installed(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.bootstrap("run", EXTRAS="whisper aec")
    assert calls_with(linux, "requirements.py") == ["python3.13 scripts/requirements.py aec whisper"]


def test_new_pins_are_installed_with_the_extras_that_were_in(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.bootstrap("test")
    with (linux.project / "constraints.txt").open("a") as pins:
        pins.write("something==1\n")
    linux.bootstrap("run")
    assert calls_with(linux, "requirements.py") == ["python3.13 scripts/requirements.py dev"]
    assert calls_with(linux, "-m pip install")


def test_a_failed_installation_says_so_and_is_tried_again(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.fails.touch()
    result = linux.bootstrap()
    assert result.returncode == 1
    assert "could not be installed" in result.stderr
    linux.fails.unlink()
    result = linux.bootstrap()
    assert result.returncode == 0
    assert calls_with(linux, "-m pip install")
    assert not calls_with(linux, "-m venv")


def test_an_interrupted_installation_starts_again(linux: Machine) -> None:
    killed_while_installing = PYTHON.replace('"-m pip")', '"-m pip")\n        [ ! -e "$FAILS" ] || kill -9 $PPID')
    linux.add("python3.13", killed_while_installing.format(version="3.13", machine="x86_64"))
    linux.fails.touch()
    assert linux.bootstrap().returncode != 0
    (linux.venv / "half").touch()
    linux.fails.unlink()
    result = linux.bootstrap()
    assert result.returncode == 0
    assert "did not end" in result.stdout
    assert not (linux.venv / "half").exists()
    assert linux.bootstrap().stdout == ""


def test_an_environment_whose_python_is_gone_is_made_anew(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.bootstrap()
    (linux.venv / "bin/python").unlink()
    assert "does not run any more" in linux.bootstrap().stdout
    assert calls_with(linux, "-m venv")


def test_uv_installs_where_it_is_there(linux: Machine) -> None:
    linux.add_python("3.13")
    linux.add("uv", UV)
    assert linux.bootstrap().returncode == 0
    assert [call.split()[1:3] for call in calls_with(linux, "uv ")] == [["venv", "--quiet"], ["pip", "install"]]
    assert not calls_with(linux, "-m pip")


def test_without_flite_the_gpl_voice_is_installed_and_its_licence_named(linux: Machine) -> None:
    linux.add_python("3.13")
    (linux.programs / "flite").unlink()
    result = linux.bootstrap()
    assert calls_with(linux, "requirements.py") == ["python3.13 scripts/requirements.py espeak"]
    assert "GPL, version 3" in result.stdout


def test_with_flite_no_gpl_voice_is_installed(linux: Machine) -> None:
    linux.add_python("3.13")
    assert "GPL" not in linux.bootstrap().stdout
    assert calls_with(linux, "requirements.py") == ["python3.13 scripts/requirements.py"]


def test_apple_silicon_gets_the_engines_of_the_default_graph(tmp_path: Path) -> None:
    mac = Machine(tmp_path, system="Darwin", machine="arm64", macos="14.0")
    mac.add_python("3.13")
    mac.bootstrap()
    assert calls_with(mac, "requirements.py") == ["python3.13 scripts/requirements.py lmstudio mlx whisper"]


def test_an_old_macos_goes_without_mlx_and_says_why(tmp_path: Path) -> None:
    mac = Machine(tmp_path, system="Darwin", machine="arm64", macos="13.6.1")
    mac.add_python("3.13")
    result = mac.bootstrap()
    assert "macOS 13.6.1: MLX needs macOS 14" in result.stdout
    assert calls_with(mac, "requirements.py") == ["python3.13 scripts/requirements.py lmstudio whisper"]


def test_an_intel_python_on_apple_silicon_is_passed_over(tmp_path: Path) -> None:
    mac = Machine(tmp_path, system="Darwin", machine="arm64")
    mac.add("python3.13", PYTHON.format(version="3.13", machine="x86_64"))
    mac.add_python("3.11")
    mac.bootstrap()
    assert calls_with(mac, "-m venv") == ["python3.11 -m venv .venv"]


def test_a_mac_with_only_its_own_python_gets_one_through_uv(tmp_path: Path) -> None:
    mac = Machine(tmp_path, system="Darwin", machine="arm64")
    mac.add_python("3.9", name="python3")
    result = mac.bootstrap()
    assert result.returncode == 0, result.stderr
    assert "installing uv into .tools" in result.stdout
    assert calls_with(mac, "uv venv") == ["uv venv --quiet --allow-existing --python 3.13 .venv"]
    assert calls_with(mac, "uv pip install")
    assert mac.bootstrap().stdout == ""
