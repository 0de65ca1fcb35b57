"""The parts of the time between the user's last word and the first sound, from what was seen of a turn."""

from dataclasses import replace

import pytest
from support.voice_to_voice import BARS, Turn, bars, engines_ms, gaps, total_ms, worked

TURN = Turn(
    speech_end_ms=1000,
    vad_heard_ms=1400,
    vad_told_ms=1402,
    final_ms=1453,
    decided_ms=1475,
    decision_took_ms=20,
    answer_due_ms=1600,
    piece_ms=1805,
    audio_ms=1958,
    sound_ms=1965,
    work={
        "ASR final": [(1200, 1350), (1390, 1450)],
        "LLM first piece": [(1603, 1803)],
        "TTS first chunk": [(1806, 1956)],
    },
)


def test_the_parts_make_up_the_whole() -> None:
    found = bars(TURN, device_ms=10)
    assert found == {
        "VAD hang-over": 400,
        "ASR final": 48,
        "turn decision": 20,
        "LLM first piece": 200,
        "TTS first chunk": 150,
        "silence awaited": 125,
        "resampler": 0,
        "device": 7,
        "pipeline": 15,
    }
    assert total_ms(found) == 965
    assert engines_ms(found) == 418
    assert tuple(found) == BARS


def test_the_pipelines_part_is_known_by_place() -> None:
    found = bars(TURN, device_ms=10)
    places = gaps(TURN, found)
    assert sum(places.values()) == found["pipeline"]
    assert places["to the first piece"] == 5
    assert places["to the first chunk"] == 3


def test_a_model_that_is_asked_while_silence_is_awaited_costs_only_the_rest() -> None:
    early = replace(TURN, work={"LLM first piece": [(1477, 1677)]}, piece_ms=1680)
    found = bars(early, device_ms=10)
    assert found["LLM first piece"] == 200
    assert found["silence awaited"] == 2
    assert gaps(early, found)["to the first piece"] == 3


@pytest.mark.parametrize(
    ("resampler_ms", "device_ms", "parts"),
    [(0, 5, (0, 5, 17)), (0, 10, (0, 7, 15)), (4, 2, (4, 2, 16)), (20, 5, (7, 0, 15))],
)
def test_what_the_output_takes_longer_than_it_must_is_the_pipelines(
    resampler_ms: float, device_ms: float, parts: tuple[float, float, float]
) -> None:
    found = bars(replace(TURN, resampler_ms=resampler_ms), device_ms)
    assert (found["resampler"], found["device"], found["pipeline"]) == parts


def test_spans_that_overlap_count_once() -> None:
    assert worked([(5, 8), (0, 4), (3, 6), (9, 30)], 1, 10) == 8
    assert worked([], 1, 10) == 0
