"""The agent's own words, coming back through the microphone, are not the user's."""

from typing import Any

import pytest
from support.talk import Talk, actions, events

STORY = (
    "Once upon a time there was a little robot, who lived in a big house by the sea. "
    "Every morning it went down to the water and counted the waves. "
    "One day it counted a thousand of them, and then it went home."
)
ECHO = "there was a little robot who lived in a big house"
MODES = ("gate", "aec")


def tell_story(mode: str = "aec", after_ms: int = 5000, **options: Any) -> Talk:
    """The agent is in the middle of its story."""
    talk = Talk(answer=lambda messages: STORY if "story" in messages[-1]["content"] else "All right.", **options)
    talk.tell(events.EchoChanged(mode))
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(after_ms)
    return talk


def hear(talk: Talk, text: str, final: bool = True, end_ms: int | None = None) -> None:
    """The recogniser tells what it has understood of two seconds, by default the last ones."""
    end_ms = end_ms or talk.now_ms
    talk.tell(events.Transcript(text, final, end_ms, "en-US", end_ms - 2000))


def echoes(talk: Talk) -> list[str]:
    return [action.text for action in talk.did(actions.DropEcho)]


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_the_agents_own_words_do_not_stop_it(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in)
    talk.tell(events.UserSpeechStarted(talk.now_ms - 200))
    assert talk.volume == "ducked"
    hear(talk, ECHO, final=False)
    talk.run_for(1500)
    assert not talk.did(actions.FlushSpeaker), "what is known to be an echo is not confirmed by going on"
    assert talk.volume == "paused"
    end_ms = talk.now_ms - 1100
    talk.tell(events.UserSpeechEnded(end_ms))
    hear(talk, ECHO, end_ms=end_ms)
    assert talk.volume == "full"
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert len(talk.requests) == 1
    assert echoes(talk) == [ECHO]


@pytest.mark.parametrize("mode", MODES)
def test_an_echo_that_arrives_after_the_answer_opens_no_turn(mode: str) -> None:
    talk = tell_story(mode)
    talk.run_until(lambda: bool(talk.agent_said))
    end = "one day it counted a thousand of them and then it went home"
    talk.tell(events.UserSpeechStarted(talk.now_ms - 1000))
    talk.run_for(500)
    talk.tell(events.UserSpeechEnded(talk.now_ms - 300))
    hear(talk, end)
    talk.run_until_idle()
    assert talk.state == "listening"
    assert len(talk.requests) == 1
    assert echoes(talk) == [end]


def test_what_the_user_says_is_never_taken_for_an_echo() -> None:
    talk = tell_story(barge_in="words")
    talk.user_says("tell me something about the weather in the big city")
    talk.run_until_idle()
    assert echoes(talk) == []
    assert talk.agent_said[-1] == "All right."


def test_a_short_answer_with_the_agents_words_is_an_answer() -> None:
    talk = Talk(answer=lambda messages: "Would you like tea or coffee?", barge_in="words")
    talk.tell(events.EchoChanged("aec"))
    talk.user_says("I am thirsty")
    talk.agent_starts_speaking()
    talk.run_for(1700)
    talk.user_says("coffee")
    talk.run_until_idle()
    assert echoes(talk) == []
    assert talk.requests[-1][-1] == {"role": "user", "content": "coffee"}


def test_the_agents_words_said_later_are_the_users() -> None:
    talk = tell_story()
    talk.run_until_idle()
    talk.run_for(5000)
    talk.user_says("there was a little robot who lived in a big house")
    talk.run_until_idle()
    assert echoes(talk) == []
    assert len(talk.requests) == 2


def test_what_the_agent_has_not_said_yet_is_no_echo() -> None:
    talk = tell_story(after_ms=1000)
    hear(talk, "one day it counted a thousand of them")
    assert echoes(talk) == []


@pytest.mark.parametrize("mode", ["off", None])
def test_without_an_echo_nothing_is_dropped(mode: str | None) -> None:
    talk = Talk(answer=lambda messages: STORY, barge_in="words")
    if mode:
        talk.tell(events.EchoChanged(mode))
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(5000)
    hear(talk, ECHO)
    assert echoes(talk) == []


def test_every_echo_is_counted() -> None:
    talk = tell_story(barge_in="words")
    for expected in (1, 2):
        hear(talk, ECHO, final=False)
        hear(talk, ECHO)
        assert [action.count for action in talk.did(actions.DropEcho)][-1] == expected


def test_an_interrupted_answer_leaves_nothing_open() -> None:
    talk = tell_story(barge_in="vad")
    talk.user_says("stop it please right now", 1500)
    talk.run_until_idle()
    talk.run_for(4000)
    hear(talk, ECHO)
    assert echoes(talk) == [], "four seconds after the voice was stopped nothing can be its echo"
