"""'Go on' and 'what did you say?': the rest of an interrupted answer, and its last sentence once more."""

from typing import Any

import pytest
from support.talk import Delays, Talk, actions, events

SENTENCES = (
    "Once upon a time there was a little robot, who lived in a big house by the sea.",
    "Every morning it went down to the water and counted the waves.",
    "One day it counted a thousand of them, and then it went home.",
)
STORY = " ".join(SENTENCES)
CHINESE = "从前有一个小机器人，它住在海边的大房子里。每天早上它走到水边去数海浪。有一天它数了一千个海浪，然后就回家了。"
GO_ON = "Go on."
"""The prompt that asks the model for more."""


def answer(messages: list[dict[str, Any]]) -> str:
    """A model that goes on at the very word where it was stopped."""
    content = messages[-1]["content"]
    if content.endswith(GO_ON):
        written = messages[-2]["content"] if messages[-2]["role"] == "assistant" else ""
        last_words = " ".join(written.split()[-3:])
        return STORY.partition(last_words)[2]
    if "故事" in content:
        return CHINESE
    return STORY if "story" in content else "All right."


def interrupted_story(after_ms: int = 3000, question: str = "tell me a story", **options: Any) -> Talk:
    """The agent has been stopped in the middle of its story; by a key, which works in every mode."""
    talk = Talk(answer=answer, go_on_prompt=GO_ON, system_prompt="", **options)
    talk.user_says(question)
    talk.agent_starts_speaking()
    talk.run_for(after_ms)
    talk.tell(events.InterruptRequested())
    talk.run_until_idle()
    return talk


def say(talk: Talk, text: str) -> str:
    """The user says something; returns what the agent answers."""
    talk.user_says(text)
    talk.run_until_idle()
    return talk.agent_said[-1]


SLOW_MODEL = Delays(llm_word=250)


@pytest.mark.parametrize("barge_in", ["off", "vad", "words"])
def test_go_on_speaks_the_rest_without_the_model(barge_in: str) -> None:
    talk = interrupted_story(barge_in=barge_in)
    heard = talk.agent_said[0]
    assert heard and STORY.startswith(heard)
    rest = say(talk, "go on")
    assert f"{heard} {rest}" == STORY
    assert len(talk.requests) == 1
    assert [(entry.role, entry.turn_id, entry.interrupted) for entry in talk.did(actions.ReportUtterance)] == [
        ("user", 1, False),
        ("agent", 1, True),
        ("user", 2, False),
        ("agent", 2, False),
    ]


def test_go_on_is_a_turn_of_the_history() -> None:
    talk = interrupted_story()
    rest = say(talk, "go on")
    say(talk, "thank you")
    assert talk.requests[1][2:] == [
        {"role": "user", "content": "go on"},
        {"role": "assistant", "content": rest},
        {"role": "user", "content": "thank you"},
    ]


def test_go_on_in_chinese() -> None:
    talk = interrupted_story(question="讲一个故事")
    heard = talk.agent_said[0]
    assert heard + say(talk, "继续") == CHINESE
    assert len(talk.requests) == 1


def test_the_model_is_asked_only_for_what_it_had_not_written() -> None:
    talk = interrupted_story(delays=SLOW_MODEL)
    heard = talk.agent_said[0]
    asked_ms = talk.now_ms
    rest = say(talk, "go on")
    assert f"{heard} {rest}" == STORY
    *_, begun, prompt = talk.requests[1]
    assert len(talk.requests) == 2
    assert begun["role"] == "assistant" and rest.startswith(begun["content"]) and len(begun["content"]) > 20
    assert prompt == {"role": "user", "content": GO_ON}
    spoken_ms = next(time_ms for time_ms in talk.when(actions.Speak) if time_ms > asked_ms)
    assert spoken_ms == talk.when(actions.AskLlm)[1], "the rest does not wait for the model"


@pytest.mark.parametrize(("question", "prompt"), [("tell me a story", "Go on right"), ("讲一个故事", "请从你刚才的")])
def test_the_model_is_asked_in_the_language_of_its_answer(question: str, prompt: str) -> None:
    talk = Talk(answer=answer, delays=SLOW_MODEL)
    talk.user_says(question)
    talk.agent_starts_speaking()
    talk.tell(events.InterruptRequested())
    talk.user_says("go on")
    talk.run_until(lambda: len(talk.requests) == 2)
    assert talk.requests[1][-1]["content"].startswith(prompt)


def test_a_model_that_repeats_its_last_words_is_heard_once() -> None:
    talk = interrupted_story(delays=SLOW_MODEL)
    heard = talk.agent_said[0]
    talk.answer = lambda messages: f"{' '.join(messages[-2]['content'].split()[-4:])}{answer(messages)}"
    assert f"{heard} {say(talk, 'go on')}" == STORY


def test_a_half_written_word_is_written_anew() -> None:
    talk = Talk(answer=answer, go_on_prompt=GO_ON, delays=Delays(llm=10_000_000))
    talk.user_says("tell me a story")
    talk.run_until(lambda: bool(talk.requests))
    request_id = talk.did(actions.AskLlm)[0].request_id
    talk.tell(events.LlmText(request_id, "Once upon a time there was a little robot, who lived in a big hou"))
    talk.agent_starts_speaking()
    talk.tell(events.InterruptRequested())
    talk.run_for(1000)
    talk.user_says("go on")
    talk.run_until(lambda: len(talk.requests) == 2)
    assert talk.requests[1][-2]["content"] == "Once upon a time there was a little robot, who lived in a big"


