"""Voices by name: styles, recordings, files; each made once."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from support.require import require

require("mlx")

from support.spark_engine import ANNA, folder, language_model  # noqa: E402
from support.tiny_spark import FEATURES, copy_of  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.tts.spark import voice_file, voices  # noqa: E402
from wrappers.tts.spark.enrolment import enrol  # noqa: E402
from wrappers.tts.spark.model_folder import ModelFolder, open_model_folder  # noqa: E402
from wrappers.tts.spark.prompt import Style, Voice  # noqa: E402
from wrappers.tts.spark.reference import read_reference  # noqa: E402
from wrappers.tts.spark.voices import Voices  # noqa: E402

TRANSCRIPT = "The quick brown fox."


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_recording(tmp_path / "recordings" / "me.wav")


@pytest.fixture
def store(tmp_path: Path) -> Voices:
    return open_store(tmp_path)


@pytest.fixture
def enrolled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Enrols in no time; lists the transcripts of the recordings that were enrolled."""
    transcripts: list[str] = []

    def quick(_model: ModelFolder, samples: NDArray[np.float32], transcript: str) -> Voice:
        transcripts.append(transcript)
        tokens = tuple((np.abs(samples[3000:3032]) * 4000).astype(int).tolist())
        return Voice(tokens, transcript=transcript, semantic_tokens=(1, 2, 3) if transcript else ())

    monkeypatch.setattr(voices, "enrol", quick)
    return transcripts


def open_store(tmp_path: Path) -> Voices:
    return Voices(folder(), language_model(), tmp_path / "voices", tmp_path / "cache")


def write_recording(file: Path, seconds: float = 2.5, pitch_hz: float = 150) -> Path:
    time_s = np.arange(round(seconds * 16000)) / 16000
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * time_s) / k for k in (1, 2, 3))
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, 0.2 * tone * np.sin(2 * np.pi * 2 * time_s) ** 2, 16000)
    return file


def test_a_style_is_made_up_once_and_stays_the_same(tmp_path: Path, store: Voices) -> None:
    voice = store.find("male-low-high")
    [file] = (tmp_path / "cache" / "voices").iterdir()
    kept = file.read_bytes()

    assert voice.style == Style("male", "low", "high")
    assert open_store(tmp_path).find("male-low-high") == voice
    assert file.read_bytes() == kept


def test_a_style_needs_only_the_gender(store: Voices) -> None:
    assert store.find("female").style == Style("female", "moderate", "moderate")
    assert store.find("female-very_high").style == Style("female", "very_high", "moderate")


def test_styles_are_different_voices(store: Voices) -> None:
    assert store.find("female").global_tokens != store.find("male").global_tokens


@pytest.mark.filterwarnings("ignore:Model.from_pretrained:DeprecationWarning")
def test_a_recording_gives_the_tokens_that_mlx_audio_finds(recording: Path) -> None:
    from mlx_audio.tts.models.spark.audio_tokenizer import BiCodecTokenizer

    theirs = BiCodecTokenizer(folder().path)
    theirs.model.eval()
    theirs.feature_extractor.eval()
    global_tokens, semantic_tokens = theirs.tokenize(recording)
    voice = enrol(folder(), read_reference(recording), TRANSCRIPT)

    assert voice.global_tokens == tuple(np.array(global_tokens).ravel().tolist())
    assert voice.semantic_tokens == tuple(np.array(semantic_tokens).ravel().tolist())
    assert len(voice.semantic_tokens) == pytest.approx(2.5 * 50, abs=2)
    assert voice.transcript == TRANSCRIPT


def test_a_recording_is_enrolled_once(tmp_path: Path, recording: Path, store: Voices, enrolled: list[str]) -> None:
    voice = store.clone(recording)
    renamed = recording.rename(recording.with_name("renamed.wav"))

    assert open_store(tmp_path).clone(renamed) == voice
    assert enrolled == [""]


def test_another_recording_or_transcript_is_another_voice(
    tmp_path: Path, recording: Path, store: Voices, enrolled: list[str]
) -> None:
    alone, told = store.clone(recording), store.clone(recording, f"  {TRANSCRIPT}\n")
    other = store.clone(write_recording(tmp_path / "other.wav", pitch_hz=320))

    assert enrolled == ["", TRANSCRIPT, ""]
    assert (alone.transcript, told.transcript) == ("", TRANSCRIPT)
    assert alone.global_tokens == told.global_tokens != other.global_tokens


