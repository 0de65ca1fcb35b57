"""What is wrong with a model folder is said so that a user can mend it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.require import REPOSITORY

from wrappers import mlx_library
from wrappers.errors import EngineMissing
from wrappers.mlx_library import require_mlx
from wrappers.safetensors_file import check_weights, fingerprint
from wrappers.tts.spark.model_folder import open_model_folder

CODEC_TENSORS = ["quantizer.codebook.weight", "prenet.linear.weight", "decoder.model.0.weight_v"]


def write_weights(path: Path, *names: str, value: bytes = b"\1\2\3\4") -> None:
    """A safetensors file of one number per tensor."""
    tensors = {
        name: {"dtype": "F32", "shape": [1], "data_offsets": [4 * index, 4 * index + 4]}
        for index, name in enumerate(names)
    }
    header = json.dumps({"__metadata__": {"format": "pt"}, **tensors}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(header).to_bytes(8, "little") + header + value * len(names))


def write_text(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder that looks like a model."""
    folder = tmp_path / "Spark-TTS"
    write_text(folder / "config.json", '{"model_type": "qwen2", "quantization": {"bits": 4, "group_size": 64}}')
    write_text(folder / "tokenizer.json", "{}")
    write_text(folder / "tokenizer_config.json", "{}")
    write_weights(folder / "model.safetensors", "model.norm.weight")
    write_text(folder / "BiCodec" / "config.yaml", "audio_tokenizer:")
    write_weights(folder / "BiCodec" / "model.safetensors", *CODEC_TENSORS)
    return folder


def problem_with(model: Path) -> EngineMissing:
    with pytest.raises(EngineMissing) as problem:
        open_model_folder(model)
    return problem.value


def cut_to(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def test_a_whole_model(model: Path) -> None:
    folder = open_model_folder(model)
    assert folder.codec == model / "BiCodec"
    assert folder.language_model == model
    assert folder.config["quantization"] == {"bits": 4, "group_size": 64}


def test_the_layout_of_the_authors_is_a_model_too(model: Path) -> None:
    (model / "LLM").mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        (model / name).rename(model / "LLM" / name)
    assert open_model_folder(model).language_model == model / "LLM"


def test_no_folder(tmp_path: Path) -> None:
    problem = problem_with(tmp_path / "nowhere")
    assert problem.what == f"the model folder {tmp_path / 'nowhere'} does not exist"
    assert "mlx-community/Spark-TTS-0.5B-bf16" in problem.mend


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    assert "holds no config.json" in problem_with(tmp_path).what


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"model_type": "llama"}', "model_type is llama, but Spark-TTS has qwen2 or spark"),
        ('{"sample_rate": 24000}', "model_type is missing"),
        ("[]", "model_type is missing"),
        ("{", "is not readable as JSON"),
    ],
)
def test_a_model_of_another_type(model: Path, content: str, said: str) -> None:
    (model / "config.json").write_text(content, encoding="utf-8")
    assert said in problem_with(model).what


@pytest.mark.parametrize(
    "name",
    [
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors",
        "BiCodec/config.yaml",
        "BiCodec/model.safetensors",
    ],
)
def test_a_missing_file(model: Path, name: str) -> None:
    (model / name).unlink()
    problem = problem_with(model)
    assert problem.what == f"{model / name} is missing"
    assert problem.mend == "download the model again"


def test_a_missing_codec(model: Path) -> None:
    for file in (model / "BiCodec").iterdir():
        file.unlink()
    (model / "BiCodec").rmdir()
    problem = problem_with(model)
    assert problem.what == f"{model / 'BiCodec'} is missing, the part that makes sound of tokens"
    assert "take the folder BiCodec from" in problem.mend


@pytest.mark.parametrize("name", ["model.safetensors", "BiCodec/model.safetensors"])
def test_half_a_download(model: Path, name: str) -> None:
    whole = (model / name).stat().st_size
    for size in (whole - 1, 40, 0):
        cut_to(model / name, size)
        problem = problem_with(model)
        assert problem.what.startswith(f"{model / name} is ")
        assert "half there" in problem.what or size == 0
        assert problem.mend == "download the model again"


def test_a_missing_part_of_many(model: Path) -> None:
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    write_text(model / "model.safetensors.index.json", json.dumps(index))
    write_weights(model / "model-1.safetensors", "a")
    assert problem_with(model).what == f"{model / 'model-2.safetensors'} is missing"
    write_text(model / "model.safetensors.index.json", "{}")
    assert "does not list the files" in problem_with(model).what


