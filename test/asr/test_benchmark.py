"""The benchmark of recognisers: collections of speech, what is counted, and the simulated time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.asr_bench import Listening, SimulatedTime
from support.require import REPOSITORY
from support.scripted_window import ScriptedDecoder, ScriptedWindows
from support.speech import labelled_speech
from support.speech_corpus import NoCorpus, Recording, find_recordings
from support.words import characters_of, edits


def sound(path: Path, rate_hz: int = 16000, channels: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full((rate_hz // 10, channels), 0.5, np.float32), rate_hz)
    return path


def texts(folder: Path) -> dict[str, str]:
    return {recording.path.name: recording.text for recording in find_recordings(folder)}


def test_librispeech_has_its_texts_in_a_list_beside_the_sounds(tmp_path: Path) -> None:
    chapter = tmp_path / "test-clean" / "61" / "70968"
    sound(chapter / "61-70968-0000.flac")
    sound(chapter / "61-70968-0001.flac")
    (chapter / "61-70968.trans.txt").write_text("61-70968-0000 HE BEGAN\n61-70968-0001 GIVE NOT SO EARNEST\n")
    assert texts(tmp_path) == {"61-70968-0000.flac": "HE BEGAN", "61-70968-0001.flac": "GIVE NOT SO EARNEST"}


def test_aishell_has_one_list_for_all(tmp_path: Path) -> None:
    sound(tmp_path / "data_aishell" / "wav" / "test" / "S0764" / "BAC009S0764W0121.wav")
    lists = tmp_path / "data_aishell" / "transcript"
    lists.mkdir()
    (lists / "aishell_transcript_v0.8.txt").write_text(
        "BAC009S0764W0121 甚至 出现 交易\nBAC009S0002W0122 而 对\n", "utf-8"
    )
    (recording,) = find_recordings(tmp_path)
    assert (recording.path.name, recording.text, recording.language) == (
        "BAC009S0764W0121.wav",
        "甚至 出现 交易",
        "zh",
    )
    assert characters_of(recording.text) == list("甚至出现交易")


def test_a_table_or_texts_of_the_same_name_do_as_well(tmp_path: Path) -> None:
    sound(tmp_path / "neighbours" / "a.wav", 44100, 2)
    sound(tmp_path / "neighbours" / "b.wav")
    (tmp_path / "neighbours" / "a.txt").write_text("hello\n")
    assert texts(tmp_path / "neighbours") == {"a.wav": "hello"}
    assert len(find_recordings(tmp_path / "neighbours")[0].samples()) == 1600

    sound(tmp_path / "table" / "c.wav")
    (tmp_path / "table" / "texts.csv").write_text('file,text\nc.wav,"well, hello"\n')
    assert texts(tmp_path / "table") == {"c.wav": "well, hello"}


def test_a_folder_without_speech_says_what_was_looked_for(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    with pytest.raises(NoCorpus, match=r"has 1 sounds and 0 transcripts.*LibriSpeech and AISHELL"):
        find_recordings(tmp_path)
    with pytest.raises(NoCorpus, match="is no folder"):
        find_recordings(tmp_path / "nowhere")


def test_edits_are_what_must_be_changed() -> None:
    assert edits(list("abc"), list("axcd")) == 2
    assert edits([], ["a"]) == edits(["a"], []) == 1


def test_work_takes_time_and_audio_is_not_waited_for() -> None:
    clock = SimulatedTime()
    clock.wait_until(5)
    clock.wait_until(3)
    assert clock.now_s() == 5
    assert clock.work(lambda: clock.now_s()) >= 5
    assert clock.now_s() == 5 + clock.worked_s


def test_a_recording_goes_through_vad_and_engine_at_the_pace_of_speech() -> None:
    file = next(file for file in labelled_speech() if file.path.stem == "en_long")
    clock = SimulatedTime()
    decoder = ScriptedDecoder(spelling=lambda words: ["heard"])
    engine = ScriptedWindows(decoder)
    heard = Listening(engine, clock, Recording(file.path, file.text)).run()

    assert heard.units == len(file.text.split())
    assert heard.errors <= heard.units
    assert len(heard.final_ms) >= 1
    assert all(0 < ms < 2000 for ms in heard.final_ms)
    assert clock.now_s() >= heard.audio_ms / 1000
    assert max(asked.length_ms for asked in decoder.asked) >= 3000


def test_a_setting_that_cannot_be_used_is_told_and_ends_with_1(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_text("hello")
    command = [sys.executable, str(REPOSITORY / "test" / "benchmark_asr.py"), str(tmp_path), "--setting", "wisper a=b"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == '"wisper" is no engine; known are faster_whisper, pocketsphinx'
