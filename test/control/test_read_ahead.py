"""The model reads what the user has surely said, while he goes on speaking."""

from typing import Any

from support.app_dir import use_repository
from support.talk import Talk, actions, events

use_repository()

from ten_packages.extension.voice_control_python.translate import event_of_data  # noqa: E402


def read_by(talk: Talk) -> list[str]:
    return [action.messages[-1]["content"] for action in talk.did(actions.PrefillLlm)]


def partial(talk: Talk, sure: str, rest: str = "") -> None:
    talk.tell(events.Transcript(f"{sure} {rest}".strip(), False, talk.now_ms, sure=sure))
    talk.run_for(100)


def test_it_reads_the_history_at_once_and_then_every_word_that_is_sure() -> None:
    talk = Talk(system_prompt="Be short.")
    talk.user_says("hello")
    talk.run_until_idle()
    talk.tell(events.UserSpeechStarted(talk.now_ms))
    for sure, rest in [("", "what"), ("what", "is"), ("what", "is the"), ("what is the", "time")]:
        partial(talk, sure, rest)

    assert read_by(talk) == ["", "", "what", "what is the"]
    messages = talk.did(actions.PrefillLlm)[-1].messages
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]


def test_what_it_read_begins_like_the_question() -> None:
    talk = Talk()
    talk.tell(events.UserSpeechStarted(0))
    partial(talk, "what is")
    talk.tell(events.Transcript("what is the time", True, talk.now_ms))
    talk.tell(events.UserSpeechEnded(talk.now_ms))
    talk.run_until_idle()

    question, read = talk.requests[0], talk.did(actions.PrefillLlm)[-1].messages
    assert question[:-1] == list(read[:-1])
    assert question[-1]["content"].startswith(read[-1]["content"])


def test_a_pause_in_the_turn_keeps_what_was_said_before_it() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 3000) if text.endswith("for") else ("finished", 0), speculate=False)
    talk.user_says("book a table for", partials=False)
    talk.run_for(1200)
    talk.tell(events.UserSpeechStarted(talk.now_ms))
    partial(talk, "two")
    assert read_by(talk)[-2:] == ["book a table for", "book a table for two"]


def test_nothing_is_read_while_the_agent_answers() -> None:
    talk = Talk()
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    before = len(read_by(talk))
    talk.tell(events.UserSpeechStarted(talk.now_ms))
    partial(talk, "mm")
    assert len(read_by(talk)) == before


def sure_of(words: Any) -> str:
    event = event_of_data("asr_result", {"text": "so it is", "final": False, "words": words}, "stt")
    assert isinstance(event, events.Transcript)
    return event.sure


def test_which_words_are_sure() -> None:
    words = [{"word": "so", "stable": True}, {"word": "it", "stable": True}, {"word": "is", "stable": False}]
    assert sure_of(words) == "so it"
    assert sure_of([*words, {"word": "so", "stable": True}]) == "so it"
    assert sure_of([{"word": "今天", "stable": True}, {"word": "天气", "stable": True}]) == "今天天气"
    for nothing in ([], None, "words", [None], [{"word": "so"}]):
        assert sure_of(nothing) == ""
