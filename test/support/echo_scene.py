"""A scene for the echo suppressor: an agent speaks in a room, a person may talk over it, and either side may stall.

scene = Scene(Room(delay_ms=120, gain_db=-6), agent)
scene.person_says(samples, at_ms=4000)
heard = scene.play(EchoSuppressor("gate"))
assert heard.echo_frames_passed() == 0
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from support.room import Room
from support.speech import Voice, say

from wrappers.audio import Samples, read_audio
from wrappers.audio.samples import FULL_SCALE, to_int16
from wrappers.echo import FRAME_MS, FRAME_SAMPLES, EchoState, EchoSuppressor
from wrappers.vad import Segmenter, SegmenterOptions, SpeechStarted, open_detector

INPUT_LATENCY_MS = 20
"""From the end of a captured frame to its arrival."""
OUTPUT_LATENCY_MS = 30
"""What the loudspeaker says of its own delay; it tells what is heard when it is heard."""
PROGRESS_MS = 100
START_MS = 50_000
"""When the scene begins on the app's clock."""
SKEW_MS = 3
"""The frames of the two sides do not begin at the same time."""
AUDIBLE = 1.0
"""An echo louder than the noise, times this, can be heard in it."""

STORY = (
    "Once upon a time there was a little robot, who lived in a big house by the sea.",
    "Every morning it went down to the water and counted the waves.",
    "One day it counted a thousand of them, and then it went home.",
    "It told the fish and the birds about it, but nobody believed that there were so many.",
)

Side = Literal["microphone", "loudspeaker"]


def voice(text: str, speaker: Voice = "slt") -> Samples:
    """One sentence, int16 at 16 kHz."""
    return np.concatenate(list(read_audio(say(text, speaker))))


def story(seconds: float) -> Samples:
    """The agent tells its story, over and over, with short pauses."""
    pause = np.zeros(16 * 300, np.int16)
    return np.resize(np.concatenate([part for text in STORY for part in (voice(text), pause)]), round(16000 * seconds))


@dataclass(frozen=True, slots=True)
class Stall:
    """For a while nothing of one side arrives; then all of it at once."""

    side: Side
    at_ms: int
    duration_ms: int


