"""Turn detection by a model behind a chat server, and by the rules where that is no help."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from support.app_dir import use_repository
from support.chat_server import CUT, HOLD, FakeChatServer, Reply, chunk, failure, models, stream
from support.happened import happened
from support.require import require

from ten_extensions.common.config import parse_config
from wrappers.llm.chat_servers import CHAT_SERVERS
from wrappers.llm.openai_compatible import OpenAiEngine, OpenAiOptions
from wrappers.turn import ChatTurnModel, Decision, ModelOrRules, Said, Verdict
from wrappers.turn.chat_model import CONFIDENCE, read_answer

require("openai")
use_repository()

from ten_packages.extension.semantic_turn_python.config import TurnConfig  # noqa: E402
from ten_packages.extension.semantic_turn_python.extension import TurnExtension  # noqa: E402

NEVER_IN_A_TEST_MS = 60_000
UNFINISHED_BY_RULES = Said("i want to go to the", "en-US")


def asking(
    server: FakeChatServer,
    script: Callable[[ModelOrRules], Coroutine[Any, Any, list[Verdict]]],
    timeout_ms: int = NEVER_IN_A_TEST_MS,
    system_prompt: str = "",
) -> tuple[list[Verdict], list[str]]:
    """The verdicts, and what was complained of; in real time, as the server's is."""
    complaints: list[str] = []

    async def main() -> list[Verdict]:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS["lmstudio"], server.base_url, retries=0))
        detector = ModelOrRules(ChatTurnModel(engine, system_prompt), timeout_ms, complaints.append)
        try:
            await detector.open()
            return await script(detector)
        finally:
            await detector.close()

    return asyncio.run(main()), complaints


def questions(*said: Said) -> Callable[[ModelOrRules], Coroutine[Any, Any, list[Verdict]]]:
    async def script(detector: ModelOrRules) -> list[Verdict]:
        return [await detector.judge(one) for one in said]

    return script


@pytest.mark.parametrize(
    ("texts", "decision"),
    [
        (("finished",), "finished"),
        (("un", "finished"), "unfinished"),
        ((" Wait", "."), "wait"),
        (("**Unfinished**",), "unfinished"),
        (("fin",), "finished"),  # the server allowed one token only
        (("un",), "unfinished"),
    ],
)
def test_the_models_word_decides(texts: tuple[str, ...], decision: Decision) -> None:
    with FakeChatServer(stream(*texts)) as server:
        verdicts, complaints = asking(server, questions(Said("tell me about the weather")))
    assert (verdicts, complaints) == ([Verdict(decision, CONFIDENCE)], [])


def test_the_request_is_that_of_ten_turn_detection() -> None:
    said = Said("Well, it's a half-open door, isn't it? 你好,能听到吗?", "en")
    with FakeChatServer(stream("finished"), models=models("ten-turn-detection")) as server:
        asking(server, questions(said), system_prompt="Answer with one word.")
    (asked,) = server.asked
    assert asked.body["messages"] == [
        {"role": "system", "content": "Answer with one word."},
        {"role": "user", "content": "Well it's a half-open door isn't it 你好能听到吗"},
    ]
    assert asked.body["model"] == "ten-turn-detection"
    assert (asked.body["temperature"], asked.body["top_p"], asked.body["max_tokens"]) == (0.1, 0.1, 6)


def test_an_empty_system_prompt_is_sent_too() -> None:
    with FakeChatServer(stream("finished")) as server:
        asking(server, questions(Said("hello")))
    assert server.asked[0].body["messages"][0] == {"role": "system", "content": ""}


def test_the_answer_is_taken_as_soon_as_it_is_clear() -> None:
    with FakeChatServer(Reply(lines=(chunk({"content": "unfinished"}), HOLD))) as server:

        async def script(detector: ModelOrRules) -> list[Verdict]:
            verdict = await detector.judge(Said("hello"))
            assert await happened(server.left_early)
            return [verdict]

        assert asking(server, script) == ([Verdict("unfinished", CONFIDENCE)], [])


