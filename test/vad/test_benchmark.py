"""The benchmark of speech detectors: labels, and scores that are known beforehand."""

import json
import sys
from itertools import pairwise
from pathlib import Path

import benchmark_vad
import numpy as np
import pytest
import soundfile
from support.require import require
from support.speech_corpus import NoCorpus
from support.vad_corpus import make_corpus
from support.vad_labels import Span, find_labelled, read_scv, write_scv
from support.vad_score import Score, add_up, score

HOP_MS = 20


def answers(*stretches: tuple[float, int]) -> list[float]:
    """Probabilities by (probability, duration in ms)."""
    return [probability for probability, duration_ms in stretches for _ in range(duration_ms // HOP_MS)]


def sound(path: Path, seconds: float = 3.0) -> Path:
    soundfile.write(path, np.zeros(int(16000 * seconds), np.int16), 16000)
    return path


def test_scv_files_mark_speech_and_silence_in_seconds(tmp_path: Path) -> None:
    sound(tmp_path / "talk-01.wav")
    (tmp_path / "talk-01.scv").write_text("talk-01,0.000,0.512,0,0.512,1.5,1,1.5,1.75,1,1.75,2.4,0,2.4,3,1\n")
    (found,) = find_labelled(tmp_path)
    assert found.path.name == "talk-01.wav"
    assert found.spans == (Span(512, 1750), Span(2400, 3000))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    spans = (Span(250, 1000), Span(1500, 1999))
    write_scv(tmp_path / "a.scv", spans, 3000)
    assert (tmp_path / "a.scv").read_text().startswith("a,0.000,0.250,0,0.250,1.000,1,")
    assert read_scv(tmp_path / "a.scv") == spans
    write_scv(tmp_path / "silent.scv", [], 3000)
    assert read_scv(tmp_path / "silent.scv") == ()


def test_a_table_may_have_several_rows_for_a_file_and_empty_ones(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "not_in_it.wav"):
        sound(tmp_path / name)
    (tmp_path / "speech.tsv").write_text(
        "file\tlang\tstart_ms\tend_ms\ttext\na.wav\ten\t1500\t2000\tyes\na.wav\ten\t300\t900\twell\nb.wav\t\t0\t0\t\n"
    )
    assert [(one.path.name, one.spans) for one in find_labelled(tmp_path)] == [
        ("a.wav", (Span(300, 900), Span(1500, 2000))),
        ("b.wav", ()),
    ]


def test_wrong_labels_and_none_at_all_are_explained(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    with pytest.raises(NoCorpus, match=r"has 1 sounds, but none with labels; known are NAME.scv"):
        find_labelled(tmp_path)
    (tmp_path / "a.scv").write_text("a,0,1")
    with pytest.raises(NoCorpus, match=r'a\.scv: after the name "a" come start, end and label'):
        find_labelled(tmp_path)
    with pytest.raises(NoCorpus, match="is no folder"):
        find_labelled(tmp_path / "nowhere")


def test_frames_are_counted_on_a_grid_of_10_ms() -> None:
    said = answers((0.1, 1000), (0.9, 1000), (0.1, 1000))
    found = score(said, HOP_MS, [Span(900, 1800)], 0.5)
    assert (found.right, found.wrong, found.missed) == (80, 20, 10)
    figures = found.summary()
    assert figures["precision"] == pytest.approx(0.8)
    assert figures["recall"] == pytest.approx(80 / 90)
    assert figures["f1"] == pytest.approx(160 / 190)


def test_delays_run_from_the_label_to_the_end_of_the_first_hop_that_knows() -> None:
    said = answers((0.1, 1060), (0.9, 1000), (0.1, 940))
    found = score(said, HOP_MS, [Span(1000, 2000)], 0.5)
    assert found.onset_ms == [80]
    assert found.offset_ms == [80]
    assert found.told_ms == [160]  # 100 ms of speech are wanted; the segmenter's hops are of 20 ms
    assert (found.missed_onsets, found.open_pauses, found.false_segments) == (0, 0, 0)


def test_a_detector_that_is_never_silent_leaves_the_pauses_open() -> None:
    spans = [Span(500, 1000), Span(1300, 2000)]
    found = score(answers((0.9, 3000)), HOP_MS, spans, 0.5)
    assert (found.offset_ms, found.open_pauses) == ([], 2)
    assert found.onset_ms == [20, 20]  # it is there already
    assert found.summary()["pauses"] == 2


def test_boundaries_with_little_beside_them_and_none_at_all_are_not_measured() -> None:
    found = score(answers((0.1, 3000)), HOP_MS, [Span(100, 1000), Span(1150, 1300), Span(2900, 3000)], 0.5)
    assert (found.onset_ms, found.offset_ms, found.open_pauses, found.missed_onsets) == ([], [], 0, 0)
    assert score(answers((0.1, 3000)), HOP_MS, [Span(1000, 2000)], 0.5).missed_onsets == 1


def test_segments_without_speech_are_false() -> None:
    said = answers((0.1, 200), (0.9, 200), (0.1, 600), (0.9, 1000), (0.1, 1000))
    assert score(said, HOP_MS, [Span(1000, 2000)], 0.5).false_segments == 1
    assert score(said, HOP_MS, [], 0.5).false_segments == 2
    assert score(said, HOP_MS, [Span(1000, 2000)], 0.95).false_segments == 0


def test_scores_add_up_over_files() -> None:
    total = add_up([Score(right=1, onset_ms=[20.0]), Score(right=2, wrong=3, onset_ms=[40.0], open_pauses=1)])
    assert total == Score(right=3, wrong=3, onset_ms=[20.0, 40.0], open_pauses=1)
    assert add_up([]).summary()["f1"] == 0


def test_the_corpus_has_talks_with_pauses_noise_and_sounds_that_are_no_speech(tmp_path: Path) -> None:
    make_corpus(tmp_path, 1)
    found = {one.path.stem: one.spans for one in find_labelled(tmp_path)}
    assert found["noise_tone"] == () and found["en_hello"][0].start_ms == 1000
    spans = found["talk_en_0_5db"]
    pauses_ms = [after.start_ms - before.end_ms for before, after in pairwise(spans)]
    assert pauses_ms[:5] == pytest.approx([200, 300, 450, 700, 1000], abs=0.2)
    assert found["talk_en_0_clean"] == spans


def test_all_back_ends_are_compared_on_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require("bench", "ten_vad")
    made = tmp_path / "made"
    made.mkdir()
    make_corpus(made, 1)
    for file in made.iterdir():
        if file.stem not in ("en_hello", "en_weather_room", "noise_pink", "zh_stop"):
            file.unlink()
    result, picture = tmp_path / "vad.json", tmp_path / "vad.png"
    command = ["benchmark_vad.py", str(made), "--threshold", "0.5", "--threshold", "0.6"]
    monkeypatch.setattr(sys, "argv", [*command, "--json", str(result), "--plot", str(picture)])
    assert benchmark_vad.main() == 0
    written = json.loads(result.read_text())
    for name in ("silero", "silero_60", "ten", "ten_60", "energy", "energy_60"):
        assert 0.5 < written["summary"][f"{name}_f1"] <= 1
        assert written["summary"][f"{name}_hop_us_median"] > 0
    assert len(written["runs"]) == 6 * 4
    assert picture.stat().st_size > 10_000
    assert "false" in capsys.readouterr().out


def test_what_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark_vad.py", str(tmp_path)])
    assert benchmark_vad.main() == 1
    assert "none with labels" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["benchmark_vad.py", "--threshold", "0.1"])
    assert benchmark_vad.main() == 1
    assert "--threshold must be above 0.15" in capsys.readouterr().err
