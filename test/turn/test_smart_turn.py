"""Turn detection by the sound: features, the audio of a turn, and a tiny model in place of the real one."""

import asyncio
import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.app_dir import use_repository
from support.probe import Probe, probe
from support.require import require
from support.speech import labelled_speech
from support.speech_corpus import read_sound
from support.tiny_smart_turn import write_tiny_smart_turn

from ten_extensions.common.config import parse_config
from ten_extensions.common.messages import make_data, make_pcm_frame
from wrappers.audio import Resampler, Samples
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.turn import Said, SmartTurnModel, TurnAudio, Verdict, open_session
from wrappers.turn.smart_turn import features_of
from wrappers.turn.whisper_features import log_mel

use_repository()

from ten_packages.extension.semantic_turn_python.config import TurnConfig  # noqa: E402
from ten_packages.extension.semantic_turn_python.extension import TurnExtension  # noqa: E402


def noise(duration_ms: int, level: float = 3000.0) -> Samples:
    return np.random.default_rng(7).normal(0, level, 16 * duration_ms).astype(np.int16)


def silent(duration_ms: int) -> Samples:
    return np.zeros(16 * duration_ms, np.int16)


FINISHED = np.concatenate([noise(1000), silent(400)])
"""To the tiny model; and this is not:"""
UNFINISHED = noise(1400)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    require("onnxruntime")
    return write_tiny_smart_turn(tmp_path / "tiny.onnx")


def verdict_of(path: Path, audio: Samples) -> Verdict:
    async def main() -> Verdict:
        model = SmartTurnModel(path)
        try:
            await model.open()
            return await model.judge(Said("any", "", audio))
        finally:
            await model.close()

    return asyncio.run(main())


# --- what the model hears ----------------------------------------------------------------------------------------


def test_the_spectrogram_is_whispers() -> None:
    require("whisper")
    from faster_whisper.feature_extractor import FeatureExtractor

    theirs = FeatureExtractor(chunk_length=8)
    for file in labelled_speech()[:12:3]:
        waveform = read_sound(file.path).astype(np.float32) / np.float32(32768)
        expected = theirs(waveform, padding=0)
        ours = log_mel(waveform)
        assert ours.shape == expected.shape and ours.dtype == np.float32
        np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_of_long_audio_the_last_8_seconds_are_heard_and_before_short_audio_there_is_silence() -> None:
    long = noise(9500)
    assert np.array_equal(features_of(long), features_of(long[-8 * 16000 :]))
    short = noise(1000)
    features = features_of(short)
    assert features.shape == (80, 800)
    assert np.array_equal(features, features_of(np.concatenate([silent(7000), short])))
    assert features[:, :690].max() < features[:, 710:].min()


def test_how_loud_the_user_speaks_makes_no_difference() -> None:
    np.testing.assert_allclose(features_of(noise(3000, 300)), features_of(noise(3000, 3000)), atol=0.02)
    assert np.isfinite(features_of(silent(3000))).all()


