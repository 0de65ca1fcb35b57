"""Reading a text while it is written: the same as reading it at the end."""

from collections.abc import Iterable

import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from support.spark_engine import ANNA, language_model  # noqa: E402

from wrappers.tts.spark.prompt import Voice  # noqa: E402
from wrappers.tts.spark.text_prefill import LAST_WORD_CHARACTERS, LEAST_TOKENS, TextPrefill  # noqa: E402

ENGLISH = "Reading a story aloud takes a voice that knows where the sentence is going to end."
CHINESE = "你好，今天天气很好，我们一起去公园散步吧，然后我们再去看一看新开的书店。"
RECORDED = Voice(ANNA.global_tokens, transcript="The quick brown fox.", semantic_tokens=(1, 2, 3))


def run(steps: Iterable[None]) -> None:
    for _ in steps:
        pass


def prefill(voice: Voice = ANNA) -> TextPrefill:
    model = language_model()
    return TextPrefill(model.vocabulary, model.prompts.for_voice(voice), model.context())


@pytest.mark.parametrize("voice", [ANNA, RECORDED], ids=["globals", "transcript"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("step", [1, 7])
def test_a_growing_text_gives_the_same_as_the_whole(voice: Voice, text: str, step: int) -> None:
    model = language_model()
    model._model.set_dtype(mx.float32)
    try:
        grown, whole = prefill(voice), prefill(voice)
        for length in range(0, len(text), step):
            run(grown.grow(text[:length]))
        read_before = len(grown.context.ids)
        run(grown.finish(text))
        run(whole.finish(text))

        last = grown.last_id
        assert whole.last_id == last
        assert grown.context.ids == whole.context.ids
        assert read_before > len(text) / 8  # most of it, in tokens
        difference = model._semantic(grown.context.advance(mx.array([last]))) - model._semantic(
            whole.context.advance(mx.array([last]))
        )
        assert float(mx.abs(difference).max()) <= 1e-4
    finally:
        model._model.set_dtype(mx.bfloat16)


def test_the_last_word_waits() -> None:
    growing = prefill()
    run(growing.grow("Reading a story aloud takes a voi"))
    vocabulary = language_model().vocabulary
    expected = [*growing._prompt.before, *vocabulary.text("Reading a story aloud takes a")]
    assert growing.context.ids == expected


def test_where_there_are_no_spaces_the_last_characters_wait() -> None:
    growing = prefill()
    run(growing.grow(CHINESE))
    read = [*growing._prompt.before, *language_model().vocabulary.text(CHINESE[:-LAST_WORD_CHARACTERS])]
    assert growing.context.ids == read


def test_a_few_tokens_are_not_read_by_themselves() -> None:
    growing = prefill()
    run(growing.grow("Reading a story aloud takes a voice"))
    before = len(growing.context.ids)
    run(growing.grow("Reading a story aloud takes a voice th"))

    assert before >= LEAST_TOKENS
    assert len(growing.context.ids) == before


def test_a_text_that_changed_is_read_again_from_there() -> None:
    growing, whole = prefill(), prefill()
    run(growing.grow("Reading a story aloud takes patience and time."))
    run(growing.finish(ENGLISH))
    run(whole.finish(ENGLISH))
    assert growing.context.ids == whole.context.ids


def test_a_beginning_that_was_read_before_is_kept() -> None:
    start = prefill(RECORDED)
    run(start.grow(""))
    prompt = start._prompt
    going_on = TextPrefill(language_model().vocabulary, prompt, start.context.copy())
    run(going_on.finish(ENGLISH))

    assert len(start.context.ids) > len(prompt.before)
    assert going_on.context.ids[: len(start.context.ids)] == start.context.ids
