"""A recorded question on its way through microphone and VAD: two real nodes, in virtual time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.probe import Probe, probe_graph
from support.speech import say

from ten_extensions.common.messages import make_cmd

TESTER = {"extension": "ten:test_extension"}


def node(name: str, addon: str, **properties: object) -> dict[str, object]:
    return {"type": "extension", "name": name, "addon": addon, "extension_group": "audio", "property": properties}


def graph(path: Path) -> dict[str, object]:
    """mic -> vad -> the test, which also takes the place of control."""
    to_test = [TESTER]
    return {
        "nodes": [
            node("mic", "audio_file_python", mode="input", path=str(path)),
            node("vad", "local_vad_python"),
            node("ten:test_extension", "ten:test_extension"),
        ],
        "connections": [
            {
                "extension": "mic",
                "cmd": [{"name": name, "dest": to_test} for name in ("on_user_joined", "on_user_left")],
                "data": [{"name": "ready", "dest": to_test}],
                "audio_frame": [{"name": "pcm_frame", "dest": [{"extension": "vad"}]}],
            },
            {
                "extension": "vad",
                "cmd": [{"name": name, "dest": to_test} for name in ("start_of_sentence", "end_of_sentence")],
                "data": [{"name": "ready", "dest": to_test}],
                "audio_frame": [{"name": "pcm_frame", "dest": to_test}],
            },
            {"extension": "ten:test_extension", "cmd": [{"name": "start_input", "dest": [{"extension": "mic"}]}]},
        ],
    }


def test_two_recorded_questions_are_two_sentences_with_their_true_times(tmp_path: Path) -> None:
    lengths_ms = []
    for index, text in enumerate(("what time is it", "thank you very much")):
        samples, rate_hz = soundfile.read(say(text), dtype="int16")
        lengths_ms.append(len(samples) / 16)
        soundfile.write(tmp_path / f"{index}.wav", np.concatenate([np.zeros(8000, np.int16), samples]), rate_hz)

    async def script(seen: Probe) -> None:
        await seen.wait_for("ready", 2)
        await seen.command(make_cmd("start_input"))
        await seen.wait_for("on_user_left")

    seen = probe_graph(graph(tmp_path), script)
    begin_ms = seen.audio()[0].timestamp_ms
    ends = seen.named("end_of_sentence")
    second_begin_ms = begin_ms + 500 + lengths_ms[0] + 1000
    assert [(end.properties["start_ms"], end.properties["end_ms"]) for end in ends] == [
        pytest.approx((begin_ms + 500, begin_ms + 500 + lengths_ms[0]), abs=120),
        pytest.approx((second_begin_ms + 500, second_begin_ms + 500 + lengths_ms[1]), abs=120),
    ]
    for end in ends:  # told once the silence was long enough, not at the end of the file
        assert 350 <= end.time_ms - end.properties["end_ms"] <= 520
    assert seen.named("on_user_left")[0].time_ms > ends[-1].time_ms
