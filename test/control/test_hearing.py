"""What the user's words are worth: a closed microphone, doubtful words, a request to wait."""

from typing import Any

import pytest
from support.talk import Talk, actions, events
from ten_packages.extension.voice_control_python.translate import event_of_data

STORY = "Once upon a time there was a little robot, who lived in a big house by the sea, and counted the waves."


def tell_story(**options: Any) -> Talk:
    """The agent is a second into its story."""
    talk = Talk(answer=lambda messages: STORY if "story" in messages[-1]["content"] else "All right.", **options)
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    return talk


# --- The microphone is closed. ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after_ms", "is_lost"), [(0, True), (100, True), (400, False)])
def test_who_still_speaks_when_the_microphone_opens_has_lost_the_start(after_ms: int, is_lost: bool) -> None:
    talk = Talk(barge_in="off", system_prompt="")
    talk.tell(events.EchoChanged("gate", False, open_since_ms=talk.now_ms))
    talk.run_for(after_ms)
    talk.user_says("about the sea")
    talk.run_until_idle()
    user = talk.did(actions.ReportUtterance)[0]
    assert (user.text, user.start_is_lost) == ("about the sea", is_lost)
    asked = "… about the sea" if is_lost else "about the sea"
    assert talk.requests[0][-1]["content"] == asked, "the model is to know it, too"

    talk.user_says("thank you")
    talk.run_until_idle()
    assert talk.requests[1][0]["content"] == asked
    assert not talk.did(actions.ReportUtterance)[2].start_is_lost


def test_the_state_tells_whether_speaking_interrupts() -> None:
    talk = tell_story(barge_in="words")
    states = talk.did(actions.ShowState)
    assert {state.barge_in for state in states} == {"words"}
    talk.tell(events.EchoChanged("gate", speaking_interrupts=False))
    assert talk.did(actions.ShowState)[-1] == actions.ShowState("speaking", 1, "off")
    talk.tell(events.EchoChanged("aec", speaking_interrupts=True))
    assert talk.did(actions.ShowState)[-1] == actions.ShowState("speaking", 1, "words")
    talk.tell(events.EchoChanged("off", speaking_interrupts=True))
    assert len(talk.did(actions.ShowState)) == len(states) + 2, "nothing new"


# --- Words that may be none. -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_doubtful_words_interrupt_nobody(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in)
    talk.finalize_answers = False
    talk.noise(100)
    end_ms = talk.now_ms
    talk.run_for(400)
    talk.tell(events.Transcript("stop it", True, end_ms, is_doubtful=True))
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert len(talk.requests) == 1
    assert talk.volume == "full"


def test_doubtful_words_in_silence_are_answered() -> None:
    talk = Talk()
    talk.tell(events.Transcript("hello", True, talk.now_ms, is_doubtful=True))
    talk.run_until_idle()
    assert talk.agent_said == ["You said: hello."]


# --- 'Wait.' ---------------------------------------------------------------------------------------------------------


def wait_for_me(text: str) -> tuple[str, int]:
    return ("wait", 0) if text in ("stop", "hold on") else ("finished", 0)


def test_a_request_to_wait_is_a_turn_without_an_answer() -> None:
    talk = Talk(decide=wait_for_me, system_prompt="")
    for text in ("hold on", "what time is it"):
        talk.user_says(text)
        talk.run_until_idle()
    assert talk.said == [("user", "hold on"), ("user", "what time is it"), ("agent", "You said: what time is it.")]
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [1, 2, 2]
    assert talk.requests == [[{"role": "user", "content": "what time is it"}]]


def test_stop_stops_the_voice_and_nothing_is_said_until_go_on() -> None:
    talk = tell_story(barge_in="words", decide=wait_for_me)
    talk.user_says("stop", 300)
    talk.run_until_idle()
    heard = talk.agent_said[0]
    assert talk.said[1:] == [("agent", heard), ("user", "stop")]
    assert talk.state == "listening"
    talk.user_says("go on")
    talk.run_until_idle()
    assert f"{heard} {talk.agent_said[-1]}" == STORY


def test_a_request_to_wait_that_is_understood_late_takes_the_answer_back() -> None:
    talk = Talk(decide=lambda text: ("wait", 0) if text == "hold on" else ("unfinished", 3000))
    talk.finalize_answers = False
    talk.user_says("old one now", 900)
    end_ms = talk.now_ms
    talk.run_until(lambda: bool(talk.requests))
    talk.tell(events.Transcript("hold on", True, end_ms))
    talk.run_until_idle()
    assert talk.said == [("user", "hold on")]
    assert talk.aborted == {talk.did(actions.AskLlm)[0].request_id}
    assert talk.state == "listening"


# --- Messages. -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "is_doubtful"),
    [
        (None, False),
        ({}, False),
        ({"asr_info": "odd"}, False),
        ({"asr_info": {"vendor": "x"}}, False),
        ({"asr_info": {"doubtful": True}}, True),
    ],
)
def test_the_recogniser_tells_what_is_doubtful(metadata: Any, is_doubtful: bool) -> None:
    result = {"text": "stop", "final": True, "start_ms": 100, "duration_ms": 200, "metadata": metadata}
    assert event_of_data("asr_result", result, "stt") == events.Transcript(
        "stop", True, 300, "", 100, is_doubtful=is_doubtful
    )


def test_the_echo_suppressor_tells_how_the_echo_stands() -> None:
    message = {"mode": "gate", "gate": "open", "speaking_interrupts": False, "ts_ms": 900, "open_since_ms": 850}
    assert event_of_data("echo_state", message, "aec") == events.EchoChanged("gate", False, 850)
    assert event_of_data("echo_state", {"mode": "aec"}, "aec") == events.EchoChanged("aec")
    assert event_of_data("echo_state", {"mode": "odd"}, "aec") is None
