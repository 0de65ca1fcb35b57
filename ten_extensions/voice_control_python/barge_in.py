"""Decides whether speech over the agent's voice is an interruption. Pure: no I/O, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from .actions import Action, Duck, Pause, Resume, StartTimer, StopTimer
from .backchannel import is_backchannel
from .events import Timer, Transcript
from .options import VoiceControlConfig


class Verdict(Enum):
    UNDECIDED = auto()
    INTERRUPTION = auto()
    HARMLESS = auto()
    """A cough, a noise, or a sign of listening."""


class BargeIn:
    """One stretch of speech over the agent's voice, from its onset to a verdict.

    The voice is ducked at once and paused when the matter is still open a little later, so that the user never talks
    against a full voice and nothing the agent says is lost.
    """

    def __init__(
        self,
        options: VoiceControlConfig,
        emit: Callable[[Action], None],
        *,
        start_ms: int,
        now_ms: int,
        after_question: bool,
        is_voiced: bool = True,
    ) -> None:
        """after_question: the agent has just asked something, so that 'yes' is an answer and no backchannel
        is_voiced: it is not a cough; where the VAD does not know yet, it may say so later (`voice_heard`)
        """
        self._options = options
        self._emit = emit
        self._after_question = after_question
        self._words_seen = False
        self._is_voiced = is_voiced
        self._has_words = False
        """They interrupt, if it is a voice that says them."""
        self._is_long = False
        """It interrupts, if it is a voice; if not, after a while longer."""
        words_mode = options.barge_in == "words"
        self._confirm_ms = options.confirm_without_words_ms if words_mode else options.confirm_ms
        emit(Duck(options.duck_db, options.duck_ramp_ms))
        emit(StartTimer(Timer.CONFIRM, max(0, start_ms + self._confirm_ms - now_ms)))
        emit(StartTimer(Timer.PAUSE, options.undecided_pause_ms))

    def pause(self) -> None:
        """Still undecided."""
        self._emit(Pause())

    def spoke_long_enough(self) -> Verdict:
        """The user still speaks when the confirming time has passed."""
        if self._options.barge_in == "words" and self._words_seen and not self._has_words:
            return Verdict.UNDECIDED  # a long 'yeah, yeah'; further words decide
        whispering_ms = self._options.confirm_without_words_ms - self._confirm_ms
        if self._is_voiced or self._is_long or whispering_ms <= 0:
            return Verdict.INTERRUPTION
        self._is_long = True
        self._emit(StartTimer(Timer.CONFIRM, whispering_ms))
        return Verdict.UNDECIDED

    def voice_heard(self) -> Verdict:
        """What the user says has a pitch, so that it is no cough."""
        self._is_voiced = True
        return Verdict.INTERRUPTION if self._is_long or self._has_words else Verdict.UNDECIDED

    def begins_anew(self, *, is_voiced: bool) -> None:
        """The user makes another sound before the last one is judged."""
        self._is_voiced = is_voiced
        self._has_words = False
        self.goes_on()

    def goes_on(self) -> None:
        """The user speaks again. Only speech without a break is long enough: several knocks are no interruption."""
        self._is_long = False
        self._emit(StartTimer(Timer.CONFIRM, self._confirm_ms))

    def falls_silent(self) -> None:
        """The user has stopped, at least for a moment: now it is a matter of the words."""
        self._is_long = False
        self._emit(StopTimer(Timer.CONFIRM))

    def heard(self, transcript: Transcript) -> Verdict:
        """Judge a transcript. Where the agent has heard itself, nobody speaks.

        What a recogniser makes of a cough does not count: words need a voice, or to take as long as whispering has to.
        """
        if transcript.is_echo:
            self.falls_silent()
        text = "" if transcript.is_doubtful else transcript.text
        self._words_seen = self._words_seen or bool(text)
        self._has_words = bool(text) and (self._after_question or not is_backchannel(text, so_far=not transcript.final))
        if self._has_words and (self._is_voiced or self._is_whispered(transcript)):
            return Verdict.INTERRUPTION
        return Verdict.HARMLESS if transcript.final else Verdict.UNDECIDED

    def _is_whispered(self, transcript: Transcript) -> bool:
        start_ms = transcript.end_ms if transcript.start_ms is None else transcript.start_ms
        return transcript.final and transcript.end_ms - start_ms >= self._options.confirm_without_words_ms

    def close(self, *, resume: bool) -> None:
        """It is decided."""
        self._emit(StopTimer(Timer.CONFIRM))
        self._emit(StopTimer(Timer.PAUSE))
        if resume:
            self._emit(Resume(self._options.resume_ramp_ms))
