"""Collects what the user says until a turn is complete. Pure: no I/O, no clock of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from .actions import Action, AskTurnDetection, Finalize, ShowText, StartTimer, StopTimer
from .events import FinalizeEnded, Timer, Transcript, TurnDecided
from .options import VoiceControlConfig
from .turn import Turn

MOST_FINALIZES = 20
"""A recogniser that leaves more of them unanswered does not answer at all."""


class Outcome(Enum):
    """What has become of the turn."""

    OPEN = auto()
    """Nothing new."""
    LIKELY = auto()
    """Probably complete; certain after some silence."""
    COMPLETE = auto()
    """The agent's turn."""
    WAIT = auto()
    """Complete, but the user asked the agent to say nothing."""
    DROPPED = auto()
    """There was no speech in it."""


class Listener:
    """Speech events and transcripts in; finalize and turn detection requests out.

    A turn has one or more utterances. Each is finalized at its end; once no final is outstanding and nobody speaks,
    the joined text is judged, and some silence later the turn is complete.
    """

    def __init__(self, options: VoiceControlConfig, emit: Callable[[Action], None]) -> None:
        self._options = options
        self._emit = emit
        self._finalizes: deque[str] = deque(maxlen=MOST_FINALIZES)
        """Outstanding ones, oldest first."""
        self._finalize_count = 0
        self.turn: Turn | None = None
        self.hearing = False
        """Whether the user is speaking now."""

    @property
    def awaits_final(self) -> bool:
        """Whether the recogniser still owes the words of an utterance."""
        return bool(self._finalizes)

    def speech_started(self, turn_id: int, start_ms: int, *, start_is_lost: bool = False) -> None:
        """The user speaks: a new turn, or more of the one that is open."""
        if self.turn is None:
            self.turn = Turn(turn_id, start_ms, start_ms, start_is_lost=start_is_lost)
        self.turn.stages_ms.clear()
        self.hearing = True
        self._emit(StopTimer(Timer.DECIDE))
        self._emit(StopTimer(Timer.ANSWER))

    def speech_ended(self, end_ms: int) -> None:
        """The user pauses; whether the turn is over is decided later."""
        if self.turn is None or not self.hearing:
            return
        self.hearing = False
        self.turn.end_ms = end_ms
        self._finalize_count += 1
        finalize_id = f"{self.turn.turn_id}-{self._finalize_count}"
        self._finalizes.append(finalize_id)
        self._emit(Finalize(finalize_id, end_ms))
        self._emit(StartTimer(Timer.FINALIZE, self._options.finalize_timeout_ms))

    def transcript(self, event: Transcript, turn_id: int) -> Outcome:
        """Take a transcript; one without speech before it (the recogniser has a VAD of its own) opens a turn."""
        if self.turn is None:
            if not event.text:
                return Outcome.OPEN
            self.turn = Turn(turn_id, event.end_ms if event.start_ms is None else event.start_ms, event.end_ms)
        turn = self.turn
        turn.language = event.language or turn.language
        turn.partial, turn.sure = ("", "") if event.final else (event.text, event.sure)
        if event.final and event.text:
            turn.add(event.text, self._options.max_turn_characters)
        if event.text:
            self._emit(ShowText(turn.turn_id, "user", turn.text, False))
        has_no_vad = not self.hearing and not self._finalizes
        if has_no_vad:
            turn.end_ms = max(turn.end_ms, event.end_ms)
        if event.final:
            if self._finalizes:
                self._finalizes.popleft()
            return self._settle()
        if has_no_vad:
            self._emit(StartTimer(Timer.FINALIZE, self._options.lone_partial_timeout_ms))
        return Outcome.OPEN

    def finalize_ended(self, event: FinalizeEnded) -> Outcome:
        """The recogniser has said all it has to say about an utterance."""
        if event.finalize_id not in self._finalizes:
            return Outcome.OPEN  # its final came before
        self._finalizes.remove(event.finalize_id)
        if self.turn and not self.hearing:
            self.turn.partial = ""
        return self._settle()

    def finalize_timed_out(self) -> Outcome:
        """The recogniser gave no answer: go on with what is known, until it is put right by a late final."""
        self._finalizes.clear()
        return self._settle()

    def decided(self, event: TurnDecided, now_ms: int) -> Outcome:
        """The turn detector's answer; one about an older text is ignored."""
        if self.turn is None or self.hearing or event.text != self.turn.text:
            return Outcome.OPEN
        self._emit(StopTimer(Timer.DECIDE))
        self.turn.reach("turn_decided", now_ms)
        if event.decision == "wait":
            return Outcome.WAIT
        silence_ms = self.turn.end_ms + event.wait_ms - now_ms
        if silence_ms <= 0:
            return Outcome.COMPLETE
        self._emit(StartTimer(Timer.ANSWER, silence_ms))
        return Outcome.LIKELY

    def close_turn(self) -> None:
        """The turn has been answered; the next speech opens a new one."""
        self.turn = None
        self.hearing = False
        self._stop_waiting()

    def drop(self) -> Outcome:
        """Forget the turn."""
        self.close_turn()
        return Outcome.DROPPED

    def _settle(self) -> Outcome:
        if self._finalizes:
            return Outcome.OPEN
        self._emit(StopTimer(Timer.FINALIZE))
        if self.turn is None or self.hearing:
            return Outcome.OPEN
        if not self.turn.text:
            return self.drop()
        turn = self.turn
        self._emit(AskTurnDetection(turn.turn_id, turn.text, turn.language, turn.start_ms, turn.end_ms))
        self._emit(StartTimer(Timer.DECIDE, self._options.decide_timeout_ms))
        return Outcome.OPEN

    def _stop_waiting(self) -> None:
        self._finalizes.clear()
        for timer in (Timer.FINALIZE, Timer.DECIDE, Timer.ANSWER):
            self._emit(StopTimer(timer))
