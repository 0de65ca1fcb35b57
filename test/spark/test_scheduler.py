"""The scheduler with a made-up language model and decoder: the test says how fast they are, and time is a number."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from wrappers.tts.spark.rates import SAMPLE_RATE_HZ, SAMPLES_PER_TOKEN, TOKENS_PER_SECOND
from wrappers.tts.spark.scheduler import (
    ChunkScheduler,
    Pace,
    Preset,
    ScheduleOptions,
    Step,
    schedule_options,
)
from wrappers.tts.spark.speed import DecodeTime

WAVE_LAG = 3141
"""Samples that the real wave generator holds back."""
PREFILL_S = 0.05


@dataclass
class Synthesis:
    """One utterance on a machine of a given speed."""

    tokens_per_s: float
    call_s: float = 0.004
    frame_s: float = 0.0005
    now_s: float = PREFILL_S
    received: int = 0
    committed: int = 0
    emitted: int = 0
    """Samples."""
    steps: list[Step] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    """Tokens that came since the step before, for each step."""
    emissions: list[tuple[float, float]] = field(default_factory=list)
    """Time, and how much sound was there."""

    def run(
        self,
        scheduler: ChunkScheduler,
        tokens: int,
        stall: Callable[[int], float] = lambda token: 0.0,
    ) -> "Synthesis":
        """stall: seconds that a token takes longer"""
        since = 0
        for token in range(tokens):
            self.now_s += 1 / self.tokens_per_s + stall(token)
            self.received += 1
            since += 1
            if (step := scheduler.token(self.now_s)) is not None:
                assert not step.last
                self._decode(scheduler, step, since)
                since = 0
        while True:
            step = scheduler.finish(self.now_s)
            self._decode(scheduler, step, since)
            since = 0
            if step.last:
                return self

    def _decode(self, scheduler: ChunkScheduler, step: Step, since: int) -> None:
        self.committed += step.frames
        assert step.look_ahead == (0 if step.last else self.received - self.committed)
        self.now_s += self.call_s + self.frame_s * step.frames
        samples = self.committed * SAMPLES_PER_TOKEN - (0 if step.last else WAVE_LAG)
        new = max(0, samples - self.emitted)
        self.emitted += new
        self.steps.append(step)
        self.waiting.append(since)
        self.emissions.append((self.now_s, self.emitted / SAMPLE_RATE_HZ))
        scheduler.decoded(new / SAMPLE_RATE_HZ, self.now_s)

    @property
    def first_s(self) -> float:
        return next(time_s for time_s, sound_s in self.emissions if sound_s > 0)

    def dry_s(self) -> float:
        """How long playback, begun with the first sound, stands still: found without the scheduler's own figures."""
        dry_s, ends_s, before_s = 0.0, self.first_s, 0.0
        for time_s, sound_s in self.emissions:
            dry_s += max(0.0, time_s - ends_s) if before_s else 0.0
            ends_s = max(ends_s, time_s) + sound_s - before_s
            before_s = sound_s
        return dry_s


def synthesise(
    options: ScheduleOptions, tokens: int, machine: Synthesis, decode_time: DecodeTime | None = None
) -> tuple[Synthesis, Pace]:
    scheduler = ChunkScheduler(options, decode_time or DecodeTime(machine.call_s, machine.frame_s))
    return machine.run(scheduler, tokens), scheduler.pace