@dataclass
class Heard:
    """What came of it. Times are ms from the beginning of the scene."""

    output: Samples
    """What the graph gets in place of the microphone, aligned with it."""
    microphone: Samples
    echo: Samples
    """The agent's part of the microphone."""
    noise_db: float
    waited_ms: list[float]
    """From the arrival of each frame to its release."""
    states: list[EchoState]
    """After each frame."""
    warnings: list[str]

    def echo_frames_passed(self, from_ms: int = 0) -> int:
        """How many frames that are not silent hold an audible echo."""
        limit = AUDIBLE * FULL_SCALE * 10 ** (self.noise_db / 20)
        audible = np.sqrt(np.mean(_frames(self.echo) ** 2, axis=1)) > limit
        passed = np.any(_frames(self.output) != 0, axis=1)
        return int(np.sum((audible & passed)[from_ms // FRAME_MS :]))

    def speech_starts_ms(self, from_ms: int = 0) -> list[int]:
        """When a VAD that listens to the output opens a segment: the first speech of each."""
        detector, segmenter = open_detector("silero"), Segmenter(SegmenterOptions())
        hop = detector.hop_samples
        events = []
        for first in range(0, len(self.output) - hop + 1, hop):
            events += segmenter.push(detector.probability(self.output[first : first + hop]), first // 16, hop // 16)
        return [event.time_ms for event in events if isinstance(event, SpeechStarted) and event.time_ms >= from_ms]

    def erle_db(self, from_ms: int, to_ms: int) -> float:
        """By how much the output is weaker than the microphone between two times."""
        stretch = slice(16 * from_ms, 16 * to_ms)
        before, after = (np.mean(sound[stretch].astype(float) ** 2) for sound in (self.microphone, self.output))
        return float(10 * np.log10(before / max(after, 1e-9)))

    def passed_share(self, from_ms: int, to_ms: int) -> float:
        """Which part of the frames between two times is not silenced."""
        return float(np.mean(np.any(_frames(self.output)[from_ms // FRAME_MS : to_ms // FRAME_MS] != 0, axis=1)))


@dataclass
class Scene:
    """Everything that happens; play it as often as you like."""

    room: Room
    agent: Samples
    """What the loudspeaker is given, int16 at 16 kHz."""
    agent_at_ms: int = 1000
    after_ms: int = 2000
    """Silence after the agent."""
    stalls: tuple[Stall, ...] = ()
    volume: NDArray[np.float64] | None = None
    """Of the loudspeaker, for each sample of `agent`."""
    end_is_told: bool = True
    has_reference: bool = True
    resets_ms: tuple[int, ...] = ()
    """When the devices are changed."""
    person: Samples = field(init=False)

    def __post_init__(self) -> None:
        length = 16 * (self.agent_at_ms + self.after_ms) + len(self.agent)
        length -= length % FRAME_SAMPLES
        self.played = np.zeros(length, np.int16)
        self.played[16 * self.agent_at_ms :][: len(self.agent)] = self.agent
        volume = np.ones(length)
        if self.volume is not None:
            volume[16 * self.agent_at_ms :][: len(self.agent)] = self.volume
        self.echo = self.room.echo(self.played, volume)
        self.person = np.zeros(length, np.int16)

    @property
    def agent_end_ms(self) -> int:
        """When the last of the agent is handed over."""
        return self.agent_at_ms + len(self.agent) // 16

    def person_says(self, samples: Samples, at_ms: int) -> None:
        """A person talks, as loud as the echo."""
        loudness = _loudness(self.echo if self.echo.any() else self.played) / _loudness(samples)
        said = self.person[16 * at_ms :][: len(samples)]
        said += to_int16((samples[: len(said)] / FULL_SCALE * loudness).astype(np.float32))

    def play(self, suppressor: EchoSuppressor[int]) -> Heard:
        """Let it happen."""
        sound = self.echo.astype(int) + self.person + self.room.noise(len(self.echo))
        microphone = np.clip(sound, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        heard = Heard(np.zeros_like(microphone), microphone, self.echo, self.room.noise_db, [], [], [])
        arrived_ms: list[float] = []

        def release(now_ms: float) -> None:
            for cleaned in suppressor.take(now_ms):
                index = cleaned.carry
                heard.output[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES] = cleaned.samples
                heard.waited_ms.append(now_ms - arrived_ms[index])
                heard.states.append(suppressor.state)
            heard.warnings += suppressor.take_warnings()

        def capture(index: int, time_ms: int, now_ms: float) -> None:
            arrived_ms.append(now_ms)
            frame = microphone[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES]
            suppressor.push_microphone(frame, time_ms, now_ms, index)

        for now_ms, act in self._events(suppressor, capture):
            while (deadline_ms := suppressor.deadline_ms) is not None and deadline_ms <= now_ms:
                release(deadline_ms)
            act(now_ms)
            release(now_ms)
        return heard

    def _events(
        self, suppressor: EchoSuppressor[int], capture: Callable[[int, int, float], None]
    ) -> list[tuple[float, Callable[[float], object]]]:
        queue: list[tuple[float, int, Callable[[float], object]]] = []

        def at(time_ms: float, side: Side, act: Callable[[float], object]) -> None:
            for stall in self.stalls:
                begin_ms = START_MS + stall.at_ms
                if stall.side == side and begin_ms <= time_ms < begin_ms + stall.duration_ms:
                    time_ms = begin_ms + stall.duration_ms
            heapq.heappush(queue, (time_ms, len(queue), act))

        for index in range(len(self.played) // FRAME_SAMPLES):
            captured_ms = START_MS + FRAME_MS * index * (1 + self.room.drift_ppm * 1e-6)
            at(captured_ms + FRAME_MS + INPUT_LATENCY_MS, "microphone", partial(capture, index, round(captured_ms)))
            if self.has_reference:
                at(START_MS + SKEW_MS + FRAME_MS * index, "loudspeaker", partial(self._hand_over, suppressor, index))
        for time_ms, state, queued_ms in self._states():
            at(time_ms, "loudspeaker", partial(_tell, suppressor, state, time_ms, queued_ms))
        for reset_ms in self.resets_ms:
            at(START_MS + reset_ms, "microphone", partial(_reset, suppressor))
        return [(time_ms, act) for time_ms, _, act in (heapq.heappop(queue) for _ in range(len(queue)))]

    def _hand_over(self, suppressor: EchoSuppressor[int], index: int, now_ms: float) -> None:
        first = index * FRAME_SAMPLES + 16 * SKEW_MS
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        given = self.played[first : first + FRAME_SAMPLES]
        frame[: len(given)] = given
        time_ms = START_MS + SKEW_MS + FRAME_MS * index
        suppressor.push_reference(frame, time_ms, time_ms + OUTPUT_LATENCY_MS)

    def _states(self) -> list[tuple[int, str, int]]:
        begin_ms = START_MS + self.agent_at_ms + OUTPUT_LATENCY_MS
        length_ms = len(self.agent) // 16
        states = [(begin_ms, "started", length_ms)] if length_ms else []
        for played_ms in range(PROGRESS_MS, length_ms, PROGRESS_MS):
            states.append((begin_ms + played_ms, "progress", length_ms - played_ms))
        if length_ms and self.end_is_told:
            states.append((begin_ms + length_ms, "drained", 0))
        return states


def _tell(suppressor: EchoSuppressor[int], state: str, time_ms: int, queued_ms: int, now_ms: float) -> None:
    suppressor.tell_playback("100-1-1", state, time_ms, queued_ms)


def _reset(suppressor: EchoSuppressor[int], now_ms: float) -> None:
    suppressor.reset()


def _frames(samples: Samples) -> NDArray[np.float64]:
    return samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(float)


def _loudness(samples: Samples) -> float:
    loud = samples[np.abs(samples) > 0.02 * np.abs(samples).max()].astype(float)
    return float(np.sqrt(np.mean(loud**2)))
