"""The app's graph `voice_chat` whole, with small models: the taught Whisper, LM Studio's double, Spark-TTS.

Importing this skips the test file where an engine is absent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from support.app_run import RATE_HZ, make_app
from support.require import require
from support.speech import labelled_speech
from support.spoken import recorded
from support.tiny_whisper import tiny_whisper

require("whisper", "lmstudio", "mlx")

from support.endless_spark import endless_spark  # noqa: E402
from support.fake_lmstudio import FakeLmStudio, History, prediction_fields  # noqa: E402
from support.spark_engine import ANNA  # noqa: E402

from wrappers.audio import Samples  # noqa: E402
from wrappers.tts import render  # noqa: E402
from wrappers.tts.spark.engine import SparkEngine  # noqa: E402
from wrappers.tts.spark.model_folder import open_model_folder  # noqa: E402
from wrappers.tts.spark.speaker import SparkSpeaker  # noqa: E402
from wrappers.tts.spark.voice_file import write_voice  # noqa: E402

GRAPH = "voice_chat"
VOICE = "anna"
SAID = ("en_hello", "en_weather", "en_time")
SHORT = "Ten."
LONG = "It rains there, and it will rain for days. Take a coat with you, and a hat."
ANSWERS = (SHORT, LONG, SHORT)
STAGES_IN_ORDER = ("transcript", "turn_decided", "first_llm_text", "first_tts_audio", "first_sound")
JUST_READ = {"checked": True, "value": 1}
HEADPHONES = ("--set", "aec.mode=off", "--set", "main_control.barge_in=vad")
"""The user is heard, and may interrupt, while the agent speaks."""


class Model(FakeLmStudio):
    """Answers from the list, and keeps what it was asked; what it only reads ahead is no question."""

    def __init__(self) -> None:
        self.asked: list[History] = []
        super().__init__(self._answer)

    def _answer(self, history: History) -> list[str]:
        if prediction_fields(self.predictions[-1]).get("maxPredictedTokens") == JUST_READ:
            return ["It"]
        self.asked.append(history)
        questions = sum(role == "user" for role, _ in history)
        return [f"{word} " for word in ANSWERS[questions - 1].split()]


def make_voice_chat(folder: Path, lmstudio: str, preset: str = "exact") -> Path:
    """A copy of the app whose graph `voice_chat` has small models.

    folder: the app's, new
    lmstudio: where the double answers, host:port
    preset: of the voice; "exact" makes the same samples on every machine and at every speed
    """
    voices = folder / "voices"
    write_voice(voices / f"{VOICE}.json", ANNA)
    changes: dict[str, dict[str, Any]] = {
        "stt": {"model": str(tiny_whisper()), "download": False, "cpu_threads": 1},
        "llm": {"host": lmstudio},
        "tts": {"model": str(endless_spark()), "voice": VOICE, "voices": str(voices), "preset": preset},
    }

    def edit(graph: dict[str, Any]) -> None:
        for node in graph["nodes"]:
            if node["name"] in changes:
                node["property"]["params"].update(changes[node["name"]])

    return make_app(folder, edit, graph_name=GRAPH)


def own_voice(text: str, folder: Path) -> Samples:
    """What the voice makes of a text that is one piece: int16 [n] at 16 kHz."""
    engine = SparkEngine.open(open_model_folder(endless_spark()), voices=folder / "voices", cache=folder / "cache")
    return np.concatenate(list(render(SparkSpeaker(engine, ANNA, preset="exact"), text, RATE_HZ)))


def sentence(name: str, folder: Path) -> tuple[Path, str]:
    """A sentence that the small Whisper knows by heart, without silence at its ends: its file and its text."""
    file = next(file for file in labelled_speech() if file.path.stem == name)
    path = folder / f"{name}.wav"
    samples = recorded(file.path)[file.start_ms * RATE_HZ // 1000 : file.end_ms * RATE_HZ // 1000]
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return path, file.text
