"""A conversation in virtual time around the pure state machine: every engine is a delay.

talk = Talk(barge_in="vad")
talk.user_says("tell me a story")
talk.run_until_idle()
assert talk.agent_said == ["Once upon a time."]
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from support.app_dir import use_repository

use_repository()

from ten_packages.extension.voice_control_python import actions, events  # noqa: E402
from ten_packages.extension.voice_control_python.conversation import Conversation  # noqa: E402
from ten_packages.extension.voice_control_python.options import VoiceControlConfig  # noqa: E402

VAD_START_MS = 100
"""Speech that the VAD needs to be sure."""
VAD_PAUSE_MS = 96
VAD_END_MS = 400
"""Silence that the VAD needs to be sure."""
MS_PER_CHARACTER = 60
"""Of the agent's voice."""
PROGRESS_MS = 100


@dataclass
class Delays:
    """How long each engine takes, ms."""

    asr: int = 150
    turn: int = 5
    llm: int = 200
    llm_word: int = 20
    tts: int = 100


@dataclass
class Utterance:
    start_ms: int
    end_ms: int
    text: str


@dataclass
class Spoken:
    """A request on its way through voice and speaker."""

    request_id: str
    epoch: int
    length_ms: int = 0
    played_ms: int = 0
    started: bool = False
    ended: bool = False
    piece_times: list[tuple[str, int, int]] = field(default_factory=list)


