"""CosyVoice's engine with a real process that hums: crash, restart, back-pressure, cancel; and what is told early."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.cosyvoice import make_params, starts

from wrappers.audio import Samples
from wrappers.cosyvoice_worker.settings import Settings
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.cosyvoice import CosyVoiceOptions, CosyVoiceVoice, check_cosyvoice, open_cosyvoice

CHUNK_SAMPLES = 16_000


def options(folder: Path, **changes: Any) -> CosyVoiceOptions:
    params: dict[str, Any] = {"backend": "mlx"} | make_params(folder) | changes
    python = params.pop("python")
    return CosyVoiceOptions(Settings(**params), python)


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[CosyVoiceVoice]:
    voice = open_cosyvoice(options(tmp_path))
    yield voice
    voice.close()


def speak(voice: CosyVoiceVoice, text: str) -> Samples:
    return np.concatenate([np.zeros(0, np.int16), *voice.stream(text)])


def hum(chunks: int) -> Samples:
    values = np.arange(1, chunks + 1) / 1000 * 32768
    return np.repeat(np.rint(values).astype(np.int16), CHUNK_SAMPLES)


def test_a_text_comes_as_it_was_made(voice: CosyVoiceVoice) -> None:
    assert voice.sample_rate_hz == 16_000
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))
    np.testing.assert_array_equal(speak(voice, "Hello there. And again."), np.concatenate([hum(3), hum(3)]))


@pytest.mark.parametrize("text", ["", " \n", "...!?", "🎉🎉", "\0\x07"])
def test_a_text_without_words_is_silent(voice: CosyVoiceVoice, text: str) -> None:
    assert len(speak(voice, text)) == 0


def test_a_crash_costs_one_text_and_the_process_is_started_again_at_once(tmp_path: Path, voice: CosyVoiceVoice) -> None:
    first_pid = voice.pid
    with pytest.raises(EngineFailed, match=r"signal SIGABRT\): .*out of memory; it is being started again"):
        speak(voice, "die now.")

    assert voice.pid not in (None, first_pid)  # not only when the next text comes
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))
    assert starts(tmp_path) == 2


def test_a_process_that_was_killed_between_two_texts_costs_one(tmp_path: Path, voice: CosyVoiceVoice) -> None:
    assert voice.pid is not None
    os.kill(voice.pid, signal.SIGKILL)
    with pytest.raises(EngineFailed, match="SIGKILL"):
        speak(voice, "Hello.")
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))


def test_a_model_that_hangs_is_ended_and_started_again(voice: CosyVoiceVoice) -> None:
    with pytest.raises(EngineFailed, match=r"exit status 70.*made nothing for 1 s"):
        speak(voice, "hang now.")
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))


def test_an_error_of_the_model_costs_one_text_and_no_process(tmp_path: Path, voice: CosyVoiceVoice) -> None:
    with pytest.raises(EngineFailed, match="tensors do not fit"):
        speak(voice, "break now.")
    with pytest.raises(EngineFailed, match="no numbers"):
        speak(voice, "noise now.")
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))
    assert starts(tmp_path) == 1


def test_a_model_ahead_of_its_listener_waits_and_stops_when_it_is_left(tmp_path: Path, voice: CosyVoiceVoice) -> None:
    """100 chunks of 32 kB: two lie in the pipe, two before it, one is being written, one made."""
    with closing(voice.stream("long story.")) as chunks:
        np.testing.assert_array_equal(next(chunks), hum(1))
    made = len(speak(voice, "count."))
    assert 1 <= made <= 12
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))
    assert starts(tmp_path) == 1


def test_an_interruption_ends_the_stream_and_the_next_text_is_unchanged(tmp_path: Path, voice: CosyVoiceVoice) -> None:
    heard = []
    for samples in voice.stream("long story."):
        heard.append(samples)
        if len(heard) == 5:
            voice.interrupt()
    assert len(heard) == 5
    np.testing.assert_array_equal(np.concatenate(heard), hum(5))
    np.testing.assert_array_equal(speak(voice, "Hello."), hum(3))
    assert starts(tmp_path) == 1


def test_a_closed_voice_leaves_no_process(tmp_path: Path) -> None:
    voice = open_cosyvoice(options(tmp_path))
    voice.close()
    assert voice.pid is None
    with pytest.raises(EngineFailed):
        speak(voice, "Hello.")
    assert voice.pid is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("no weights", "the model is incomplete"), ("broken environment", r"exit status 3\): loading")],
)
def test_a_model_that_cannot_be_loaded_is_told_at_the_start(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EngineMissing, match=said):
        open_cosyvoice(options(tmp_path, reference_text=text))
    assert starts(tmp_path) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"python": "nowhere/python"}, "params.python: nowhere/python is no program"),
        ({"python": "", "backend": "torch"}, "params.python is empty"),
        ({"reference_audio": ""}, "params.reference_audio is not there"),
        ({"reference_audio": "no.wav"}, "the file no.wav is not there"),
        ({"reference_text": " "}, "params.reference_text is empty"),
        ({"model": "no/such/folder"}, "no/such/folder holds no config.json"),
        ({"backend": "torch"}, "params.checkout is empty"),
        ({"backend": "torch", "checkout": "nowhere"}, "nowhere holds no cosyvoice/cli/cosyvoice.py; clone FunAudioLLM"),
    ],
)
def test_the_check_names_what_is_not_there(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(EngineMissing) as raised:
        check_cosyvoice(options(tmp_path, **changes))
    assert said in str(raised.value)


def test_the_check_of_a_checkout_goes_file_by_file(tmp_path: Path) -> None:
    wanted = options(tmp_path, backend="torch", checkout=str(tmp_path / "CosyVoice"))
    program = tmp_path / "CosyVoice" / "cosyvoice" / "cli" / "cosyvoice.py"
    program.parent.mkdir(parents=True)
    program.touch()
    with pytest.raises(EngineMissing, match=r"Matcha-TTS of .* is empty; git -C .* submodule update"):
        check_cosyvoice(wanted)
    (tmp_path / "CosyVoice" / "third_party" / "Matcha-TTS" / "matcha").mkdir(parents=True)
    with pytest.raises(EngineMissing, match=r"is no folder with cosyvoice2\.yaml or cosyvoice3\.yaml"):
        check_cosyvoice(wanted)
    (tmp_path / "cosyvoice3.yaml").touch()
    check_cosyvoice(wanted)
    assert wanted.settings.model_kind() == "CosyVoice3"


def test_without_an_environment_the_mend_is_a_make_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wrappers.tts.cosyvoice.MLX_PYTHON", tmp_path / "nothing")
    for system, mend in (("Darwin", "make cosyvoice"), ("Linux", "params.backend to torch")):
        monkeypatch.setattr("platform.system", lambda system=system: system)
        with pytest.raises(EngineMissing, match=mend):
            check_cosyvoice(options(tmp_path, python=""))
