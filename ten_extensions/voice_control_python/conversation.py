"""Who speaks and who listens. Pure: events in, actions out, no I/O, no clock of its own.

The user's side is a `Listener`, the agent's side an `Agent`; speech over the agent's voice is a `BargeIn`.
"""

from __future__ import annotations

from .actions import (
    Action,
    CloseApp,
    ReportUtterance,
    ShowState,
    ShowText,
    StartInput,
    StartTimer,
    State,
    StopTimer,
    Warn,
)
from .agent import Agent
from .announcements import Announcements
from .barge_in import BargeIn, Verdict
from .engine_events import tell_agent
from .events import (
    Announcement,
    EchoChanged,
    Event,
    FinalizeEnded,
    InterruptRequested,
    NodeFailed,
    NodeReady,
    Timer,
    TimerFired,
    Transcript,
    TurnDecided,
    UserLeft,
    UserSpeechEnded,
    UserSpeechPaused,
    UserSpeechResumed,
    UserSpeechStarted,
    UserSpeechVoiced,
)
from .hearing import Hearing
from .idle import Idle
from .listener import Listener, Outcome
from .options import VoiceControlConfig
from .read_ahead import ReadAhead
from .self_hearing import SelfHearing
from .turn import Turn

SAME_CLOCK_MS = 60_000
"""A transcript up to this much older than an ignored utterance belongs to it; one older still has another clock."""


