"""The estimate of tokens, against what the tokenizer of Qwen says."""

import pytest

from wrappers.llm.tokens import estimate_messages, estimate_tokens

MEASURED = [
    (25, "Sure, it is going to rain this afternoon, so take an umbrella with you. What else would you like to know?"),
    (19, "what is the weather going to be like tomorrow in san francisco and do i need a jacket"),
    (15, "今天下午会下雨，出门记得带伞。您还想知道什么？"),
    (
        37,
        "从前，在海边的一个小村庄里，住着一位从来没有钓到过鱼的老渔夫。每天早上他划船出海，每天晚上他都带着空网回家。",
    ),
    (11, "帮我看一下明天北京的天气怎么样要不要带外套"),
    (16, "我想用 Python 写一个 streaming server，你觉得 asyncio 合适吗？"),
    (
        73,
        '{"type": "function_call", "role": "assistant", "id": "100-3-5-1-0", "call_id": "100-3-5-1-0", '
        '"name": "set_timer", "arguments": "{\\"seconds\\": 600, \\"label\\": \\"pasta\\"}"}',
    ),
    (35, "1234567890 3.14159 2026-11-29 15:04"),
]


@pytest.mark.parametrize(("tokens", "text"), MEASURED)
def test_it_is_near_what_a_tokenizer_says(tokens: int, text: str) -> None:
    assert 0.85 <= estimate_tokens(text) / tokens <= 1.5


def test_messages_count_with_what_stands_around_them() -> None:
    assert estimate_messages([]) == 0
    message = {"role": "user", "content": "Hello there."}
    assert estimate_messages([message, message]) == 2 * (5 + estimate_tokens("user") + estimate_tokens("Hello there."))
    assert estimate_messages([{"parameters": [{"name": "city"}]}]) > estimate_messages([{"parameters": []}])
