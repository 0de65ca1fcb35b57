"""The offline model as a node."""

from support.llm_probe import LlmProbe, talk_to_llm
from ten_runtime import StatusCode


def test_answers_word_by_word() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask("What is twelve times seven?")
        assert completion.deltas == ["12", " times", " 7", " is", " 84."]
        assert completion.times_ms == [100, 200, 300, 400, 500, 500]
        assert completion.status == StatusCode.OK

    llm = talk_to_llm(script, addon="offline_llm_python", params={"words_per_s": 10})
    assert len(llm.named("ready", module="llm")) == 1


def test_answers_the_last_user_message_of_a_history() -> None:
    history = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "八加九"},
    ]

    async def script(llm: LlmProbe) -> None:
        assert (await llm.ask(messages=history)).content == "8加9等于17。"

    talk_to_llm(script, addon="offline_llm_python")


def test_messages_that_are_no_list_are_refused() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.complete(request_id="x", messages="hello")
        assert completion.status == StatusCode.ERROR
        assert "messages" in completion.final["detail"]

    talk_to_llm(script, addon="offline_llm_python")
