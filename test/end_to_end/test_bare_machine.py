"""The default graph where there is neither a device nor a model: what `make run` does on a machine without all that."""

import json
from pathlib import Path

import pytest
from support.app_run import Finished, make_app, run_app, write_talk
from support.require import REPOSITORY, require
from support.speech import say
from support.words import word_error_rate

SAMPLE = REPOSITORY / "assets" / "sample_conversation.flac"
NOBODY = 'llm.params.host="127.0.0.1:9"'
REPLACED = {
    "mic": "audio_file_python",
    "stt": "pocketsphinx_asr_python",
    "llm": "offline_llm_python",
    "tts": "system_tts_python",
    "speaker": "audio_file_python",
}


def run_bare(folder: Path, *arguments: str | Path) -> Finished:
    """Run the project's default graph, with no sound library, no models, no network and no LM Studio."""
    (folder / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    app = make_app(folder / "app", graph_name=default_graph())
    cache = str(folder / "cache")
    return run_app(app, *arguments, "--set", NOBODY, PYTHONPATH=str(folder), XDG_CACHE_HOME=cache, HF_HUB_OFFLINE="1")


def default_graph() -> str:
    name = json.loads((REPOSITORY / "property.json").read_text("utf-8"))["stream_omni"]["default_graph"]
    assert name == "voice_chat"
    return str(name)


def table_of(done: Finished) -> dict[str, str]:
    """The start-up check: by node, what is here and what to do."""
    rows: dict[str, list[str]] = {}
    node = ""
    for line in done.out.splitlines():
        if line.startswith("│"):
            first, _, *others = (cell.strip() for cell in line.strip("│").split("│"))
            node = first or node
            rows[node] = [f"{before} {cell}" for before, cell in zip(rows.get(node, ["", ""]), others, strict=True)]
    return {name: " ".join(" ".join(cells).split()) for name, cells in rows.items()}


def test_the_check_names_what_is_missing_and_its_mend(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    done = run_bare(tmp_path, "--check")
    assert done.status == 0, done.err
    table = table_of(done)
    assert {node for node, cells in table.items() if "replaced by" in cells} == set(REPLACED)
    for node, addon in REPLACED.items():
        assert f"replaced by {addon}" in table[node]
    for node, mend in (
        *(("mic", "PortAudio library is missing"), ("speaker", "PortAudio library is missing")),
        *(("stt", "make run"), ("stt", "understands English only"), ("llm", "lms server start"), ("tts", "make run")),
    ):
        assert mend in table[node]


def test_who_speaks_chinese_is_told_what_is_missing_and_never_given_an_english_recogniser(tmp_path: Path) -> None:
    done = run_bare(tmp_path, "--check", "--set", "stt.params.language=zh")
    assert done.status == 1
    cells = table_of(done)["stt"]
    assert "cannot run" in cells and "make run" in cells
    assert "pocketsphinx" not in done.out


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    require("pocketsphinx", "flite")
    return run_bare(tmp_path_factory.mktemp("bare"), "--fast")


def test_the_sample_conversation_is_held(sample: Finished) -> None:
    assert sample.status == 0, sample.err
    assert "The sample conversation" in sample.out and "is played as the user" in sample.out
    said = [turn["text"] for turn in json.loads(SAMPLE.with_suffix(".json").read_text("utf-8"))["turns"]]
    assert [entry["role"] for entry in sample.transcript] == ["user", "agent"] * len(said)
    assert word_error_rate(" ".join(said), " ".join(sample.texts("user"))) <= 0.1
    assert all(sample.texts("agent"))


def test_what_is_missing_is_said_once_before_it(sample: Finished) -> None:
    assert set(table_of(sample)) == {"stt", "llm", "tts"}, "files have taken the places of the devices"
    assert "Let it hear you: connect a microphone" in sample.out


def test_a_recording_takes_the_place_of_the_sample_in_real_time(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    talk = write_talk(tmp_path / "talk.wav", 0.5, say("what is seven times six"), 1.5)
    done = run_bare(tmp_path, "--input", talk)
    assert done.status == 0, done.err
    assert done.texts("user") == ["what is seven times six"]
    assert len(done.texts("agent")) == 1
    assert "replaced by audio_file_python" in table_of(done)["speaker"]