@pytest.mark.parametrize(
    "content", [b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", b"\2\0\0\0\0\0\0\0[]", b""]
)
def test_a_file_that_is_no_weights(model: Path, content: bytes) -> None:
    (model / "BiCodec" / "model.safetensors").write_bytes(content)
    assert problem_with(model).what == f"{model / 'BiCodec' / 'model.safetensors'} is not a safetensors file"


def test_weights_of_another_codec(model: Path) -> None:
    write_weights(model / "BiCodec" / "model.safetensors", *CODEC_TENSORS[:-1])
    assert "is not the codec of Spark-TTS (it has no decoder.model.0.weight_v)" in problem_with(model).what


def test_only_the_enrolment_of_a_voice_needs_the_speech_features(model: Path) -> None:
    folder = open_model_folder(model)
    with pytest.raises(EngineMissing, match=r"wav2vec2-large-xlsr-53/config\.json is missing"):
        folder.speech_features()

    features = model / "wav2vec2-large-xlsr-53"
    write_text(features / "config.json", "{}")
    write_text(features / "preprocessor_config.json", "{}")
    write_weights(features / "model.safetensors", "a")
    assert folder.speech_features() == features


def test_the_names_in_a_file_of_weights(tmp_path: Path) -> None:
    write_weights(tmp_path / "weights", "one", "two")
    assert check_weights(tmp_path / "weights") == {"one", "two"}


def test_a_fingerprint_is_that_of_the_content(tmp_path: Path, model: Path) -> None:
    write_weights(tmp_path / "one", "a")
    write_weights(tmp_path / "same", "a")
    write_weights(tmp_path / "other", "a", value=b"\1\2\3\5")
    (tmp_path / "long").write_bytes(bytes(3_000_000))
    (tmp_path / "longer").write_bytes(bytes(3_000_001))
    prints = {name: fingerprint(tmp_path / name) for name in ("one", "same", "other", "long", "longer")}

    assert prints["one"] == prints["same"]
    assert len(set(prints.values())) == 4
    folder = open_model_folder(model)
    assert folder.codec_fingerprint() != folder.language_model_fingerprint()


@pytest.mark.parametrize(("module", "package"), [("mlx.core", "mlx"), ("mlx_audio", "mlx-audio"), ("soxr", "soxr")])
def test_a_missing_library(monkeypatch: pytest.MonkeyPatch, module: str, package: str) -> None:
    def import_module(name: str) -> None:
        if name == module:
            raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(mlx_library.importlib, "import_module", import_module)
    monkeypatch.setattr(mlx_library.platform, "system", lambda: "Linux")
    with pytest.raises(EngineMissing) as problem:
        require_mlx()
    assert problem.value.what == f"{package} is not installed"
    assert 'make run EXTRAS="mlx"' in problem.value.mend


def test_a_library_that_does_not_load_on_a_mac_without_apple_silicon(monkeypatch: pytest.MonkeyPatch) -> None:
    def import_module(name: str) -> None:
        raise ImportError("libmlx.so: cannot open shared object file")

    monkeypatch.setattr(mlx_library.importlib, "import_module", import_module)
    monkeypatch.setattr(mlx_library.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(mlx_library.platform, "machine", lambda: "x86_64")
    with pytest.raises(EngineMissing) as problem:
        require_mlx()
    assert problem.value.what == "mlx cannot be imported (libmlx.so: cannot open shared object file)"
    assert "needs a Mac with Apple Silicon" in problem.value.mend


@pytest.mark.parametrize("found", ["0.5.0", "0.6.1", "0.6"])
def test_an_old_mlx_audio(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(mlx_library.importlib, "import_module", lambda name: None)
    monkeypatch.setattr(mlx_library, "version", lambda package: found)
    with pytest.raises(EngineMissing, match=rf"mlx-audio {found} is installed, at least 0\.6\.2 is needed"):
        require_mlx()


@pytest.mark.parametrize("found", ["0.6.2", "0.7.0", "1.0"])
def test_a_recent_mlx_audio(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(mlx_library.importlib, "import_module", lambda name: None)
    monkeypatch.setattr(mlx_library, "version", lambda package: found)
    require_mlx()


def test_a_machine_without_mlx_can_still_ask() -> None:
    modules = ("model_folder", "scheduler", "speed", "rates", "calibration")
    program = f"""
import sys
sys.modules["mlx"] = None
for name in {modules}:
    __import__("wrappers.tts.spark." + name)
from wrappers.errors import EngineMissing
try:
    __import__("wrappers.mlx_library").mlx_library.require_mlx()
except EngineMissing as problem:
    print(problem.what)
"""
    asked = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
    assert (asked.stdout, asked.stderr) == ("mlx is not installed\n", "")
