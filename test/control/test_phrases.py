"""What the agent says of its own: a sentence for every kind of failure, in the user's language."""

from typing import get_args

import pytest
from support.app_dir import use_repository
from support.talk import Talk, actions, events

from wrappers.llm.base import ErrorKind
from wrappers.text import language_of

use_repository()

from ten_packages.extension.voice_control_python.phrases import PHRASES, phrases_for  # noqa: E402

WITHOUT_A_SENTENCE = {"bad_request", "failed"}
"""Of these the user can do nothing about, and knows nothing."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_failure_has_a_short_sentence_of_its_own(language: str) -> None:
    failures = PHRASES[language].failures
    assert failures.keys() == {"", *get_args(ErrorKind)} - WITHOUT_A_SENTENCE
    assert len(set(failures.values())) == len(failures)
    for sentence in failures.values():
        assert language_of(sentence) == language
        assert len(sentence) <= 90
        assert sentence[-1] in ".。"


@pytest.mark.parametrize("question", ["what time is it", "现在几点了"])
@pytest.mark.parametrize("kind", [*get_args(ErrorKind), "", "unheard of"])
def test_a_failure_is_spoken_and_shown_and_the_next_turn_works(question: str, kind: str) -> None:
    talk = Talk(answer=lambda messages: "Fine.")
    talk.user_says(question, 1000)
    talk.run_until(lambda: bool(talk.requests))
    talk.tell(events.LlmEnded(talk.did(actions.AskLlm)[0].request_id, "It broke. Mend it.", kind))
    talk.aborted.add(talk.did(actions.AskLlm)[0].request_id)
    talk.run_until_idle()

    failures = phrases_for(question).failures
    assert talk.agent_said == [failures.get(kind, failures[""])]
    assert [warning.text for warning in talk.did(actions.Warn)] == ["It broke. Mend it."]
    talk.user_says(question, 1000)
    talk.run_until_idle()
    assert talk.agent_said[1:] == ["Fine."]


def test_what_was_said_before_the_failure_stays() -> None:
    talk = Talk()
    talk.user_says("tell me a story")
    talk.run_until(lambda: bool(talk.requests))
    request_id = talk.did(actions.AskLlm)[0].request_id
    talk.tell(events.LlmText(request_id, "Once upon a time there was a fox. "))
    talk.tell(events.LlmEnded(request_id, "It broke.", "too_slow"))
    talk.run_until_idle()
    assert talk.agent_said == [
        "Once upon a time there was a fox. Sorry, the language model takes too long. Please try again."
    ]
