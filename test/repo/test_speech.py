"""The tests' own speech: its labels are true, and it is made only once."""

import numpy as np
import soundfile
from support.speech import RATE_HZ, labelled_speech, say, speech_dir

LOUD = 0.005
TOLERANCE_MS = 15


def test_the_labels_say_when_someone_speaks() -> None:
    spoken = [speech for speech in labelled_speech() if speech.language and "_" not in speech.path.stem[3:]]
    assert {speech.language for speech in spoken} == {"en", "zh"}
    for speech in spoken:
        samples, rate_hz = soundfile.read(speech.path)
        assert (rate_hz, samples.ndim) == (RATE_HZ, 1)
        loud_ms = np.flatnonzero(np.abs(samples) > LOUD) * 1000 / RATE_HZ
        assert abs(loud_ms[0] - speech.start_ms) < TOLERANCE_MS
        assert abs(loud_ms[-1] - speech.end_ms) < TOLERANCE_MS


def test_every_file_is_in_the_table() -> None:
    assert {speech.path for speech in labelled_speech()} == set(speech_dir().glob("*.wav"))


def test_a_sentence_is_spoken_once_and_kept() -> None:
    first = say("hello", "rms")
    made_ns = first.stat().st_mtime_ns
    assert say("hello", "rms") == first != say("hello", "slt")
    assert first.stat().st_mtime_ns == made_ns
    samples, rate_hz = soundfile.read(first)
    assert rate_hz == RATE_HZ
    assert 0.2 * RATE_HZ < len(samples) < 2 * RATE_HZ
    assert np.abs(samples).max() > 0.49