class Talk:
    """Drives a `Conversation`; engines answer after their delays, the speaker plays 60 ms a character."""

    def __init__(
        self,
        answer: Callable[[list[dict[str, Any]]], str] = lambda messages: "You said: " + messages[-1]["content"] + ".",
        decide: Callable[[str], tuple[str, int]] = lambda text: ("finished", 0),
        delays: Delays | None = None,
        ready: bool = True,
        **options: Any,
    ) -> None:
        self.answer, self.decide, self.delays = answer, decide, delays or Delays()
        self.now_ms = 0
        self.log: list[tuple[int, actions.Action]] = []
        self.requests: list[list[dict[str, Any]]] = []
        self.aborted: set[str] = set()
        self.volume = "full"
        self.min_epoch = 0
        self.finalize_answers = True
        self.llm_error = ""
        self._queue: list[tuple[int, int]] = []
        """When something is due, and its number in `_due`."""
        self._due: dict[int, Callable[[], Any]] = {}
        self._count = 0
        self._timers: dict[str, int] = {}
        self._utterances: list[Utterance] = []
        self._speaker: list[Spoken] = []
        self._playing = False
        self.conversation = Conversation(VoiceControlConfig(**options))
        self._perform(self.conversation.start(0))
        if ready:
            for node in options.get("wait_for", ()):
                self.tell(events.NodeReady(node))

    # --- the story -----------------------------------------------------------------------------------------------

    def user_says(
        self, text: str, duration_ms: int | None = None, partials: bool = True, voiced_ms: int | None = 0
    ) -> None:
        """The user begins to speak now; time passes until the last word.

        voiced_ms: when the VAD hears that it is a voice, from the beginning; None: never
        """
        duration_ms = duration_ms or 80 * len(text)
        utterance = Utterance(self.now_ms, self.now_ms + duration_ms, text)
        self._utterances.append(utterance)
        is_voiced = voiced_ms is not None and voiced_ms <= VAD_START_MS
        self._at(VAD_START_MS, self.tell, events.UserSpeechStarted(utterance.start_ms, is_voiced))
        if voiced_ms is not None and not is_voiced:
            self._at(voiced_ms, self.tell, events.UserSpeechVoiced())
        words = text.split()
        for count in range(1, len(words) if partials else 0):
            moment = duration_ms * count // len(words) + self.delays.asr
            part = " ".join(words[:count])
            if moment < duration_ms:
                self._at(moment, self._partial, part)
        self._at(duration_ms + VAD_PAUSE_MS, self.tell, events.UserSpeechPaused())
        self._at(duration_ms + VAD_END_MS, self.tell, events.UserSpeechEnded(utterance.end_ms))
        self.run_for(duration_ms)

    def noise(self, duration_ms: int, is_voiced: bool = True) -> None:
        """Something the VAD takes for speech and the recogniser for nothing."""
        self.user_says("", duration_ms, voiced_ms=0 if is_voiced else None)

    def run_for(self, duration_ms: int) -> None:
        """Let time pass."""
        self._run(self.now_ms + duration_ms)

    def run_until(self, happened: Callable[[], bool]) -> None:
        """Let time pass until something is so; it must become so within ten minutes."""
        limit_ms = self.now_ms + 600_000
        while not happened():
            assert self._queue and self._queue[0][0] <= limit_ms, "it never happened"
            self._step()

    def run_until_idle(self) -> None:
        """Let time pass until nothing happens any more."""
        while self._queue:
            self._step()

    def agent_starts_speaking(self) -> None:
        """Let time pass until the agent is heard."""
        self.run_until(lambda: self.state == "speaking")

    def tell(self, event: events.Event) -> None:
        """One event, now."""
        self._perform(self.conversation.handle(event, self.now_ms))

    # --- what came of it -----------------------------------------------------------------------------------------

    def did(self, kind: type[actions.Action]) -> list[Any]:
        """All actions of one kind, in order."""
        return [action for _, action in self.log if isinstance(action, kind)]

    def when(self, kind: type[actions.Action]) -> list[int]:
        """The times of all actions of one kind, ms."""
        return [time_ms for time_ms, action in self.log if isinstance(action, kind)]

    @property
    def state(self) -> str:
        """The state shown last."""
        return self.did(actions.ShowState)[-1].state

    @property
    def said(self) -> list[tuple[str, str]]:
        """The transcript: (role, text)."""
        return [(entry.role, entry.text) for entry in self.did(actions.ReportUtterance)]

    @property
    def agent_said(self) -> list[str]:
        return [text for role, text in self.said if role == "agent"]

    # --- engines -------------------------------------------------------------------------------------------------

    def _perform(self, todo: list[actions.Action]) -> None:
        for action in todo:
            self.log.append((self.now_ms, action))
            match action:
                case actions.StartTimer(timer, delay_ms):
                    self._stop_timer(timer)
                    self._timers[timer] = self._at(delay_ms, self._fire, timer)
                case actions.StopTimer(timer):
                    self._stop_timer(timer)
                case actions.Finalize(finalize_id, end_ms) if self.finalize_answers:
                    self._at(self.delays.asr, self._recognised, finalize_id, end_ms)
                case actions.AskTurnDetection(text=text):
                    decision, wait_ms = self.decide(text)
                    event = events.TurnDecided(text, decision, wait_ms)
                    self._at(self.delays.turn, self.tell, event)
                case actions.AskLlm(request_id, messages):
                    self.requests.append(list(messages))
                    self._at(self.delays.llm, self._generate, request_id, list(messages))
                case actions.AbortLlm(request_id):
                    self.aborted.add(request_id)
                case actions.Speak():
                    self._at(self.delays.tts, self._synthesise, action)
                case actions.FlushSpeaker(min_epoch):
                    self._flush(min_epoch)
                case actions.Duck():
                    self.volume = "ducked"
                case actions.Pause():
                    self.volume = "paused"
                case actions.Resume():
                    self.volume = "full"

    def _stop_timer(self, timer: Any) -> None:
        number = self._timers.pop(timer, None)
        self._queue = [entry for entry in self._queue if entry[1] != number]
        heapq.heapify(self._queue)

    def _partial(self, text: str) -> None:
        self.tell(events.Transcript(text, False, self.now_ms))

    def _fire(self, timer: Any) -> None:
        self._timers.pop(timer, None)
        self.tell(events.TimerFired(timer))

    def _recognised(self, finalize_id: str, end_ms: int) -> None:
        text = next((u.text for u in self._utterances if u.end_ms == end_ms), "")
        if text:
            self.tell(events.Transcript(text, True, end_ms, "en-US"))
        self.tell(events.FinalizeEnded(finalize_id))

    def _generate(self, request_id: str, messages: list[dict[str, Any]]) -> None:
        if self.llm_error:
            self.tell(events.LlmEnded(request_id, self.llm_error))
            return
        words = self.answer(messages).split(" ")
        for index, word in enumerate(words):
            delta = word if index == 0 else " " + word
            self._at(index * self.delays.llm_word, self._delta, request_id, delta)
        self._at(len(words) * self.delays.llm_word, self._generated, request_id)

    def _delta(self, request_id: str, delta: str) -> None:
        if request_id not in self.aborted:
            self.tell(events.LlmText(request_id, delta))

    def _generated(self, request_id: str) -> None:
        self.tell(events.LlmEnded(request_id))

    def _synthesise(self, action: actions.Speak) -> None:
        if action.epoch < self.min_epoch:
            return
        spoken = next((s for s in self._speaker if s.request_id == action.request_id), None)
        if spoken is None:
            spoken = Spoken(action.request_id, action.epoch)
            self._speaker.append(spoken)
        if action.text:
            if spoken.length_ms == 0:
                self.tell(events.TtsStarted(action.request_id))
            duration_ms = MS_PER_CHARACTER * len(action.text)
            self.tell(events.TtsText(action.request_id, action.text, spoken.length_ms, duration_ms))
            spoken.length_ms += duration_ms
        if action.end:
            spoken.ended = True
            self.tell(events.TtsEnded(action.request_id, False, spoken.length_ms))
        if not self._playing:
            self._playing = True
            self._play()

    def _play(self) -> None:
        """The speaker's tick."""
        self._playing = bool(self._speaker)
        if not self._speaker:
            return
        spoken = self._speaker[0]
        if spoken.length_ms and not spoken.started:
            spoken.started = True
            self.tell(events.Playback(spoken.request_id, "started", 0))
        elif self.volume != "paused" and spoken.played_ms < spoken.length_ms:
            spoken.played_ms = min(spoken.length_ms, spoken.played_ms + PROGRESS_MS)
            self.tell(events.Playback(spoken.request_id, "progress", spoken.played_ms))
        if spoken in self._speaker and spoken.ended and spoken.played_ms >= spoken.length_ms:
            self._speaker.remove(spoken)
            if spoken.length_ms:
                self.tell(events.Playback(spoken.request_id, "drained", spoken.played_ms))
        self._at(PROGRESS_MS, self._play)

    def _flush(self, min_epoch: int) -> None:
        self.min_epoch = max(self.min_epoch, min_epoch)
        flushed = [s for s in self._speaker if s.epoch < min_epoch]
        self._speaker = [s for s in self._speaker if s.epoch >= min_epoch]
        for spoken in flushed:
            self._at(0, self.tell, events.Playback(spoken.request_id, "flushed", spoken.played_ms))

    # --- time ----------------------------------------------------------------------------------------------------

    def _at(self, delay_ms: int, function: Callable[..., None], *arguments: Any) -> int:
        self._count += 1
        self._due[self._count] = partial(function, *arguments)
        heapq.heappush(self._queue, (self.now_ms + delay_ms, self._count))
        return self._count

    def _run(self, until_ms: int) -> None:
        while self._queue and self._queue[0][0] <= until_ms:
            self._step()
        self.now_ms = until_ms

    def _step(self) -> None:
        self.now_ms, number = heapq.heappop(self._queue)
        self._due.pop(number)()
