"""Two hours of conversation in virtual time: nothing drifts and nothing grows."""

from collections import Counter
from typing import Any

import pytest
from support.held_memory import held_bytes
from support.talk import VAD_END_MS, VAD_START_MS, Talk, actions, events

HOUR_MS = 3_600_000
STORY = "Once upon a time there was a little robot, who lived by the sea. Every morning it counted the waves."


def answer(messages: list[dict[str, Any]]) -> str:
    return STORY if "story" in messages[-1]["content"] else f"You said: {messages[-1]['content']}."


def decide(text: str) -> tuple[str, int]:
    return ("wait", 0) if text == "hold on" else ("finished", 300)


class Days:
    """A conversation of which the test itself keeps nothing but what it needs."""

    def __init__(self) -> None:
        self.talk = Talk(answer=answer, decide=decide, barge_in="words", idle_ms=30_000)
        self.talk.tell(events.EchoChanged("aec"))
        self.stages: list[dict[str, int]] = []
        """Of the answers to the first question of each round."""
        self.request_ids: Counter[str] = Counter()
        self.epochs: list[int] = []
        self.echoes = self.messages = 0
        """Most that the model was ever given."""

    def round(self) -> None:
        """A minute with a bit of everything."""
        talk = self.talk
        talk.user_says("what time is it")
        talk.run_for(6000)
        talk.user_says("tell me a story")
        talk.agent_starts_speaking()
        talk.run_for(500)
        talk.noise(150)
        talk.run_for(1500)
        talk.user_says("yeah")
        talk.run_for(2000)
        echo_end_ms = talk.now_ms - 2000
        talk.tell(events.Transcript("upon a time there was a little", True, echo_end_ms, "", echo_end_ms - 2000))
        talk.user_says("hold on", 600)
        talk.run_for(3000)
        talk.user_says("go on")
        talk.agent_starts_speaking()
        talk.run_for(500)
        talk.tell(events.InterruptRequested())
        talk.run_for(1000)
        talk.user_says("what did you say")
        talk.run_until(lambda: talk.state == "speaking")
        talk.run_until(lambda: talk.state == "listening")
        talk.run_for(40_000)
        self._forget()

    def _forget(self) -> None:
        talk = self.talk
        self.stages += [a.stages_ms for a in talk.did(actions.ReportUtterance) if a.text.endswith("time is it.")]
        self.request_ids.update({action.request_id for action in talk.did(actions.Speak)})
        self.epochs += [action.epoch for action in talk.did(actions.Speak)]
        self.echoes += len(talk.did(actions.DropEcho))
        self.messages = max([self.messages, *(len(request) for request in talk.requests)])
        talk.log, talk.requests, talk._utterances = [(talk.now_ms, talk.did(actions.ShowState)[-1])], [], []
        talk.aborted.clear()

    @property
    def held(self) -> int:
        """Bytes of the whole state, without what belongs to the test."""
        return held_bytes(self.talk.conversation, but_not=(self.talk,))


def test_two_hours_of_conversation() -> None:
    days = Days()
    while days.talk.now_ms < 1.5 * HOUR_MS:
        days.round()
    held, turns = days.held, days.talk.conversation._turns
    while days.talk.now_ms < 2 * HOUR_MS:
        days.round()

    assert days.talk.conversation._turns > 1.3 * turns > 500
    assert days.echoes > 100
    assert abs(days.held - held) < 0.05 * held, (
        "every memory is full and stays so; the history drops some turns at once"
    )
    assert days.stages[0] and all(stages == days.stages[0] for stages in days.stages), "the last answer is no later"
    assert set(days.request_ids.values()) == {1}, "no id is used twice"
    assert days.epochs == sorted(days.epochs)
    assert days.messages <= 2 * 40 + 4
    assert days.talk.state == "listening" and days.talk.volume == "full"
    assert not days.talk.did(actions.Warn)


def test_a_day_of_silence_and_noise_holds_nothing() -> None:
    talk = Talk(idle_ms=60_000)
    talk.user_says("hello")
    talk.run_for(120_000)
    held, said = held_bytes(talk.conversation, but_not=(talk,)), len(talk.agent_said)
    while talk.now_ms < 24 * HOUR_MS:
        talk.noise(300)
        talk.run_for(HOUR_MS // 10)
    assert len(talk.agent_said) == said == 2, "one answer and one prompt"
    assert held_bytes(talk.conversation, but_not=(talk,)) < held + 500


@pytest.mark.parametrize("what", ["partials", "finals", "finalizes", "announcements"])
def test_a_node_that_talks_without_end_fills_nothing(what: str) -> None:
    talk = Talk()
    talk.tell(events.UserSpeechStarted(0))
    sizes = []
    for count in range(1200):
        match what:
            case "partials" | "finals":
                talk.tell(events.Transcript(f"and now the news {count}", what == "finals", talk.now_ms))
            case "finalizes":
                talk.finalize_answers = False
                talk.tell(events.UserSpeechStarted(talk.now_ms))
                talk.run_for(VAD_START_MS)
                talk.tell(events.UserSpeechEnded(talk.now_ms))
                talk.run_for(VAD_END_MS)
            case "announcements":
                talk.tell(events.Announcement("The egg is done."))
        talk.log = talk.log[-10:]
        if count in (600, 1199):
            sizes.append(held_bytes(talk.conversation, but_not=(talk,)))
    assert sizes[1] < 1.1 * sizes[0]