def test_what_was_kept_and_is_damaged_is_made_again(
    tmp_path: Path, recording: Path, store: Voices, enrolled: list[str]
) -> None:
    voice = store.clone(recording)
    [file] = (tmp_path / "cache" / "voices").iterdir()
    file.write_text('{"format": "Spark-T')

    assert store.clone(recording) == voice
    assert voice_file.read_voice(file) == voice
    assert enrolled == ["", ""]


def test_without_a_transcript_wav2vec2_is_not_needed(tmp_path: Path, recording: Path) -> None:
    copied = copy_of(folder().path, tmp_path / "model")
    (copied / FEATURES / "model.safetensors").unlink()
    samples = read_reference(recording)

    assert enrol(open_model_folder(copied), samples).semantic_tokens == ()
    with pytest.raises(EngineMissing, match=f"{FEATURES}.*is missing"):
        enrol(open_model_folder(copied), samples, TRANSCRIPT)


def test_wav2vec2_of_another_shape_is_refused(tmp_path: Path, recording: Path) -> None:
    copied = copy_of(folder().path, tmp_path / "model")
    config = json.loads((copied / FEATURES / "config.json").read_text())
    (copied / FEATURES / "config.json").write_text(json.dumps(config | {"intermediate_size": 32}))
    with pytest.raises(EngineMissing, match="does not hold wav2vec2"):
        enrol(open_model_folder(copied), read_reference(recording), TRANSCRIPT)


def test_the_folder_of_voices(tmp_path: Path, store: Voices, enrolled: list[str]) -> None:
    write_recording(tmp_path / "voices" / "bob.wav")
    (tmp_path / "voices" / "bob.txt").write_text(TRANSCRIPT)
    (tmp_path / "voices" / "notes.md").write_text("not a voice")
    assert store.save("anna", ANNA) == tmp_path / "voices" / "anna.json"

    assert store.names() == ["anna", "bob", "female", "male"]
    assert store.find("anna") == ANNA
    assert store.find("bob").transcript == TRANSCRIPT
    assert store.find(str(tmp_path / "voices" / "anna.json")) == ANNA


def test_a_saved_voice_is_a_small_file(store: Voices) -> None:
    voice = Voice(ANNA.global_tokens, transcript="Größe, 你好", semantic_tokens=tuple(range(500)))
    file = store.save("anna", voice)
    assert voice_file.read_voice(file) == voice
    assert file.stat().st_size < 4000


@pytest.mark.parametrize("name", ["bob", "", "male-loud", "male-low-high-low", "../anna", "\x00", "a" * 300])
def test_a_name_that_nobody_has_is_told_with_those_that_there_are(store: Voices, name: str) -> None:
    store.save("anna", ANNA)
    with pytest.raises(EngineMissing, match="there is no voice") as told:
        store.find(name)
    assert "anna, female, male" in told.value.mend


def test_a_file_that_is_not_there_is_told(store: Voices, tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"there is no file .*me\.wav"):
        store.find(str(tmp_path / "me.wav"))


@pytest.mark.parametrize("content", ["", "{}", '{"format": "other"}', '{"format": "Spark-TTS voice 1"}', "\x00\xff"])
def test_a_file_that_is_no_voice_is_told(store: Voices, tmp_path: Path, content: str) -> None:
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "anna.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(EngineMissing, match=r"anna\.json is not the file of a voice"):
        store.find("anna")


def test_a_transcript_that_is_no_text_is_told(store: Voices, tmp_path: Path) -> None:
    write_recording(tmp_path / "voices" / "bob.wav").with_suffix(".txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EngineMissing, match=r"bob\.txt cannot be read"):
        store.find("bob")


@pytest.mark.parametrize("name", ["", "..", "a/b"])
def test_a_voice_cannot_be_saved_under_any_name(store: Voices, name: str) -> None:
    with pytest.raises(EngineMissing, match="is no name for a voice"):
        store.save(name, ANNA)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, store: Voices) -> None:
    (tmp_path / "voices").write_text("a file in its place")
    with pytest.raises(EngineMissing, match="the voice cannot be written"):
        store.save("anna", ANNA)
