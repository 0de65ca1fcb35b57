"""The engines themselves: Flite and eSpeak NG as they are, `say` played by a script."""

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from support.require import require

from wrappers.audio import Samples
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts import SpeechEngine, find_program, open_system_voice
from wrappers.tts.espeak import Espeak
from wrappers.tts.flite import VOICES, Flite
from wrappers.tts.macos_say import MacosSay, SayVoice

SAY = """\
#!{python}
import sys, wave
arguments = sys.argv[1:]
options = {{}}
text = None
if arguments == ["-v", "?"]:
    print("Albert              en_US    # Hello! My name is Albert.")
    print("Bad News            en_US    # Hello! My name is Bad News.")
    print("Eddy (Chinese (China mainland)) zh_CN    # \\u4f60\\u597d")
    print("Samantha            en_US    # Hello! My name is Samantha.")
    print("Tingting            zh_CN    # \\u4f60\\u597d")
    sys.exit()
while arguments:
    argument = arguments.pop(0)
    if argument.startswith("--data-format="):
        options["format"] = argument
    elif argument.startswith("-"):
        options[argument] = arguments.pop(0)
    else:
        text = argument
print("a line that is no audio")
if "explode" in text:
    print("speech synthesis failed: -240", file=sys.stderr)
    sys.exit(1)
if "nothing" in text:
    sys.exit()
if "hang" in text:
    import time
    time.sleep(1000)
with open({log!r}, "a") as log:
    print([options["-v"], options["-r"], options["format"], text], file=log)
with wave.open(options["-o"], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
    file.writeframes(b"\\x10\\x10" * 100 * len(text))
"""


