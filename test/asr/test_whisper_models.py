"""Where a Whisper model comes from, what is wrong with one, and which one this machine is quick enough for."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from support.scripted_window import ScriptedDecoder

from wrappers.asr import command_line, whisper_models
from wrappers.asr.faster_whisper import FasterWhisperOptions, downloads, missing
from wrappers.asr.whisper_choice import Timing, choose_model
from wrappers.asr.whisper_models import download_folder, download_model, find_model
from wrappers.asr.windows import WindowDecoder
from wrappers.errors import EngineMissing


def make_model(folder: Path) -> Path:
    """The files of a model, as far as they are looked at."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.bin").write_bytes(b"\6\0\0\0\x0c\0WhisperSpec\0" + bytes(100))
    return folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A hub that has the model base, and what was fetched from it."""
    fetched: list[str] = []
    errors = ModuleType("huggingface_hub.errors")

    class RepositoryNotFoundError(Exception):
        pass

    errors.RepositoryNotFoundError = RepositoryNotFoundError  # type: ignore[attr-defined]

    def snapshot_download(repository: str, local_dir: Path, allow_patterns: list[str]) -> None:
        fetched.append(repository)
        if repository == "nobody/nothing":
            raise RepositoryNotFoundError
        if repository == whisper_models.REPOSITORIES["small"]:
            raise OSError("connection refused\nsome details")
        if not local_dir.exists():
            make_model(local_dir)
        assert "model.bin" in allow_patterns

    library = ModuleType("huggingface_hub")
    library.snapshot_download = snapshot_download  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", errors)
    monkeypatch.setattr(whisper_models, "missing_library", lambda: None)
    return fetched


def ahead(options: FasterWhisperOptions) -> list[tuple[str, bool]]:
    return [(download.name, download.needed) for download in downloads(options)]


def test_one_of_the_models_of_auto_is_enough(hub: list[str], tmp_path: Path) -> None:
    options = FasterWhisperOptions(cache=tmp_path)
    names = ["Whisper base", "Whisper small", "Whisper large-v3-turbo"]
    assert ahead(options) == [(name, True) for name in names]
    downloads(options)[0].fetch(print)
    assert hub == [whisper_models.REPOSITORIES["base"]]
    assert ahead(options) == [(name, False) for name in names[1:]]


def test_what_is_fetched_first_is_what_was_asked_for(tmp_path: Path) -> None:
    folder = str(make_model(tmp_path / "mine"))
    assert ahead(FasterWhisperOptions(folder, cache=tmp_path)) == []
    assert ahead(FasterWhisperOptions(folder, "base", cache=tmp_path)) == [("Whisper base", True)]
    assert ahead(FasterWhisperOptions("small", download=False, cache=tmp_path)) == []


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "mine")
    assert find_model(str(folder), tmp_path) == folder
    assert download_model(str(folder), tmp_path, print) == folder


@pytest.mark.parametrize("damaged", ["config.json", "tokenizer.json", "model.bin"])
def test_a_folder_that_lacks_a_file_or_holds_a_broken_one_is_refused(tmp_path: Path, damaged: str) -> None:
    folder = make_model(tmp_path / "mine")
    (folder / damaged).write_text('{"half')
    with pytest.raises(
        EngineMissing, match=rf"{damaged} (is damaged|holds no Whisper model).*give the folder of a whole"
    ):
        find_model(str(folder), tmp_path)
    (folder / damaged).unlink()
    with pytest.raises(EngineMissing, match=f"{damaged} is missing; give the folder of a whole model"):
        find_model(str(folder), tmp_path)


def test_a_damaged_download_is_mended_by_a_command(tmp_path: Path) -> None:
    folder = make_model(download_folder("base", tmp_path))
    (folder / "model.bin").write_bytes(b"<html>not found</html>")
    with pytest.raises(EngineMissing, match=r"delete that folder, then python -m wrappers\.asr download base"):
        find_model("base", tmp_path)


@pytest.mark.parametrize("name", ["smal", "/no/such/folder", "~/no such folder", ""])
def test_a_name_that_is_no_model_is_answered_with_the_names_that_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"is no Whisper model.*auto, tiny, .*large-v3-turbo"):
        download_model(name, tmp_path, print)


def test_a_model_is_fetched_once(hub: list[str], tmp_path: Path) -> None:
    told: list[str] = []
    folder = download_model("base", tmp_path, told.append)
    assert download_model("base", tmp_path, told.append) == folder == find_model("base", tmp_path)
    assert hub == ["Systran/faster-whisper-base"]
    assert told == [f"Downloading Systran/faster-whisper-base to {folder}"]
    assert download_model("someone/else", tmp_path, told.append).name == "someone--else"


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("nobody/nothing", "the Hugging Face hub has no model nobody/nothing; check the name"),
        ("small", r"Systran/faster-whisper-small could not be downloaded \(connection refused\); check the network"),
    ],
)
def test_a_download_that_fails_says_what_to_do(hub: list[str], tmp_path: Path, model: str, text: str) -> None:
    with pytest.raises(EngineMissing, match=text):
        download_model(model, tmp_path, print)


def test_the_command_line_gets_a_model(hub: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["download", "base"], tmp_path) == 0
    assert command_line.main(["download", "nobody/nothing"], tmp_path) == 1
    assert "has no model nobody/nothing" in capsys.readouterr().err
    assert command_line.main(["download", "auto"], tmp_path) == 1  # small cannot be had
    with pytest.raises(SystemExit, match="2"):
        command_line.main(["upload"])


def test_what_is_missing_is_told_before_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wrappers.asr.faster_whisper.whisper_models.missing_library", lambda: None)
    monkeypatch.setattr("wrappers.asr.faster_whisper.chinese_script.missing", lambda script: None)

    def problem(model: str, download: bool) -> str:
        found = missing(FasterWhisperOptions(model=model, download=download, cache=tmp_path))
        return str(found) if found else ""

    wanted = "the Whisper model base is not on this machine; python -m wrappers.asr download base"
    assert problem("base", download=False) == problem("auto", download=False) == wanted
    assert problem("base", download=True) == problem("auto", download=True) == problem("some/one", download=True) == ""
    assert "is no Whisper model" in problem("smal", download=True)

    make_model(download_folder("small", tmp_path))
    assert problem("small", download=False) == problem("auto", download=False) == ""
    (download_folder("small", tmp_path) / "tokenizer.json").unlink()
    assert "tokenizer.json is missing" in problem("small", download=True)


def test_a_missing_library_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper_models.importlib, "util", SimpleNamespace(find_spec=lambda name: None))
    assert 'make run EXTRAS="whisper"' in str(missing(FasterWhisperOptions()))


# --- Which model `auto` takes. ----------------------------------------------------------------------------------------

FINALS_MS = {"base": 50, "small": 150, "large-v3-turbo": 550}


def choose(factor: float, absent: tuple[str, ...] = ()) -> tuple[str, str, list[str]]:
    """The model for finals, the one for partials, and what was loaded, on a machine so many times as slow."""
    loaded: list[str] = []

    def load(name: str) -> WindowDecoder:
        if name in absent:
            raise EngineMissing(f"{name} is not here", "get it")
        loaded.append(name)
        return ScriptedDecoder(name)

    def measure(decoder: WindowDecoder) -> Timing:
        final_ms = round(FINALS_MS[decoder.model] * factor)
        return Timing(final_ms, round(final_ms * 0.9))

    choice = choose_model(load, measure)
    assert set(choice.timings) == set(loaded)
    return choice.name, choice.partial.model if choice.partial else "", loaded


def test_auto_takes_the_largest_model_that_is_ready_in_time() -> None:
    assert choose(1) == ("large-v3-turbo", "large-v3-turbo", ["base", "small", "large-v3-turbo"])
    assert choose(2)[:2] == ("small", "small")
    assert choose(5)[:2] == ("base", "base")


def test_auto_does_not_even_load_what_cannot_be_in_time() -> None:
    assert choose(5)[2] == ["base"]
    assert choose(1.15)[2] == ["base", "small", "large-v3-turbo"]


def test_partials_that_take_too_long_come_from_a_smaller_model_or_not_at_all() -> None:
    assert choose(3.8) == ("small", "base", ["base", "small"])
    assert choose(12) == ("base", "", ["base"])


def test_auto_makes_do_with_what_can_be_had() -> None:
    assert choose(1, absent=("large-v3-turbo",))[0] == "small"
    assert choose(1, absent=("base",))[0] == "large-v3-turbo"
    with pytest.raises(EngineMissing, match="base is not here"):
        choose(1, absent=tuple(FINALS_MS))