def test_what_goes_on_can_be_interrupted_again() -> None:
    talk = interrupted_story(after_ms=1500, delays=SLOW_MODEL, barge_in="words")
    talk.user_says("please continue")
    talk.agent_starts_speaking()
    talk.run_for(4000)
    talk.user_says("stop now")
    talk.run_until_idle()
    said = talk.agent_said
    assert said[2] == "All right."
    said = [said[0], said[1], say(talk, "okay go on with the story")]
    assert " ".join(said) == STORY
    assert say(talk, "go on") == "All right.", "all of it is said"


def test_the_rest_outlasts_a_question_but_not_a_new_topic() -> None:
    talk = interrupted_story(keep_unsaid_turns=1)
    say(talk, "what is the time")
    assert say(talk, "go on").endswith(SENTENCES[2])

    talk = interrupted_story(keep_unsaid_turns=1)
    say(talk, "what is the time")
    say(talk, "and in Paris")
    assert say(talk, "go on") == "All right."


def test_go_on_answers_a_question_of_the_agent() -> None:
    talk = interrupted_story()
    talk.answer = lambda messages: "It is ten. Shall I set a timer?"
    say(talk, "what is the time")
    talk.answer = answer
    assert say(talk, "go on") == "All right."
    assert talk.requests[-1][-1]["content"] == "go on"


def test_go_on_with_nothing_left_is_for_the_model() -> None:
    talk = Talk(answer=answer)
    assert say(talk, "go on") == "All right."
    assert len(talk.requests) == 1


def test_an_answer_that_was_stopped_before_its_first_sound_can_still_be_heard() -> None:
    talk = Talk(answer=answer, delays=Delays(tts=2000))
    talk.user_says("tell me a story")
    talk.run_until(lambda: bool(talk.did(actions.Speak)))
    talk.run_for(1000)
    talk.tell(events.InterruptRequested())
    talk.run_until_idle()
    assert talk.agent_said == [""]
    assert say(talk, "go on") == STORY


def test_a_likely_go_on_is_taken_back_when_the_user_goes_on() -> None:
    talk = interrupted_story()
    talk.decide = lambda text: ("finished", 1500)
    talk.user_says("go on")
    talk.run_for(900)
    assert talk.state == "deciding"
    assert say(talk, "holiday with me") == "All right."
    assert ("user", "go on holiday with me") in talk.said
    assert say(talk, "go on").endswith(SENTENCES[2]), "the rest is still there"


@pytest.mark.parametrize("delays", [Delays(), SLOW_MODEL])
def test_what_did_you_say_repeats_from_the_last_sentence(delays: Delays) -> None:
    talk = interrupted_story(after_ms=6500, delays=delays)
    heard = talk.agent_said[0]
    assert heard.startswith(f"{SENTENCES[0]} Every")
    assert say(talk, "what did you say") == " ".join(SENTENCES[1:])
    assert len(talk.requests) == (1 if delays is not SLOW_MODEL else 2)
    assert say(talk, "go on") == "All right.", "all of it is said"


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_what_did_you_say_may_be_said_over_the_voice(barge_in: str) -> None:
    talk = Talk(answer=answer, barge_in=barge_in)
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(6500)
    assert say(talk, "what did you say") == " ".join(SENTENCES[1:])
    assert talk.did(actions.ReportUtterance)[1].interrupted


def test_go_on_over_the_voice_only_shows_that_one_listens() -> None:
    talk = Talk(answer=answer, barge_in="words")
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(2000)
    assert say(talk, "go on") == STORY
    assert talk.said == [("user", "tell me a story"), ("agent", STORY)]


def test_what_did_you_say_in_chinese() -> None:
    talk = interrupted_story(after_ms=1600, question="讲一个故事")
    assert "。" in talk.agent_said[0]
    assert say(talk, "你说什么") == CHINESE.partition("。")[2]


def test_after_a_whole_answer_its_last_sentence_is_repeated() -> None:
    talk = Talk(answer=answer)
    assert say(talk, "tell me a story") == STORY
    assert say(talk, "say that again") == SENTENCES[2]
    assert say(talk, "再说一遍") == SENTENCES[2]
    assert len(talk.requests) == 1


def test_repeating_another_answer_leaves_the_rest() -> None:
    talk = interrupted_story()
    assert say(talk, "what is the time") == "All right."
    assert say(talk, "pardon") == "All right."
    assert say(talk, "go on").endswith(SENTENCES[2])


def test_a_repetition_can_be_interrupted_and_gone_on_with() -> None:
    talk = interrupted_story(after_ms=6500)
    talk.user_says("what did you say")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    talk.tell(events.InterruptRequested())
    repeated = talk.agent_said[-1]
    assert f"{repeated} {say(talk, 'go on')}" == " ".join(SENTENCES[1:])


def test_what_the_app_says_of_its_own_can_be_repeated_but_not_gone_on_with() -> None:
    talk = Talk(greeting="Good morning. How can I help you?", answer=answer)
    talk.agent_starts_speaking()
    talk.run_for(1200)
    talk.tell(events.InterruptRequested())
    assert say(talk, "what did you say") == "How can I help you?"
    assert say(talk, "go on") == "All right."


def test_go_on_without_a_voice_is_shown() -> None:
    talk = interrupted_story()
    talk.tell(events.NodeFailed("tts", "tts", "the model is gone"))
    assert say(talk, "go on").endswith(SENTENCES[2])
    assert talk.state == "listening"


def test_a_model_that_fails_to_go_on_is_apologised_for() -> None:
    talk = interrupted_story(delays=SLOW_MODEL, apology="Sorry.")
    talk.llm_error = "the model is gone"
    assert say(talk, "go on").endswith("Sorry.")
    assert talk.state == "listening"