def test_a_model_that_is_late_is_left_alone_and_the_rules_decide() -> None:
    with FakeChatServer(Reply(lines=(chunk({"role": "assistant"}), HOLD))) as server:

        async def script(detector: ModelOrRules) -> list[Verdict]:
            verdicts = await questions(UNFINISHED_BY_RULES, Said("what time is it"))(detector)
            assert await happened(server.left_early)
            return verdicts

        verdicts, complaints = asking(server, script, timeout_ms=1000)
    assert [verdict.decision for verdict in verdicts] == ["unfinished", "finished"]
    assert complaints == ["the model has not answered within 1000 ms."]  # once, for two of them


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (failure(500, "it has a cold"), "LM Studio failed: it has a cold"),
        (
            stream("I would say that it is finished"),
            'The model answers "I would say that it is finished", which is not',
        ),
        (stream("f"), 'The model answers "f"'),
        (stream(""), 'The model answers ""'),
        (Reply(lines=(chunk({"content": "un"}), CUT)), "LM Studio broke off"),
    ],
)
def test_a_model_that_fails_is_told_of_once_and_the_rules_decide(reply: Reply, words: str) -> None:
    with FakeChatServer(reply) as server:
        verdicts, complaints = asking(server, questions(UNFINISHED_BY_RULES, UNFINISHED_BY_RULES))
    assert [verdict.decision for verdict in verdicts] == ["unfinished", "unfinished"]
    assert len(complaints) == 1 and complaints[0].startswith(words)


def test_after_a_failure_the_model_is_asked_again() -> None:
    with FakeChatServer(failure(500, "busy"), stream("finished")) as server:
        verdicts, _ = asking(server, questions(UNFINISHED_BY_RULES, UNFINISHED_BY_RULES))
    assert [verdict.decision for verdict in verdicts] == ["unfinished", "finished"]


def test_a_server_that_comes_later_is_found() -> None:
    class ComesLater(OpenAiEngine):
        tries = 0

        async def _open(self) -> None:
            self.tries += 1
            if self.tries == 1:
                await super()._open()  # makes the client
                raise self._reader.unreachable()
            await super()._open()

    with FakeChatServer(stream("finished")) as server:
        complaints: list[str] = []

        async def main() -> Verdict:
            engine = ComesLater(OpenAiOptions(CHAT_SERVERS["lmstudio"], server.base_url))
            detector = ModelOrRules(ChatTurnModel(engine), NEVER_IN_A_TEST_MS, complaints.append)
            await detector.open()
            try:
                return await detector.judge(UNFINISHED_BY_RULES)
            finally:
                await detector.close()

        assert asyncio.run(main()) == Verdict("finished", CONFIDENCE)
    assert len(complaints) == 1 and complaints[0].startswith("LM Studio does not answer at http://127.0.0.1")


def test_set_phrases_that_ask_for_silence_and_empty_texts_need_no_model() -> None:
    with FakeChatServer(stream("finished")) as server:
        verdicts, _ = asking(server, questions(Said("hold on a second please"), Said("等一下"), Said("  ")))
        assert [verdict.decision for verdict in verdicts] == ["wait", "wait", "unfinished"]
        assert server.asked == []


@pytest.mark.parametrize("answer", ["", "u", "unfinish", "i think", "well, finished", "wa"])
def test_what_is_not_clear_yet_is_not_read(answer: str) -> None:
    assert read_answer(answer) is None


def test_the_start_up_check_says_what_is_missing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        missing = TurnExtension.check_here(
            parse_config(TurnConfig, {"backend": "chat_model", "params": {"base_url": url}})
        )
    assert missing is not None
    assert missing.what == f"LM Studio does not answer at {url}" and "lms server start" in missing.mend
    with FakeChatServer(stream("finished")) as server:
        params = {"base_url": server.base_url}
        assert TurnExtension.check_here(parse_config(TurnConfig, {"backend": "chat_model", "params": params})) is None
    assert TurnExtension.check_here(parse_config(TurnConfig, {})) is None
