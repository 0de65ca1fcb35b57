"""Configuration of the conversation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ten_extensions.common.config import Config

BargeInMode = Literal["off", "vad", "words"]


class VoiceControlConfig(Config):
    """Properties of the `voice_control_python` node."""

    session_id: str = "100"
    """TEN's cloud extensions expect a number as text."""
    wait_for: tuple[str, ...] = ()
    """Nodes that must say `ready` before the user is listened to."""
    ready_timeout_ms: int = Field(default=120_000, gt=0)
    """A large model may load for a minute or two; after this the missing node is named and the app ends."""

    greeting: str = ""
    """Spoken when everything is ready; empty: the user speaks first."""
    system_prompt: str | None = None
    """First message to the language model; without it, one that asks for short spoken sentences, in the user's
    language. Empty: no such message."""
    apology: str = ""
    """Spoken when no answer could be made; "" = a sentence that tells what is wrong, in the user's language."""
    nothing_to_say: str = ""
    """Spoken when the model's answer is empty; "" = a sentence in the user's language."""
    go_on_prompt: str = ""
    """Asks the model for the rest of an answer that was interrupted while it was written; "" = in the language of
    the answer."""
    keep_unsaid_turns: int = Field(default=3, ge=0)
    """The rest of an interrupted answer is kept for 'go on' during so many further answers; later it would surprise."""
    max_history_turns: int = Field(default=40, ge=1)
    """Older turns are left out of the request, whole turns at a time."""
    context_tokens: int = Field(default=0, ge=0)
    """What the model can hold, with its answer; older turns are left out. 0 = as its node says, or else 4096."""
    answer_tokens: int = Field(default=512, ge=1)
    """Kept free for the answer. A spoken one takes 100; a model that thinks before it speaks needs some 2000."""

    tool_filler_ms: int = Field(default=1000, ge=0)
    """A tool that takes longer is bridged by 'One moment.'; most need a few ms."""
    tool_timeout_ms: int = Field(default=10_000, gt=0)
    """After this the model is told that the tool did not answer. Nobody waits longer on the telephone either."""
    max_tool_rounds: int = Field(default=4, ge=0)
    """How often one answer may call tools; after that the model has to answer with what it knows."""

    barge_in: BargeInMode = "vad"
    """How speaking over the agent stops it: not at all, by speech alone, or by words that are not a backchannel."""
    confirm_ms: int = Field(default=250, ge=0)
    """Mode vad: a voice heard for so long is an interruption. What a detector takes for speech in a cough lasts 60-130
    ms, and 100 ms later that is known; what it goes on with has no pitch. The agent stops 285-315 ms after the first
    sound (median, test/benchmark_barge_in.py)."""
    confirm_without_words_ms: int = Field(default=900, ge=0)
    """Mode words: speech this long without any partial transcript is an interruption; recognisers may be slow.
    Mode vad: so is speech this long that has no pitch; who whispers is heard, too."""
    undecided_pause_ms: int = Field(default=250, ge=0)
    """A ducked voice that is still undecided after this is paused, so that nothing said meanwhile is missed."""
    duck_db: float = Field(default=-12.0, le=0.0)
    """Quiet enough to talk over, loud enough not to sound like a fault."""
    duck_ramp_ms: int = Field(default=20, ge=0)
    resume_ramp_ms: int = Field(default=20, ge=0)
    """Ramps of this length are not heard as clicks."""

    idle_ms: int = Field(default=0, ge=0)
    """After so long a silence the agent says something; 0: never, as most people like it."""
    idle_prompt: str = ""
    """What it says then; empty: it asks in the user's language whether somebody is there."""
    idle_instruction: str = ""
    """Asks the model for something to say instead; `idle_prompt` is what is said where it gives nothing."""
    max_idle_prompts: int = Field(default=1, ge=1)
    """In a row; then it waits until the user has said something."""

    max_turn_characters: int = Field(default=8000, ge=500)
    """Of a longer turn the beginning is forgotten: ten minutes of speech. A radio may talk all day without a pause."""
    speculate: bool = True
    """Ask the model while the turn is not certain yet; nothing is spoken until it is."""
    finalize_timeout_ms: int = Field(default=1500, gt=0)
    """A recogniser that does not answer within this has nothing more to say."""
    lone_partial_timeout_ms: int = Field(default=6000, gt=0)
    """If nothing more comes after a partial, a recogniser that finds the end of speech itself has forgotten to tell."""
    decide_timeout_ms: int = Field(default=1000, gt=0)
    """A turn detector that does not answer within this counts as 'finished'."""
    think_timeout_ms: int = Field(default=60_000, gt=0)
    """No sound within this after the question: apologise and listen again."""
    playback_timeout_ms: int = Field(default=15_000, gt=0)
    """A speaker that reports nothing for this long while it should speak is given up for this answer."""
    leave_timeout_ms: int = Field(default=20_000, gt=0)
    """After the user has left, the app ends when nothing has moved for this long, whatever is pending."""
