"""Getting the model. The hub is a double: what it is asked for, and what happens with its answers."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.require import require

require("mlx")

import huggingface_hub  # noqa: E402
from huggingface_hub.errors import RepositoryNotFoundError  # noqa: E402
from support.tiny_spark import copy_of, tiny_spark  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.tts.spark.loading import LICENCE, find_model  # noqa: E402

NAME = "mlx-community/Spark-TTS-0.5B-8bit"


class Hub:
    """Gives the small model, as far as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left_out: Sequence[str] = ()
        self.fails: Callable[[], None] = lambda: None

    def snapshot_download(self, repository: str, local_dir: Path, allow_patterns: list[str]) -> str:
        self.asked.append(repository)
        self.fails()
        left_out = self.left_out if repository == NAME else ()
        patterns = [pattern for pattern in allow_patterns if "/" in pattern] or ["**/*"]
        for pattern in patterns:
            for file in tiny_spark().glob(pattern):
                target = local_dir / file.relative_to(tiny_spark())
                if file.is_file() and not any(part in str(target) for part in left_out):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target)
        return str(local_dir)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    double = Hub()
    monkeypatch.setattr(huggingface_hub, "snapshot_download", double.snapshot_download)
    return double


def find(model: str, cache: Path) -> tuple[Any, list[str]]:
    told: list[str] = []
    return find_model(model, cache, told.append), told


def test_a_folder_is_taken_as_it_is(tmp_path: Path, hub: Hub) -> None:
    folder, told = find(str(tiny_spark()), tmp_path)
    assert folder.path == tiny_spark()
    assert (told, hub.asked) == ([], [])


def test_a_name_is_downloaded_once_and_the_licence_told(tmp_path: Path, hub: Hub) -> None:
    folder, told = find(NAME, tmp_path)
    _, told_again = find(NAME, tmp_path)

    assert folder.codec.is_relative_to(tmp_path)
    assert told[0] == LICENCE and "CC BY-NC-SA 4.0" in LICENCE
    assert hub.asked == [NAME]
    assert told_again == []


def test_a_codec_that_a_quantised_model_lacks_is_fetched(tmp_path: Path, hub: Hub) -> None:
    hub.left_out = ("BiCodec", "wav2vec2")
    folder, _ = find(NAME, tmp_path)

    assert hub.asked == [NAME, "mlx-community/Spark-TTS-0.5B-bf16"]
    assert folder.speech_features().is_dir()


def test_a_broken_download_is_taken_up_again(tmp_path: Path, hub: Hub) -> None:
    def breaks_off() -> None:
        raise ConnectionError("the network is down\nand more")

    hub.left_out = ("model.safetensors",)
    with pytest.raises(EngineMissing, match=r"model\.safetensors is missing; download the model again"):
        find(NAME, tmp_path)
    hub.fails = breaks_off
    with pytest.raises(EngineMissing, match=r"could not be downloaded \(the network is down\); check the network"):
        find(NAME, tmp_path)
    hub.left_out, hub.fails = (), lambda: None
    assert find(NAME, tmp_path)[0].path.is_dir()


def test_a_name_that_the_hub_does_not_know(tmp_path: Path, hub: Hub) -> None:
    def unknown() -> None:
        raise RepositoryNotFoundError.__new__(RepositoryNotFoundError)

    hub.fails = unknown
    with pytest.raises(EngineMissing, match=f"hub has no model {NAME}; check the name"):
        find(NAME, tmp_path)


@pytest.mark.parametrize("model", ["./models/spark", "/no/such/folder", "~/nothing here", "", "spark", "a/b/c"])
def test_what_is_neither_folder_nor_name_is_refused(tmp_path: Path, hub: Hub, model: str) -> None:
    with pytest.raises(EngineMissing, match="give the folder of a Spark-TTS model"):
        find(model, tmp_path)
    assert hub.asked == []


def test_a_folder_with_half_a_file_is_refused(tmp_path: Path, hub: Hub) -> None:
    copied = copy_of(tiny_spark(), tmp_path / "model")
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(EngineMissing, match="only half there"):
        find(str(copied), tmp_path)