class Conversation:
    """Feed events in order with the time at which they happened; do the actions in order."""

    def __init__(self, options: VoiceControlConfig) -> None:
        self._options = options
        self._actions: list[Action] = []
        self._now_ms = 0
        self._missing = list(dict.fromkeys(options.wait_for))
        self._started = False
        self._ended = False
        self._user_left = False
        self._shown: ShowState | None = None
        self._turns = 0
        self._ignore_before_ms: int | None = None
        self._listener = Listener(options, self._do)
        self._agent = Agent(options, self._do, accepted=self._accepted, finished=self._agent_finished)
        self._announcements = Announcements(self._agent)
        self._read_ahead = ReadAhead(self._agent, self._do)
        self._barge_in: BargeIn | None = None
        self._self_hearing = SelfHearing(self._do)
        self._hearing = Hearing(options.barge_in)
        self._idle = Idle(options, self._do, self._agent)

    def start(self, now_ms: int) -> list[Action]:
        """Begin to wait for the nodes; call it once, before any event."""
        self._now_ms = now_ms
        self._do(StartTimer(Timer.READY, self._options.ready_timeout_ms))
        self._begin_when_ready()
        return self._conclude()

    def handle(self, event: Event, now_ms: int) -> list[Action]:
        """Take one event; returns what is to be done, in order."""
        if self._ended:
            return []
        self._now_ms = now_ms
        self._take(self._self_hearing.sift(event, self._agent.reply, now_ms))
        return self._conclude()

    def stop(self, now_ms: int) -> list[Action]:
        """The app ends, in the middle of whatever: nothing that was said is lost."""
        self._now_ms = now_ms
        self._agent.stop(now_ms)
        turn = self._listener.turn
        if turn and turn.text:
            turn.end_ms = now_ms if self._listener.hearing else turn.end_ms
            self._accepted(turn)
        self._ended = True
        return self._conclude()

    def _take(self, event: Event) -> None:
        match event:
            case NodeReady(node, context_tokens):
                if context_tokens:
                    self._agent.history.know_context(context_tokens)
                if node in self._missing:
                    self._missing.remove(node)
                self._begin_when_ready()
            case NodeFailed():
                self._node_failed(event)
            case EchoChanged():
                self._hearing.echo_changed(event)
            case UserSpeechStarted():
                self._user_speaks(event)
            case UserSpeechVoiced() if self._barge_in:
                self._judge(self._barge_in.voice_heard())
            case UserSpeechPaused() if self._barge_in:
                self._barge_in.falls_silent()
            case UserSpeechResumed() if self._barge_in:
                self._barge_in.goes_on()
            case UserSpeechEnded(end_ms):
                self._user_stops(end_ms)
            case Transcript():
                self._transcript(event)
            case FinalizeEnded():
                self._finalize_ended(self._listener.finalize_ended(event))
            case TurnDecided():
                self._follow(self._listener.decided(event, self._now_ms))
            case Announcement(text):
                self._announcements.add(text)
            case InterruptRequested():
                self._agent.interrupt(self._now_ms)
            case UserLeft():
                self._user_left = True
                self._user_stops(self._now_ms)
            case TimerFired(timer):
                self._timer_fired(timer)
            case _:
                tell_agent(self._agent, event, self._now_ms)

    # --- start and end -------------------------------------------------------------------------------------------

    def _begin_when_ready(self) -> None:
        if self._started or self._missing:
            return
        self._started = True
        self._do(StopTimer(Timer.READY))
        self._do(StartInput())
        if self._options.greeting:
            self._agent.say(self._options.greeting, turn_id=0)

    def _node_failed(self, event: NodeFailed) -> None:
        if not self._started and event.node in self._missing:
            self._end(event.text)
        elif event.module == "tts":
            self._agent.voice_lost = True

    def _conclude(self) -> list[Action]:
        if self._started and not self._ended and not self._user_left and self._listener.turn is None:
            self._announcements.say_next(self._turns)
        self._agent.finish_silent(self._now_ms)
        if self._user_left:
            if self._agent.reply is None and self._listener.turn is None:
                self._end()
            else:
                self._do(StartTimer(Timer.LEAVE, self._options.leave_timeout_ms))
        self._show_state()
        actions, self._actions = self._actions, []
        return actions

    def _show_state(self) -> None:
        state, barge_in = self._current_state(), self._hearing.barge_in
        self._idle.state_changed(self._shown.state if self._shown else None, state)
        if self._shown is None or (state, barge_in) != (self._shown.state, self._shown.barge_in):
            turn_id = self._agent.reply.turn_id if self._agent.reply else self._turns
            self._shown = ShowState(state, turn_id, barge_in)
            self._do(self._shown)

    def _end(self, error: str = "") -> None:
        if not self._ended:
            self._ended = True
            self._do(CloseApp(error))

    # --- the user speaks -----------------------------------------------------------------------------------------

    def _user_speaks(self, event: UserSpeechStarted) -> None:
        start_ms = event.start_ms
        start_is_lost = self._hearing.misses_start(start_ms)
        self._listener.speech_started(self._turns + 1, start_ms, start_is_lost=start_is_lost)
        if not self._agent.is_heard:
            self._announcements.keep(self._agent.reply)
            self._agent.cancel()  # the same turn goes on; the answer to its beginning is of no use
            self._read_ahead.heard(self._listener.turn)
        elif self._barge_in:
            self._barge_in.begins_anew(is_voiced=event.is_voiced)
        elif self._options.barge_in != "off":
            self._barge_in = BargeIn(
                self._options,
                self._do,
                start_ms=start_ms,
                now_ms=self._now_ms,
                after_question=self._agent.has_just_asked,
                is_voiced=event.is_voiced,
            )

    def _user_stops(self, end_ms: int) -> None:
        if self._barge_in and self._listener.hearing:
            self._barge_in.falls_silent()
        self._listener.speech_ended(end_ms)

    def _transcript(self, event: Transcript) -> None:
        if self._ignore_before_ms is not None and 0 <= self._ignore_before_ms - event.end_ms < SAME_CLOCK_MS:
            return
        if self._barge_in:
            self._judge(self._barge_in.heard(event))
        elif self._agent.is_heard:
            if event.final:
                self._ignore_utterance()  # interrupting is off: what was said meanwhile is not answered
            return
        if self._barge_in is None and self._agent.is_heard:
            return  # it was harmless, and the agent goes on
        outcome = self._listener.transcript(event, self._turns + 1)
        if event.final and self._listener.turn:
            self._listener.turn.reach("transcript", self._now_ms)
        else:
            self._read_ahead.heard(self._listener.turn)
        self._follow(outcome)

    def _finalize_ended(self, outcome: Outcome) -> None:
        if self._barge_in and not self._listener.awaits_final:
            self._judge(Verdict.HARMLESS)  # words that interrupt would have done so
        self._follow(outcome)

    def _follow(self, outcome: Outcome) -> None:
        turn = self._listener.turn
        if turn is None or outcome in (Outcome.OPEN, Outcome.DROPPED):
            return
        if self._agent.is_heard:
            self._ignore_utterance()
        elif outcome is Outcome.WAIT:
            self._agent.cancel()
            self._accepted(turn)
        elif outcome is Outcome.LIKELY:
            if self._options.speculate:
                self._agent.answer(turn, released=False)
        elif self._agent.answers(turn):
            self._agent.release()
        else:
            self._agent.answer(turn, released=True)

    def _ignore_utterance(self) -> None:
        if self._listener.turn:
            self._ignore_before_ms = self._listener.turn.end_ms
        self._listener.drop()

    # --- speech over the agent's voice ---------------------------------------------------------------------------

    def _judge(self, verdict: Verdict) -> None:
        if self._barge_in is None or verdict is Verdict.UNDECIDED:
            return
        if verdict is Verdict.HARMLESS and self._listener.hearing:
            return  # the user speaks again already: that decides
        self._barge_in.close(resume=verdict is Verdict.HARMLESS)
        self._barge_in = None
        if verdict is Verdict.HARMLESS:
            self._ignore_utterance()
        else:
            self._agent.interrupt(self._now_ms)

    def _accepted(self, turn: Turn) -> None:
        """The turn is part of the conversation now."""
        self._do(ShowText(turn.turn_id, "user", turn.text, True))
        times = (turn.start_ms, turn.end_ms)
        self._do(ReportUtterance(turn.turn_id, "user", turn.text, *times, start_is_lost=turn.start_is_lost))
        self._turns = turn.turn_id
        self._ignore_before_ms = turn.end_ms  # a final that comes only now is not another turn
        self._idle.user_took_turn()
        if self._listener.turn is turn:
            self._listener.close_turn()

    def _agent_finished(self) -> None:
        """The agent has finished while someone began to speak: that is simply the next turn."""
        if self._barge_in:
            self._barge_in.close(resume=True)
            self._barge_in = None

    # --- waiting -------------------------------------------------------------------------------------------------

    def _timer_fired(self, timer: Timer) -> None:
        match timer:
            case Timer.READY:
                missing = ", ".join(self._missing)
                seconds = self._options.ready_timeout_ms / 1000
                self._end(
                    f"not ready after {seconds:g} s: {missing} (a node that never says `ready` is left out of wait_for)"
                )
            case Timer.FINALIZE:
                if self._barge_in:
                    self._judge(Verdict.HARMLESS)
                else:
                    self._follow(self._listener.finalize_timed_out())
            case Timer.DECIDE | Timer.ANSWER:
                if self._listener.turn:
                    self._listener.turn.reach("turn_decided", self._now_ms)
                self._follow(Outcome.COMPLETE)
            case Timer.CONFIRM if self._barge_in:
                self._judge(self._barge_in.spoke_long_enough())
            case Timer.PAUSE if self._barge_in:
                self._barge_in.pause()
            case Timer.TOOLS | Timer.FILLER:
                self._agent.tools_are_late(timer)
            case Timer.THINK:
                self._agent.thought_too_long(self._now_ms)
            case Timer.PLAYBACK:
                self._do(Warn("the speaker does not tell what it plays; the answer counts as cut short"))
                self._agent.interrupt(self._now_ms)
            case Timer.IDLE if self._current_state() == "listening":
                self._idle.silence_was_long(self._turns)
            case Timer.LEAVE:
                self._end()
            case _:
                pass  # the speech it was about is decided

    # --- small things --------------------------------------------------------------------------------------------

    def _current_state(self) -> State:
        if self._ended:
            return "ended"
        if not self._started:
            return "waiting"
        if self._agent.is_heard:
            return "speaking"
        if self._listener.hearing:
            return "hearing"
        if self._agent.reply and self._agent.reply.released:
            return "thinking"
        return "deciding" if self._listener.turn else "listening"

    def _do(self, action: Action) -> None:
        self._actions.append(action)
