"""A person talks over the agent in a computed room: real echo suppressor, VAD and rule, in simulated time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from support.app_dir import use_repository
from support.barge_in_bench import PERSON, SAYINGS, silence_before_ms
from support.echo_scene import INPUT_LATENCY_MS, Scene, story, voice
from support.noises import NOISES
from support.room import Room

use_repository()
from ten_packages.extension.local_vad_python.config import VadConfig  # noqa: E402
from ten_packages.extension.voice_control_python.actions import Action, StartTimer, StopTimer  # noqa: E402
from ten_packages.extension.voice_control_python.barge_in import BargeIn, Verdict  # noqa: E402
from ten_packages.extension.voice_control_python.events import Timer  # noqa: E402
from ten_packages.extension.voice_control_python.options import VoiceControlConfig  # noqa: E402

from wrappers.audio import Samples  # noqa: E402
from wrappers.echo import Aec3Canceller, EchoSuppressor  # noqa: E402
from wrappers.vad import (  # noqa: E402
    FinderEvent,
    SpeechEnded,
    SpeechFinder,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechVoiced,
    open_detector,
)

FIRST_MS = 6000
"""The room is learnt."""
STEP_MS = 3500
EARLY_MS = 100
"""A VAD may find the beginning of speech so much too early."""


@dataclass(frozen=True)
class SimulatedTry:
    """A sound over the agent's voice in the mode `vad`; times are ms from its onset, as it was captured."""

    text: str
    is_noise: bool
    duck_ms: float | None
    stop_ms: float | None


def simulate_talk_over(room: Room, times: int) -> list[SimulatedTry]:
    """So many sentences and as many noises, in turn, as loud as the echo."""
    chance = random.Random(3)
    sounds: list[tuple[str, Samples, bool]] = []
    for number in range(times):
        text, make = SAYINGS[number % len(SAYINGS)], NOISES[number % len(NOISES)]
        sounds += [(text, voice(text, PERSON), False), (make.__name__, make(number), True)]
    scene = Scene(room, story((FIRST_MS + STEP_MS * len(sounds)) / 1000), agent_at_ms=0)
    starts_ms = [FIRST_MS + STEP_MS * place + chance.randrange(500) for place in range(len(sounds))]
    for start_ms, (_, sound, _) in zip(starts_ms, sounds, strict=True):
        scene.person_says(sound, start_ms)
    events = _speech_events(scene.play(EchoSuppressor("aec", Aec3Canceller())).output)
    return [
        _judge(text, is_noise, start_ms + round(silence_before_ms(sound)), events)
        for start_ms, (text, sound, is_noise) in zip(starts_ms, sounds, strict=True)
    ]


def _speech_events(heard: Samples) -> list[tuple[float, FinderEvent]]:
    """What the VAD tells, and when that arrives."""
    finder = SpeechFinder(open_detector("silero"), VadConfig().segmenter_options())
    hop = finder.hop_samples
    events = []
    for first in range(0, len(heard) - hop + 1, hop):
        arrives_ms = (first + hop) / 16 + INPUT_LATENCY_MS
        events += [(arrives_ms, event) for event in finder.push(heard[first : first + hop], first // 16)]
    return events


def _judge(text: str, is_noise: bool, start_ms: int, events: Sequence[tuple[float, FinderEvent]]) -> SimulatedTry:
    """Let the rule of the mode `vad` follow the events from the sound on."""
    confirm_at_ms: float | None = None
    now_ms = 0.0

    def follow(action: Action) -> None:
        nonlocal confirm_at_ms
        match action:
            case StartTimer(Timer.CONFIRM, delay_ms):
                confirm_at_ms = now_ms + delay_ms
            case StopTimer(Timer.CONFIRM):
                confirm_at_ms = None

    rule: BargeIn | None = None
    duck_ms: float | None = None
    for arrives_ms, event in events:
        while rule is not None and confirm_at_ms is not None and confirm_at_ms <= arrives_ms:
            now_ms, confirm_at_ms = confirm_at_ms, None
            if rule.spoke_long_enough() is Verdict.INTERRUPTION:
                return SimulatedTry(text, is_noise, duck_ms, now_ms - start_ms)
        now_ms = arrives_ms
        match event:
            case SpeechStarted(time_ms, is_voiced=is_voiced) if (
                start_ms - EARLY_MS <= time_ms < start_ms + STEP_MS / 2 and rule is None
            ):
                duck_ms = now_ms - start_ms
                rule = BargeIn(
                    VoiceControlConfig(barge_in="vad"),
                    follow,
                    start_ms=time_ms,
                    now_ms=round(now_ms),
                    after_question=False,
                    is_voiced=is_voiced,
                )
            case SpeechStarted(is_voiced=is_voiced) if rule is not None:
                rule.begins_anew(is_voiced=is_voiced)
            case SpeechVoiced() if rule is not None and rule.voice_heard() is Verdict.INTERRUPTION:
                return SimulatedTry(text, is_noise, duck_ms, now_ms - start_ms)
            case SpeechPaused() if rule is not None:
                rule.falls_silent()
            case SpeechResumed() if rule is not None:
                rule.goes_on()
            case SpeechEnded() if rule is not None:
                return SimulatedTry(text, is_noise, duck_ms, None)
    return SimulatedTry(text, is_noise, duck_ms, None)
