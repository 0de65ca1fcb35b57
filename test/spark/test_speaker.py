"""Spark-TTS as one of the speech engines."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.require import require

require("mlx")

from support.spark_engine import ANNA, engine  # noqa: E402

from wrappers.errors import EngineFailed, EngineMissing  # noqa: E402
from wrappers.tts import MAX_FRAME_MS, SpeechEngine, render  # noqa: E402
from wrappers.tts.spark.speaker import SparkSpeaker  # noqa: E402


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> SparkSpeaker:
    return SparkSpeaker(engine(tmp_path_factory.mktemp("speaker")), ANNA)


def test_it_is_a_speech_engine(speaker: SparkSpeaker) -> None:
    spoken: SpeechEngine = speaker
    frames = [frame for frame, _ in zip(render(spoken, "Hello!", 24000), range(8), strict=False)]

    assert all(frame.dtype == np.int16 and 0 < len(frame) <= 24 * MAX_FRAME_MS for frame in frames)
    assert np.abs(np.concatenate(frames)).max() > 300


def test_without_anything_to_say_it_is_silent(speaker: SparkSpeaker) -> None:
    assert list(speaker.stream("...")) == []


def test_an_interruption_ends_a_stream_without_an_error(speaker: SparkSpeaker) -> None:
    with closing(speaker.stream("word " * 39)) as stream:
        next(stream)
        speaker.interrupt()
        assert len(list(stream)) <= 1


def test_what_goes_wrong_is_the_failure_of_one_speech(speaker: SparkSpeaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise RuntimeError("[metal::malloc] out of memory")

    with monkeypatch.context() as broken:
        broken.setattr(speaker._engine.codec, "stream", no_memory)
        with pytest.raises(EngineFailed, match=r"could not say this: .*out of memory"):
            next(speaker.stream("Hello!"))
    with closing(speaker.stream("Hello!")) as stream:
        assert len(next(stream))


def test_an_unknown_voice_is_told_before_anything_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match='there is no voice "nobody"'):
        SparkSpeaker(engine(tmp_path), "nobody")