def test_a_turn_is_cut_out_of_the_stream_by_capture_time() -> None:
    audio = TurnAudio()
    stream = np.arange(16 * 1000 * 5, dtype=np.int32).astype(np.int16)
    for first in range(0, len(stream), 160):
        audio.push(stream[first : first + 160], 16000, 50_000 + first // 16)
    turn = audio.of_turn(52_000, 53_000)
    assert np.array_equal(turn, stream[16 * 1800 : 16 * 3200])
    assert np.array_equal(audio.of_turn(54_000, 54_900), stream[16 * 3800 :])  # not all of the tail has come
    assert np.array_equal(audio.of_turn(None, None), stream)
    assert len(audio.of_turn(90_000, 91_000)) == 0


def test_audio_of_another_rate_is_kept_at_16_khz_and_old_audio_is_forgotten() -> None:
    audio = TurnAudio()
    for second in range(60):
        audio.push(Resampler(16000, 48000).push(noise(1000)), 48000, 1000 * (second + 1))
    kept = audio.of_turn(None, None)
    assert 11_900 * 16 <= len(kept) <= 13_100 * 16


# --- the model ---------------------------------------------------------------------------------------------------


def test_the_models_probability_decides(model: Path) -> None:
    finished, unfinished = verdict_of(model, FINISHED), verdict_of(model, UNFINISHED)
    assert finished.decision == "finished" and finished.confidence > 0.6
    assert unfinished.decision == "unfinished" and unfinished.confidence > 0.6


def test_without_audio_it_is_said_how_the_node_gets_some(model: Path) -> None:
    with pytest.raises(EngineFailed, match=r"No audio of the turn has come\. Connect the `pcm_frame`"):
        verdict_of(model, silent(50))


def test_an_answer_that_is_no_probability_is_a_failure(tmp_path: Path) -> None:
    require("onnxruntime")
    broken = write_tiny_smart_turn(tmp_path / "broken.onnx", scale=float("nan"))
    with pytest.raises(EngineFailed, match="answers nan, where a probability belongs"):
        verdict_of(broken, UNFINISHED)


def test_wrong_files_are_explained(tmp_path: Path) -> None:
    require("onnxruntime")
    with pytest.raises(EngineMissing, match=r"there is no Smart Turn model at .*absent\.onnx; fetch smart-turn"):
        open_session(tmp_path / "absent.onnx")
    (tmp_path / "text.onnx").write_text("this is no model")
    with pytest.raises(EngineMissing, match=r"text\.onnx is no ONNX model that onnxruntime reads"):
        open_session(tmp_path / "text.onnx")
    other = write_tiny_smart_turn(tmp_path / "other.onnx", input_name="audio", mels=128)
    with pytest.raises(EngineMissing, match=r"no Smart Turn model of version 3: it takes \{'audio': \(128, 800\)\}"):
        open_session(other)


def test_the_start_up_check_says_what_is_missing(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(path: Path) -> str:
        config = parse_config(TurnConfig, {"backend": "smart_turn", "params": {"path": str(path)}})
        missing = TurnExtension.check_here(config)
        return f"{missing.what}; {missing.mend}" if missing else ""

    assert check(model) == ""
    assert "there is no Smart Turn model" in check(tmp_path / "absent.onnx")
    real_import = builtins.__import__

    def import_without_onnxruntime(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError("No module named 'onnxruntime'")
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", import_without_onnxruntime)
    assert "needs the Python package onnxruntime" in check(model) and 'EXTRAS="smart_turn"' in check(model)


# --- the node ----------------------------------------------------------------------------------------------------


def decisions(properties: dict[str, Any], audio: Samples, *metadata: dict[str, Any], text: str = "what") -> Probe:
    """The node hears audio from capture time 10 s on, and is asked with each metadata."""

    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="turn")
        for first in range(0, len(audio), 160):
            await node.env.send_audio_frame(
                make_pcm_frame(audio[first : first + 160], 16000, 10_000 + first // 16, {"session_id": "1"})
            )
        for count, item in enumerate(metadata, 1):
            await node.env.send_data(make_data("text_data", text=text, metadata=item))
            await node.wait_for("turn_decision", count)

    return probe("semantic_turn_python", properties, script)


def test_the_node_judges_the_turn_that_the_question_names(model: Path) -> None:
    heard = np.concatenate([FINISHED, UNFINISHED, silent(100)])  # 10.0 - 11.0 s; 11.4 - 12.8 s
    node = decisions(
        {"backend": "smart_turn", "params": {"path": str(model)}},
        heard,
        {"start_ms": 10_000, "end_ms": 11_150},
        {"start_ms": 11_400, "end_ms": 12_600},
        {},
    )
    found = [arrival.properties["decision"] for arrival in node.named("turn_decision")]
    assert found == ["finished", "unfinished", "unfinished"]
    assert node.named("error") == []


def test_who_asks_for_silence_in_words_gets_it(model: Path) -> None:
    node = decisions({"backend": "smart_turn", "params": {"path": str(model)}}, FINISHED, {}, text="hold on")
    assert node.named("turn_decision")[0].properties["decision"] == "wait"


def test_without_frames_the_rules_decide_and_it_is_told_once(model: Path) -> None:
    node = decisions(
        {"backend": "smart_turn", "params": {"path": str(model)}}, silent(0), {}, {}, text="what time is it"
    )
    assert [arrival.properties["decision"] for arrival in node.named("turn_decision")] == ["finished"] * 2
    (error,) = node.named("error")
    assert "smart_turn gives no answer, the rules decide instead: No audio of the turn" in error.properties["message"]


def test_a_missing_file_does_not_keep_the_node_from_working(tmp_path: Path) -> None:
    path = str(tmp_path / "absent.onnx")
    node = decisions({"backend": "smart_turn", "params": {"path": path}}, FINISHED, {}, text="what time is it")
    assert node.named("turn_decision")[0].properties["decision"] == "finished"
    assert len(node.named("error")) == 1


def test_the_rules_take_no_notice_of_frames() -> None:
    node = decisions({"backend": "rules"}, FINISHED, {}, text="what time is it")
    assert node.named("turn_decision")[0].properties["decision"] == "finished"
