"""A long silence: the agent may say something, but neither over the user nor for ever."""

from typing import Any

import pytest
from support.talk import Delays, Talk, actions, events

PROMPT = "Are you still there?"


def idle_talk(**options: Any) -> Talk:
    talk = Talk(idle_ms=20_000, system_prompt="", **options)
    talk.user_says("hello")
    talk.run_until(lambda: len(talk.agent_said) == 1)
    return talk


def test_by_default_silence_is_left_alone() -> None:
    talk = Talk()
    talk.user_says("hello")
    talk.run_until_idle()
    talk.run_for(3_600_000)
    assert len(talk.agent_said) == 1


def test_after_a_long_silence_the_agent_asks_once() -> None:
    talk = idle_talk()
    silent_since_ms = talk.now_ms
    talk.run_until_idle()
    assert talk.agent_said[1:] == [PROMPT]
    assert talk.when(actions.Speak)[-2] == silent_since_ms + 20_000
    talk.run_for(3_600_000)
    assert talk.agent_said[1:] == [PROMPT]
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [1, 1, 1]


def test_so_often_in_a_row_as_is_wished_and_anew_after_a_turn() -> None:
    talk = idle_talk(max_idle_prompts=2)
    talk.run_until_idle()
    assert talk.agent_said[1:] == [PROMPT] * 2
    talk.user_says("yes")
    talk.run_until_idle()
    assert talk.agent_said[3:] == ["You said: yes.", PROMPT, PROMPT]


def test_noises_do_not_make_it_ask_for_ever() -> None:
    talk = idle_talk()
    for _ in range(20):
        talk.noise(300)
        talk.run_for(30_000)
    assert talk.agent_said[1:] == [PROMPT]


def test_it_never_speaks_while_the_user_does() -> None:
    talk = idle_talk()
    talk.run_for(19_000)
    talk.user_says("a very long sentence " * 20)
    assert talk.when(actions.Speak)[-1] < 19_000
    talk.run_until_idle()
    assert talk.agent_said[1].startswith("You said: a very long")


def test_who_begins_to_speak_just_then_hears_nothing_of_it() -> None:
    talk = idle_talk(delays=Delays(tts=500))
    talk.run_until(lambda: talk.did(actions.Speak)[-1].text == "" and talk.now_ms > 20_000)
    talk.user_says("what time is it", 1500)
    talk.run_until_idle()
    assert talk.agent_said[1:] == ["You said: what time is it.", PROMPT]


def test_a_prompt_is_part_of_the_history_but_no_message_of_its_own() -> None:
    talk = idle_talk()
    talk.run_until_idle()
    talk.user_says("yes")
    talk.run_until(lambda: len(talk.requests) == 2)
    assert [message["role"] for message in talk.requests[1]] == ["user", "assistant", "user"]
    assert talk.requests[1][1]["content"] == f"You said: hello.\n{PROMPT}"


def test_it_asks_in_the_language_of_the_user() -> None:
    talk = Talk(idle_ms=5000)
    talk.user_says("你好")
    talk.run_until_idle()
    assert talk.agent_said[-1] == "你还在吗？"


def test_the_model_may_be_asked_what_to_say() -> None:
    talk = idle_talk(idle_instruction="The user is silent. Say something kind.")
    talk.answer = lambda messages: "It is a fine day."
    talk.run_until_idle()
    assert talk.agent_said[1:] == ["It is a fine day."]
    assert talk.requests[1][-1]["content"] == "The user is silent. Say something kind."


@pytest.mark.parametrize("error", ["", "the model is gone"])
def test_a_model_that_has_nothing_to_say_makes_no_apology_of_it(error: str) -> None:
    talk = idle_talk(idle_instruction="Say something.", idle_prompt="Hm?")
    talk.answer, talk.llm_error = lambda messages: "", error
    talk.run_until_idle()
    assert talk.agent_said[1:] == ["Hm?"]


def test_the_rest_of_an_answer_outlasts_a_prompt() -> None:
    talk = Talk(idle_ms=20_000, answer=lambda messages: "One two three four five six seven eight nine ten.")
    talk.user_says("count")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    talk.tell(events.InterruptRequested())
    talk.run_until(lambda: talk.state == "speaking")
    talk.run_for(500)
    talk.tell(events.InterruptRequested())
    talk.user_says("go on")
    talk.run_until(lambda: len(talk.agent_said) == 3)
    assert talk.agent_said[-1].endswith("nine ten.")
