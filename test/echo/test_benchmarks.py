"""The benchmarks of echo and interruption measure what they say."""

import math

import benchmark_barge_in
import benchmark_echo
import pytest
from benchmark_barge_in import summary_of
from support.barge_in_bench import Kind, Try
from support.require import require
from support.room import Room
from support.simulated_talk_over import simulate_talk_over

KEYS = (
    "barge_ins_total",
    "barge_ins_taken",
    "onset_to_duck_ms_p90",
    "onset_to_stop_ms_median",
    "decision_to_silence_ms_p90",
    "false_stops_noise",
    "false_stops_backchannel",
)


def tried(kind: Kind, stop_ms: float | None, mode: benchmark_barge_in.BargeInMode = "vad") -> Try:
    silence_ms = None if stop_ms is None else 12.0
    return Try(mode, kind, "text", 5000.0, 200.0, 900.0, stop_ms, silence_ms)


def test_interruptions_are_counted_by_what_they_were_and_how_soon() -> None:
    barge_ins = [tried("barge_in", stop_ms) for stop_ms in (350.0, 390.0, 450.0, None)]
    others = [tried("noise", None), tried("noise", 300.0), tried("backchannel", 700.0)]
    summary = summary_of("vad", barge_ins + others)
    assert {f"vad_{key}" for key in KEYS} <= summary.keys()
    assert summary["vad_barge_ins_total"] == 4
    assert summary["vad_barge_ins_taken"] == 2, "of three that stopped the agent, one came too late"
    assert summary["vad_barge_ins_stopped"] == 3
    assert summary["vad_onset_to_stop_ms_median"] == 390
    assert (summary["vad_false_stops_noise"], summary["vad_false_stops_backchannel"]) == (1, 1)


@pytest.mark.parametrize(("stop_ms", "is_taken"), [(1000.0, True), (1001.0, False), (400.0, True)])
def test_words_take_as_long_as_the_recogniser_and_a_little(stop_ms: float, is_taken: bool) -> None:
    assert benchmark_barge_in.is_taken(tried("barge_in", stop_ms, "words")) == is_taken


def test_who_talks_over_the_agent_stops_it_and_a_noise_does_not() -> None:
    require("aec", "flite")
    tries = simulate_talk_over(Room(120, -12), 6)
    assert [one.text for one in tries if one.is_noise and one.stop_ms is not None] == []
    stops_ms = sorted(one.stop_ms or math.inf for one in tries if not one.is_noise)
    assert stops_ms[3] <= 400
    assert stops_ms[4] < 500
    assert stops_ms[5] < 1500, "the canceller may hide a first word"
    summary = benchmark_barge_in.simulated_summary_of(tries)
    assert (summary["simulated_barge_ins_stopped"], summary["simulated_false_stops_noise"]) == (6, 0)


def test_the_apps_canceller_lowers_the_echo_and_keeps_the_person() -> None:
    require("aec", "flite")
    result = benchmark_echo.measure("linear_aec3", "desk", Room(120, -12), benchmark_echo.SECONDS)
    assert result.erle_db > 20
    assert -8 < result.person_db < 1
    assert result.recovery_ms is not None and result.recovery_ms < 3000
    others = [
        benchmark_echo.Result(name, "desk", 1.0, -1.0, None, 9.0)
        for name in benchmark_echo.CANCELLERS
        if "_" not in name
    ]
    summary = benchmark_echo.summary_of([result, *others])
    assert summary["linear_aec3_erle_db_worst"] == result.erle_db
    assert (summary["aec3_recovered"], summary["linear_aec3_recovered"]) == (0, 1)