@pytest.fixture
def say_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `say` on the PATH that logs how it was called."""
    log = tmp_path / "log"
    say = tmp_path / "bin" / "say"
    say.parent.mkdir()
    say.write_text(SAY.format(python=sys.executable, log=str(log)), "utf-8")
    say.chmod(say.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{say.parent}{os.pathsep}{os.environ['PATH']}")
    return log


def audio(engine: SpeechEngine, text: str) -> Samples:
    chunks = list(engine.stream(text))
    assert all(chunk.dtype == np.int16 and len(chunk) > 0 for chunk in chunks)
    return np.concatenate(chunks) if chunks else np.zeros(0, np.int16)


def seconds(engine: SpeechEngine, text: str) -> float:
    return len(audio(engine, text)) / engine.sample_rate_hz


def flite() -> SpeechEngine:
    require("flite")
    return Flite()


def espeak() -> SpeechEngine:
    require("espeak_library")
    return Espeak()


JITTER_S = 0.03
"""eSpeak never says a text twice quite the same: it carries its phase on."""

ENGINES = pytest.mark.parametrize("make", [flite, espeak])
MakeEngine = Callable[[], SpeechEngine]


@ENGINES
def test_a_sentence_is_spoken_and_twice_about_the_same(make: MakeEngine) -> None:
    engine = make()
    first = audio(engine, "What time is it?")
    assert 0.6 < len(first) / engine.sample_rate_hz < 2
    assert np.abs(first.astype(int)).max() > 3000
    assert seconds(engine, "What time is it?") == pytest.approx(len(first) / engine.sample_rate_hz, abs=JITTER_S)


@ENGINES
def test_speech_begins_soon_after_the_first_sample(make: MakeEngine) -> None:
    engine = make()
    loud = np.flatnonzero(np.abs(audio(engine, "What time is it?").astype(int)) > 500)
    assert loud[0] / engine.sample_rate_hz < 0.1


@ENGINES
@pytest.mark.parametrize("text", ["", " ", "😀👍🏽", "...", "\x00", "\ud800"])
def test_nothing_to_say_is_silent(make: MakeEngine, text: str) -> None:
    assert len(audio(make(), text)) == 0


@ENGINES
@pytest.mark.parametrize(
    "text", ["-o out.wav", "--help", "@file", "-", "$(reboot) `id`", "<break time='9s'/> x", "[[slnc 9000]] x", "%s %n"]
)
def test_no_text_is_an_option_or_a_command(
    make: MakeEngine, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make()
    monkeypatch.chdir(tmp_path)
    assert seconds(engine, f"{text} word") < 5
    assert list(tmp_path.iterdir()) == []


@ENGINES
def test_ten_thousand_characters_come_piece_by_piece_and_can_be_left(make: MakeEngine) -> None:
    stream = make().stream("All work and no play makes a dull day. " * 256)
    assert len(next(stream)) > 0
    stream.close()


@ENGINES
def test_a_word_without_an_end_is_no_trap(make: MakeEngine) -> None:
    assert seconds(make(), "a" * 1000) > 3


@ENGINES
def test_control_characters_are_left_out(make: MakeEngine) -> None:
    engine = make()
    clean = seconds(engine, "one two three .")
    assert seconds(engine, "one\x00 two\x1b\x7f three \x08.") == pytest.approx(clean, abs=JITTER_S)


@pytest.mark.parametrize("voice", VOICES)
def test_flites_voices_differ(voice: str) -> None:
    require("flite")
    assert (voice == "slt") == np.array_equal(audio(Flite(voice), "Hello."), audio(Flite(), "Hello."))


@pytest.mark.parametrize("make", [lambda speed: Flite(speed=speed), lambda speed: Espeak(speed=speed)])
def test_speed(make: Callable[[float], SpeechEngine]) -> None:
    require("flite", "espeak_library")
    text = "The quick brown fox jumps over the lazy dog."
    assert seconds(make(2.0), text) < 0.7 * seconds(make(1.0), text) < 0.6 * seconds(make(0.5), text)


def test_flite_speaks_no_chinese_and_says_so() -> None:
    with pytest.raises(EngineFailed, match='Flite speaks only English, not "你好"'):
        audio(flite(), "你好")


def test_flite_writes_foreign_letters_its_way() -> None:
    engine = flite()
    assert np.array_equal(audio(engine, "“Café”"), audio(engine, '"Cafe"'))


def test_espeak_speaks_chinese_and_english_words_in_it() -> None:
    require("espeak_library")
    chinese = Espeak("cmn")
    assert 0.5 < seconds(chinese, "你好，世界。") < 3
    assert seconds(chinese, "我喜欢 apple 和 banana。") > seconds(chinese, "我喜欢和。") + 0.4


def test_two_espeak_voices_do_not_disturb_each_other() -> None:
    require("espeak_library")
    english, chinese = Espeak("en-us", speed=0.5), Espeak("cmn")
    text = "Good morning. And once more good morning to all of you, wherever you are."
    alone = seconds(english, text)
    samples = 0
    for chunk in english.stream(text):
        samples += len(chunk)
        if samples < 0.5 * english.sample_rate_hz:
            audio(chinese, "早上好。")
    assert samples / english.sample_rate_hz == pytest.approx(alone, abs=3 * JITTER_S)


@ENGINES
def test_interrupting_ends_a_stream_without_an_error(make: MakeEngine) -> None:
    engine = make()
    stream = engine.stream("One sentence. " * 200)
    next(stream)
    engine.interrupt()
    assert sum(map(len, stream)) < 20 * engine.sample_rate_hz
    assert seconds(engine, "It works again.") > 0.5


def test_interrupting_kills_a_program_that_hangs(say_log: Path) -> None:
    engine = MacosSay()
    threading.Timer(0.2, engine.interrupt).start()
    assert list(engine.stream("hang")) == []
    assert len(audio(engine, "on")) == 300


def test_a_program_that_is_killed_from_outside_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = tmp_path / "flite"
    killed.write_text("#!/bin/sh\nkill -SEGV $$\n")
    killed.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(EngineFailed, match=f"Flite ended with signal {signal.SIGSEGV.name}"):
        audio(Flite(), "Hello.")


def test_a_flite_that_writes_nonsense_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = tmp_path / "flite"
    strange.write_text("#!/bin/sh\necho hello\n")
    strange.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(EngineFailed, match="Flite gave no audio"):
        audio(Flite(), "Hello.")


def test_what_is_not_there_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing) as missing:
        Flite()
    assert missing.value.what == "Flite is not installed"
    assert "apt-get install flite" in missing.value.mend
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(EngineMissing, match="Flite is not installed and the eSpeak NG library is not installed"):
        find_program("auto", "en", platform="linux")


@pytest.mark.parametrize(("voice", "error"), [("Nobody", "Flite has no voice"), ("../x", "Flite has no voice")])
def test_an_unknown_voice_of_flite_is_refused(voice: str, error: str) -> None:
    require("flite")
    with pytest.raises(EngineMissing, match=error):
        Flite(voice)


@pytest.mark.parametrize("voice", ["xx-nobody", "../../x", "a\0b"])
def test_an_unknown_voice_of_espeak_is_refused(voice: str) -> None:
    require("espeak_library")
    with pytest.raises(EngineMissing, match="eSpeak NG has no voice"):
        Espeak(voice)


def test_say_is_called_as_it_must_be(say_log: Path) -> None:
    engine = MacosSay(speed=2.0)
    assert engine.sample_rate_hz == 22050
    text = " -o [ [slnc 9000]] x"
    assert len(audio(engine, "-o [[slnc 9000]] x")) == 100 * len(text)
    assert say_log.read_text() == f"{['Samantha', '350', '--data-format=LEI16@22050', text]}\n"


def test_says_voices_are_chosen_by_language_and_name(say_log: Path) -> None:
    assert SayVoice("Eddy (Chinese (China mainland))", "zh_CN") in MacosSay().voices()
    for engine in (MacosSay(language="zh"), MacosSay("Bad News"), MacosSay()):
        audio(engine, "x")
    assert [line.split("'")[1] for line in say_log.read_text().splitlines()] == ["Tingting", "Bad News", "Samantha"]
    with pytest.raises(EngineMissing, match='no voice "Nobody"'):
        MacosSay("Nobody")
    with pytest.raises(EngineMissing, match="no voice for the language fr"):
        MacosSay(language="fr")


def test_says_errors_are_told(say_log: Path) -> None:
    engine = MacosSay()
    with pytest.raises(EngineFailed, match="say ended with status 1: speech synthesis failed: -240"):
        audio(engine, "explode")
    with pytest.raises(EngineFailed, match="say wrote no audio"):
        audio(engine, "nothing")
    assert len(audio(engine, "on")) == 300


def test_a_mac_speaks_with_say_and_others_do_not(say_log: Path) -> None:
    require("flite", "espeak_library")
    assert find_program("auto", "en", platform="darwin") == "say"
    assert find_program("auto", "zh", platform="darwin") == "say"
    assert find_program("auto", "en", platform="linux") == "flite"
    assert find_program("auto", "zh", platform="linux") == "espeak"
    audio(open_system_voice(platform="darwin"), "Hello. 你好。")
    assert [line.split("'")[1] for line in say_log.read_text().splitlines()] == ["Samantha", "Tingting"]


def test_each_language_gets_the_engine_that_speaks_it() -> None:
    require("flite", "espeak_library")
    voice = open_system_voice(platform="linux")
    assert (voice.name, voice.sample_rate_hz) == ("Flite", 16000)
    assert np.array_equal(audio(voice, "Hello there."), audio(Flite(), "Hello there."))
    assert seconds(voice, "你好，世界。") == pytest.approx(seconds(Espeak("cmn"), "你好，世界。"), abs=JITTER_S)
    mixed = seconds(voice, "Hello there. 你好，世界。")
    assert mixed == pytest.approx(seconds(voice, "Hello there.") + seconds(voice, "你好，世界。"), abs=JITTER_S)


def test_one_language_takes_one_engine() -> None:
    require("flite", "espeak_library")
    assert open_system_voice(language="en", platform="linux").name == "Flite"
    assert open_system_voice(language="zh", platform="linux").name == "eSpeak NG"
    with pytest.raises(EngineMissing, match="flite does not speak Chinese"):
        open_system_voice("flite", language="zh")


def test_chinese_without_a_voice_for_it_is_an_error_but_a_word_of_it_is_not() -> None:
    require("flite")
    voice = open_system_voice("flite")
    with pytest.raises(EngineFailed, match=r"nothing here speaks Chinese .*choose the backend auto or espeak"):
        audio(voice, "你好，世界。")
    assert seconds(voice, "I said 你好 to all of them.") > 0.8


def test_no_processes_are_left() -> None:
    require("flite")
    engine = Flite()
    for _ in range(5):
        stream = engine.stream("One sentence. And then another one.")
        next(stream)
        engine.interrupt()
        stream.close()
    assert [child.name() for child in psutil.Process().children() if child.name() == "flite"] == []