MACHINES = [
    pytest.param(lambda: Synthesis(60), id="60 tok/s"),
    pytest.param(lambda: Synthesis(60, call_s=0.02, frame_s=0.001), id="60 tok/s, dear calls"),
    pytest.param(lambda: Synthesis(90), id="90 tok/s"),
    pytest.param(lambda: Synthesis(90, call_s=0.005, frame_s=0.005), id="90 tok/s, slow decoder"),
    pytest.param(lambda: Synthesis(200), id="200 tok/s"),
    pytest.param(lambda: Synthesis(200, call_s=0.03, frame_s=0.01), id="200 tok/s, very slow decoder"),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("preset", ["latency", "balanced", "exact"])
def test_playback_never_runs_dry_where_synthesis_is_faster(preset: Preset, machine: Callable[[], Synthesis]) -> None:
    for tokens in (1, 5, 30, 77, 200, 1000):
        done, pace = synthesise(schedule_options(preset), tokens, machine())
        assert done.emitted == tokens * SAMPLES_PER_TOKEN
        assert done.dry_s() == 0
        assert (pace.underruns, pace.underrun_s) == (0, 0)
    assert pace.real_time_factor < 0.9


@pytest.mark.parametrize(("preset", "tokens", "sound"), [("latency", 20, 6), ("balanced", 26, 10), ("exact", 77, 10)])
def test_the_first_chunk_comes_with_the_token_that_the_preset_says(preset: Preset, tokens: int, sound: int) -> None:
    done, _ = synthesise(schedule_options(preset), 200, Synthesis(90))
    assert done.waiting[0] == tokens
    assert int(done.emissions[0][1] * TOKENS_PER_SECOND) == sound
    assert done.first_s == pytest.approx(PREFILL_S + tokens / 90 + 0.004 + 0.0005 * (sound + 10))


def test_look_ahead_grows_first_and_chunks_then() -> None:
    done, _ = synthesise(schedule_options("balanced", look_ahead=20), 400, Synthesis(90))
    look_aheads = [step.look_ahead for step in done.steps[:-1]]
    chunks = [step.frames for step in done.steps[1:-1]]
    grown = look_aheads.index(20)

    assert look_aheads == sorted(look_aheads)
    assert look_aheads[0] == 6 and look_aheads[-1] == 20
    assert max(chunks[: grown - 1]) <= 10
    assert max(chunks[grown:]) > 40


@pytest.mark.parametrize("machine", MACHINES)
def test_chunks_are_neither_too_small_nor_too_large(machine: Callable[[], Synthesis]) -> None:
    done, _ = synthesise(schedule_options("balanced"), 1000, machine())
    chunks = [step.frames for step in done.steps]
    assert min(chunks[:-1]) >= 4
    assert max(chunks[1:-1]) <= 100


def test_exact_stays_exact() -> None:
    done, _ = synthesise(schedule_options("exact", look_ahead=16), 300, Synthesis(90))
    while_tokens_came = [
        step for step, tokens in zip(done.steps, done.waiting, strict=True) if tokens and not step.last
    ]
    assert {step.look_ahead for step in while_tokens_came} == {57}


def test_calibration_bounds_the_first_look_ahead_too() -> None:
    assert schedule_options("balanced", look_ahead=5).first_look_ahead == 5
    assert schedule_options("latency", look_ahead=16) == ScheduleOptions(6, 4, 16)


def test_a_slow_machine_waits_first_and_then_plays_through() -> None:
    options = replace(schedule_options("balanced"), expected_tokens=250)
    done, pace = synthesise(options, 250, Synthesis(40))
    quick, _ = synthesise(options, 250, Synthesis(90))

    assert pace.real_time_factor == pytest.approx(1.27, abs=0.03)
    assert done.dry_s() == pace.underrun_s == 0
    assert quick.first_s + 0.8 < done.first_s < quick.first_s + 2.5


def test_a_machine_that_is_too_slow_to_wait_for_says_so() -> None:
    options = replace(schedule_options("balanced"), expected_tokens=1000, longest_wait_s=2.0)
    done, pace = synthesise(options, 1000, Synthesis(40))

    first_possible_s = PREFILL_S + 26 / 40
    assert done.first_s == pytest.approx(first_possible_s + 2.0, abs=0.1)
    assert pace.real_time_factor > 1.2
    assert 0 < pace.underruns < 10
    assert pace.underrun_s == pytest.approx(done.dry_s())
    assert pace.underrun_s / pace.underruns > 0.2  # some long pauses, rather than a stutter


def test_the_first_sound_does_not_wait_for_the_rest_of_a_short_utterance() -> None:
    done, _ = synthesise(schedule_options("balanced"), 12, Synthesis(200, call_s=0.01, frame_s=0.01))
    assert [step.last for step in done.steps] == [True]
    done, _ = synthesise(schedule_options("exact"), 70, Synthesis(200, call_s=0.01, frame_s=0.01))
    assert done.first_s == pytest.approx(PREFILL_S + 70 / 200 + 0.01 + 0.01 * 20)


def test_a_pause_of_the_language_model_is_heard_once_and_then_made_up_for() -> None:
    scheduler = ChunkScheduler(schedule_options("balanced"), DecodeTime(0.004, 0.0005))
    done = Synthesis(90).run(scheduler, 400, stall=lambda token: 1.0 if token == 60 else 0.0)
    assert scheduler.pace.underruns == 1
    assert done.dry_s() == pytest.approx(scheduler.pace.underrun_s) == pytest.approx(0.9, abs=0.2)


def test_while_an_earlier_sentence_plays_there_is_time_for_look_ahead() -> None:
    machine = Synthesis(90)
    scheduler = ChunkScheduler(schedule_options("balanced"), DecodeTime(0.004, 0.0005), runs_dry_s=1.0)
    done = machine.run(scheduler, 200)

    assert 0.85 < done.first_s < 0.95  # the margin before the other one ends
    assert done.steps[0].look_ahead == 25
    assert scheduler.pace.underruns == 0


def test_where_playback_is_known_better_it_counts() -> None:
    scheduler = ChunkScheduler(schedule_options("balanced"), DecodeTime(0.004, 0.0005))
    steps, now_s = 0, 0.0
    for _ in range(200):
        now_s += 1 / 90
        if scheduler.token(now_s) is not None:
            steps += 1
            scheduler.decoded(0.2, now_s)
            scheduler.runs_dry_s = now_s + 60  # paused: there is no hurry
    assert steps == 2  # the first chunk, and one when the largest was full


def test_an_utterance_without_tokens_ends_at_once() -> None:
    scheduler = ChunkScheduler(schedule_options("balanced"), DecodeTime())
    assert scheduler.finish(0.0) == Step(look_ahead=0, frames=0, last=True)


def test_what_was_not_begun_cannot_be_done() -> None:
    with pytest.raises(RuntimeError, match="without a step"):
        ChunkScheduler(schedule_options("balanced"), DecodeTime()).decoded(0.1, 0.0)
