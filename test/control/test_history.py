"""What the language model gets to see of the conversation, and how that stays within its context."""

from typing import Any

import pytest
from support.app_dir import use_repository
from support.talk import Talk, actions, events

from wrappers.llm.tokens import estimate_messages

use_repository()

from ten_packages.extension.voice_control_python.history import History  # noqa: E402
from ten_packages.extension.voice_control_python.options import VoiceControlConfig  # noqa: E402

ENGLISH = "Tell me a little more about the old fisherman and his empty net. "
CHINESE = "请再给我讲讲那位老渔夫和他的空网吧。"


def history(**options: Any) -> History:
    return History(VoiceControlConfig(**options))


def contents(request: tuple[dict[str, Any], ...]) -> list[str]:
    return [message["content"] for message in request[1:]]


def test_older_turns_go_first_and_whole() -> None:
    past = history(max_history_turns=2)
    for number in range(4):
        past.add(f"question {number}", f"answer {number}", interrupted=False)
    assert contents(past.request("now")) == ["question 2", "answer 2", "question 3", "answer 3", "now"]


@pytest.mark.parametrize(("text", "tokens"), [(ENGLISH, 1500), (CHINESE, 1500), (ENGLISH, 16_384)])
def test_a_thousand_turns_stay_within_the_context(text: str, tokens: int) -> None:
    past = history(context_tokens=tokens, answer_tokens=500, max_history_turns=1000)
    beginnings = set()
    for number in range(1000):
        request = past.request(f"{number}: {text}")
        assert number % 20 or estimate_messages(request) <= tokens - 500
        assert request[-1]["content"].startswith(f"{number}:")
        assert request[1]["role"] == "user"
        beginnings.add(request[1]["content"])
        past.add(f"{number}: {text}", text * 2, interrupted=False)
    assert estimate_messages(request) >= (tokens - 500) * 0.7
    assert len(beginnings) <= 1000 / (0.2 * len(request) / 2)  # the prompt rarely gets another beginning


def test_a_thousand_turns_of_talk() -> None:
    talk = Talk(answer=lambda messages: "I see.", context_tokens=1500, max_history_turns=1000)
    for number in range(1000):
        talk.tell(events.Transcript(f"this is turn number {number} of our talk", True, talk.now_ms))
        talk.run_until_idle()
    assert len(talk.said) == 2000
    assert len(talk.requests) == 1000
    assert 700 < max(map(estimate_messages, talk.requests[-50:])) <= 1500 - 512
    assert talk.requests[-1][-1]["content"] == "this is turn number 999 of our talk"


def test_tools_and_their_outputs_take_room_too() -> None:
    past = history(context_tokens=2000, answer_tokens=500)
    for _ in range(20):
        past.add(ENGLISH, ENGLISH, interrupted=False)
    tools = [{"name": "f", "description": "x" * 1000}]
    outputs = [{"type": "function_call_output", "role": "tool", "call_id": "1", "output": "y" * 2000}]
    request = past.request("now", outputs, tools)
    assert request[-1] == outputs[0]
    assert estimate_messages([*request, *tools]) <= 1500


def test_a_question_that_is_too_long_alone_is_asked_all_the_same() -> None:
    past = history(context_tokens=600, answer_tokens=500)
    past.add("hello", "hi", interrupted=False)
    assert contents(past.request(ENGLISH * 50)) == [ENGLISH * 50]


def test_the_engine_tells_its_context_and_the_configuration_overrules_it() -> None:
    def turns_left(**options: Any) -> int:
        past = history(max_history_turns=1000, **options)
        past.know_context(8192)
        for _ in range(500):
            past.add(ENGLISH, ENGLISH, interrupted=False)
        return len(past.request("now")) // 2

    assert 1.8 <= turns_left() / turns_left(context_tokens=4096) <= 2.4


def test_the_context_comes_with_ready() -> None:
    talk = Talk(wait_for=["llm"], ready=False, max_history_turns=1000)
    talk.tell(events.NodeReady("llm", context_tokens=1200))
    for _ in range(60):
        talk.tell(events.Transcript(ENGLISH, True, talk.now_ms))
        talk.run_until_idle()
    assert 500 < estimate_messages(talk.requests[-1]) <= 1200 - 512


def test_after_an_overflow_half_is_forgotten_and_the_next_question_works() -> None:
    talk = Talk()
    for _ in range(10):
        talk.user_says("hello")
        talk.run_until_idle()
    talk.user_says("and now")
    talk.run_until(lambda: len(talk.requests) == 11)
    talk.tell(events.LlmEnded(talk.did(actions.AskLlm)[-1].request_id, "Too long.", "context_overflow"))
    talk.run_until_idle()
    assert talk.agent_said[-1] == "Sorry, our talk has become too long for me. Please say that again."
    talk.user_says("once more please do it")
    talk.run_until_idle()
    assert len(talk.requests[-1]) == 1 + 2 * (5 + 1) + 1


@pytest.mark.parametrize(
    ("first", "word"), [("hello there", "voice assistant"), ("你好，请问现在几点", "语音助手"), ("", "voice assistant")]
)
def test_the_prompt_speaks_the_users_language(first: str, word: str) -> None:
    assert word in history().request(first)[0]["content"]
    assert history(system_prompt="Be a cat.").request(first)[0]["content"] == "Be a cat."


def test_the_prompt_keeps_its_language_until_it_has_to_be_read_anew_anyway() -> None:
    past = history(max_history_turns=4)
    chinese = past.request("你好，请问现在几点")[0]
    past.add("你好，请问现在几点", "三点。", interrupted=False)
    assert past.request("and what day is it")[0] == chinese
    for _ in range(4):
        past.add("and what day is it", "Monday.", interrupted=False)
    assert "voice assistant" in past.request("thank you")[0]["content"]


def test_an_answer_of_which_nothing_was_heard_is_still_marked() -> None:
    past = history()
    past.add("tell me", "", interrupted=True)
    assert contents(past.request("go on")) == ["tell me", "… [interrupted by the user]", "go on"]
