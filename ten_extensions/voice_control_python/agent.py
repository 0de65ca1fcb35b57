"""The agent's side of the conversation: the current reply, what was heard of it, and the history. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from wrappers.text import language_of

from .actions import (
    AbortLlm,
    Action,
    AskLlm,
    FlushSpeaker,
    FlushTts,
    ReportUtterance,
    Resume,
    ShowText,
    StartTimer,
    StopTimer,
    Warn,
)
from .events import LlmEnded, LlmText, LlmToolCall, Playback, Timer, ToolReturned, TtsEnded, TtsText
from .history import History, Prompt
from .options import VoiceControlConfig
from .phrases import Phrases, phrases_for
from .reply import Reply
from .tool_use import ToolUse
from .tools import Toolbox
from .turn import Turn
from .unsaid import Rest, Unsaid

_RECENT_QUESTION = re.compile(r"[?？].{0,25}$", re.DOTALL)
"""Who answers a question needs a second or two, in which the voice says some 25 letters more."""


class Agent:
    """At most one reply at a time. Cancelling is a number: every reply has an epoch of its own, and a flush names the
    lowest epoch that is still wanted."""

    def __init__(
        self,
        options: VoiceControlConfig,
        emit: Callable[[Action], None],
        *,
        accepted: Callable[[Turn], None],
        finished: Callable[[], None],
    ) -> None:
        """accepted: called when a turn becomes part of the conversation; finished: when a reply is over"""
        self._options = options
        self._emit = emit
        self._accepted = accepted
        self._finished = finished
        self.history = History(options)
        self._unsaid = Unsaid(options.keep_unsaid_turns)
        self._requests = 0
        self._epoch = 0
        self._turn: Turn | None = None
        """The turn that the current reply answers; None for a greeting, and once the reply is over."""
        self._question = ""
        """Its text when the model was asked."""
        self._prompt: Prompt = partial(self.history.request, "")
        """Makes what the model is asked."""
        self.toolbox = Toolbox()
        self._tools = ToolUse(self.toolbox, options, emit)
        """Of the current reply."""
        self.reply: Reply | None = None
        self.voice_lost = False
        """Whether replies can only be shown, because the voice has failed for good."""

    @property
    def is_heard(self) -> bool:
        """Whether the current reply has begun to sound."""
        return self.reply is not None and self.reply.first_sound_ms is not None

    @property
    def has_just_asked(self) -> bool:
        """Whether what was heard last is a question, or little more than a question."""
        return self.reply is not None and _RECENT_QUESTION.search(self.reply.heard_text) is not None

    def answers(self, turn: Turn) -> bool:
        """Whether the current reply is to this turn, with all that is understood of it now."""
        return self._turn is turn and self._question == turn.question

    def say(self, text: str, turn_id: int, *, released: bool = True) -> Reply:
        """Speak a fixed text."""
        reply = self._new_reply(turn_id, released=released)
        reply.is_fixed = True
        reply.end(text)
        return reply

    def prompt(self, turn_id: int) -> None:
        """Say something into a long silence; the model may be asked what."""
        text = self._options.idle_prompt or self._phrases.still_there
        if not self._options.idle_instruction:
            self.say(text, turn_id)
            return
        reply = self._new_reply(turn_id)
        reply.stand_in = text
        self._ask(reply, partial(self.history.request, self._options.idle_instruction))

    def answer(self, turn: Turn, *, released: bool) -> None:
        """Begin an answer, with what is known of it or by asking the model; it is spoken once it is released."""
        self.cancel()
        reply = self._new_reply(turn.turn_id, released=released)
        self._turn = turn
        self._question = turn.question
        beginning = self._unsaid.beginning_of(turn.text)
        if beginning is None:
            self._ask(reply, partial(self.history.request, turn.question))
            return
        reply.begin(beginning)
        if beginning.is_all:
            reply.end()
        else:
            self._ask(reply, partial(self.history.request_more, turn.question, beginning.text))

    def release(self) -> None:
        """The turn of a speculative reply is certain: speak."""
        if self.reply:
            self._emit(StartTimer(Timer.THINK, self._options.think_timeout_ms))
            self.reply.release()
            if self._tools.is_due:
                self._use_tools(self.reply)

    # --- what the engines tell -----------------------------------------------------------------------------------

    def llm_text(self, event: LlmText, now_ms: int) -> None:
        if reply := self._asked(event.request_id):
            self._reach("first_llm_text", now_ms)
            self._tools.said += event.delta
            reply.add(event.delta)

    def llm_tool_call(self, event: LlmToolCall) -> None:
        """The model wants a tool; it is called once the model has ended and the turn is certain."""
        if self._asked(event.request_id):
            self._tools.want(event)

    def llm_ended(self, event: LlmEnded) -> None:
        reply = self._asked(event.request_id)
        if reply is None:
            return
        if event.error:
            self._emit(Warn(event.error))
            if event.kind == "context_overflow":
                self.history.forget_half()
            reply.end(self._apology(event.kind))
        elif self._tools.model_ended():
            reply.insert()
            if reply.released:
                self._use_tools(reply)
            return
        else:
            reply.end(self._phrases.tools_failed if self._tools.was_in_vain else "")
        if reply.is_empty:
            self._replace(reply, reply.stand_in or self._options.nothing_to_say or self._phrases.nothing_to_say)

    def tool_returned(self, event: ToolReturned) -> None:
        """The model goes on when all tools of a round are done."""
        reply = self._current(event.request_id)
        if reply and self._tools.returned(event.call_id, event.output):
            self._ask_again(reply)

    def tools_are_late(self, timer: Timer) -> None:
        """Tools take their time: if nothing is said yet, say so; or go on without those that still work."""
        if self.reply and timer is Timer.TOOLS:
            self._tools.timed_out()
            self._ask_again(self.reply)
        elif self.reply and self.reply.is_empty:
            self.reply.insert(self._phrases.one_moment)

    def tts_started(self, request_id: str, now_ms: int) -> None:
        if self._current(request_id):
            self._reach("first_tts_audio", now_ms)

    def tts_text(self, event: TtsText) -> None:
        if reply := self._current(event.request_id):
            reply.heard.tell_time(event.text, event.start_ms, event.duration_ms)

    def tts_ended(self, event: TtsEnded, now_ms: int) -> None:
        """What the speaker already has is still played; without any sound the reply is over."""
        reply = self._current(event.request_id)
        if reply is None:
            return
        if event.failed and not reply.text_ended:
            self._emit(AbortLlm(reply.llm_request_id))
        reply.is_cut_short = reply.is_cut_short or event.failed or not reply.text_ended
        if event.audio_ms == 0:
            if event.failed and not reply.is_fixed:
                self._replace(reply, self._apology())
            else:
                self._finish(reply, now_ms, interrupted=reply.is_cut_short)

    def finish_silent(self, now_ms: int) -> None:
        """Where replies are only shown, one is over when it is complete."""
        if self.voice_lost and self.reply and self.reply.released and self.reply.text_ended:
            self._finish(self.reply, now_ms, interrupted=False)

    def playback(self, event: Playback, now_ms: int) -> None:
        reply = self._current(event.request_id)
        if reply is None:
            return
        reply.played_ms = max(reply.played_ms, event.played_ms)
        if reply.first_sound_ms is None and event.state in ("started", "progress"):
            reply.first_sound_ms = now_ms
            self._emit(StopTimer(Timer.THINK))
            self._reach("first_sound", now_ms)
            self._accept()
        self._emit(StartTimer(Timer.PLAYBACK, self._options.playback_timeout_ms))
        if event.state == "drained":
            self._finish(reply, now_ms, interrupted=reply.is_cut_short)
        elif event.state == "flushed":
            self._finish(reply, now_ms, interrupted=True)

    # --- stopping ------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Throw away a reply of which nothing was heard; its turn stays open."""
        if self.reply:
            self._flush(self.reply)
            self._emit(StopTimer(Timer.THINK))
            self.reply = None
            self._turn = None

    def interrupt(self, now_ms: int) -> None:
        """Stop the voice first, then its sources; what was heard stays in the history."""
        if self.reply:
            self._flush(self.reply)
            self._emit(Resume(0))  # the flushed speaker may still be ducked or paused
            self._finish(self.reply, now_ms, interrupted=True)

    def stop(self, now_ms: int) -> None:
        """The app ends: write down what was heard until now."""
        if self.reply:
            self._finish(self.reply, now_ms, interrupted=True)

    def thought_too_long(self, now_ms: int) -> None:
        """No sound came of the request."""
        reply = self.reply
        if reply is None or self.is_heard:
            return
        self._emit(Warn(f"no answer within {self._options.think_timeout_ms / 1000:g} s"))
        self._flush(reply)
        if reply.is_fixed:
            self._finish(reply, now_ms, interrupted=True)
        else:
            self._replace(reply, self._apology("too_slow"))

    def _flush(self, reply: Reply) -> None:
        self._tools.stop()
        self._emit(FlushSpeaker(reply.epoch + 1))
        self._emit(FlushTts(reply.epoch + 1))
        self._emit(AbortLlm(reply.llm_request_id))

    # --- one reply after the other -------------------------------------------------------------------------------

    def _new_reply(self, turn_id: int, *, released: bool = True) -> Reply:
        self._epoch += 1
        request_id = self._new_request_id(turn_id)
        self.reply = Reply(request_id, turn_id, self._epoch, self._emit, released, llm_request_id=request_id)
        self._tools = ToolUse(self.toolbox, self._options, self._emit, request_id)
        if released:
            self._emit(StartTimer(Timer.THINK, self._options.think_timeout_ms))
        return self.reply

    def _new_request_id(self, turn_id: int) -> str:
        self._requests += 1
        return f"{self._options.session_id}-{turn_id}-{self._requests}"

    def _ask(self, reply: Reply, prompt: Prompt) -> None:
        self._prompt = prompt
        offers = self._tools.offers
        self._emit(AskLlm(reply.llm_request_id, prompt(self._tools.messages, offers), offers))

    def _use_tools(self, reply: Reply) -> None:
        if self._tools.begin(language_of(self._question)):
            self._ask_again(reply)

    def _ask_again(self, reply: Reply) -> None:
        """The same answer goes on, with what the tools have brought."""
        reply.llm_request_id = self._new_request_id(reply.turn_id)
        if self.is_heard:
            self._emit(StartTimer(Timer.PLAYBACK, self._options.think_timeout_ms))  # the speaker has nothing to tell
        self._ask(reply, self._prompt)

    def _replace(self, reply: Reply, text: str) -> None:
        """Say something fixed in place of a reply that came to nothing; same turn, new request."""
        self._emit(FlushTts(reply.epoch + 1))
        self.say(text, reply.turn_id, released=reply.released)

    def _finish(self, reply: Reply, now_ms: int, *, interrupted: bool) -> None:
        """The reply is over; write down what was heard of it."""
        stages_ms = {"speech_end": 0, **self._turn.stages_ms} if self._turn else {}
        user_text = self._turn.question if self._turn else ""
        if not self.is_heard:
            self._accept()
        text = reply.heard_text if interrupted else reply.heard.whole
        self._tools.stop()
        self.history.add(user_text, text, interrupted, self._tools.messages)
        if reply.is_fixed or self._turn is None:
            self._unsaid.note_fixed(reply.heard.whole)
        else:
            self._unsaid.note(text, reply.rest() if interrupted else Rest(), reply.beginning)
        start_ms = now_ms if reply.first_sound_ms is None else reply.first_sound_ms
        self._emit(ShowText(reply.turn_id, "assistant", text, True))
        self._emit(ReportUtterance(reply.turn_id, "agent", text, start_ms, now_ms, interrupted, stages_ms))
        self._emit(StopTimer(Timer.PLAYBACK))
        self._emit(StopTimer(Timer.THINK))
        self.reply = None
        self._turn = None
        self._finished()

    def _accept(self) -> None:
        """The turn is being answered: it is part of the conversation now."""
        if self._turn:
            self._accepted(self._turn)

    def _current(self, request_id: str) -> Reply | None:
        return self.reply if self.reply and self.reply.request_id == request_id else None

    def _asked(self, llm_request_id: str) -> Reply | None:
        return self.reply if self.reply and self.reply.llm_request_id == llm_request_id else None

    @property
    def _phrases(self) -> Phrases:
        return phrases_for(self._question)

    def _apology(self, kind: str = "") -> str:
        failures = self._phrases.failures
        stand_in = self.reply.stand_in if self.reply else ""
        return stand_in or self._options.apology or failures.get(kind, failures[""])

    def _reach(self, stage: str, now_ms: int) -> None:
        if self._turn:
            self._turn.reach(stage, now_ms)
