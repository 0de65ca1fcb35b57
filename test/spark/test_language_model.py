"""The token loop: the same tokens as with the whole vocabulary, its ends, and all kinds of weights."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from mlx.utils import tree_flatten  # noqa: E402
from support.spark_engine import ANNA, folder, language_model  # noqa: E402
from support.tiny_spark import Bits, copy_of  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.tts.spark.context import PIECE_TOKENS, Context  # noqa: E402
from wrappers.tts.spark.language_model import LanguageModel  # noqa: E402
from wrappers.tts.spark.model_folder import open_model_folder  # noqa: E402
from wrappers.tts.spark.prompt import Style  # noqa: E402
from wrappers.tts.spark.rates import SEMANTIC_CODES  # noqa: E402
from wrappers.tts.spark.restricted_head import RestrictedHead  # noqa: E402
from wrappers.tts.spark.sampler import DrawState, Sampler  # noqa: E402
from wrappers.tts.spark.sampling import SamplingOptions  # noqa: E402

GREEDY = Sampler(SamplingOptions(temperature=0))


def whole_model(bits: Bits) -> Any:
    """mlx-audio's model as the language model uses it."""
    return language_model(bits)._model


def prompt_ids(bits: Bits = 16) -> list[int]:
    model = language_model(bits)
    prompt = model.prompts.for_voice(ANNA)
    return [*prompt.before, *model.vocabulary.text("How are you today?"), *prompt.after]


def read(model: LanguageModel, ids: list[int]) -> Context:
    context = model.context()
    context.read(ids)
    return context


def speak(model: LanguageModel, sampler: Sampler, seed: int = 1, max_tokens: int = 30) -> list[int]:
    *ids, last = prompt_ids()
    return list(model.speak(read(model, ids), last, sampler, seed, max_tokens))


def greedily(bits: Bits, count: int) -> Iterator[int]:
    """Tokens by mlx-audio's model and all of its vocabulary, all but the allowed ones left out afterwards."""
    model, vocabulary = whole_model(bits), language_model(bits).vocabulary
    allowed = np.array([*vocabulary.semantic, *vocabulary.ends])
    ids = prompt_ids(bits)
    for _ in range(count):
        logits = np.array(model(mx.array(ids)[None])[0, -1].astype(mx.float32))[allowed]
        ids.append(int(allowed[logits.argmax()]))
        yield int(logits.argmax())


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_few_logits_are_exactly_those_of_all(bits: Bits) -> None:
    model, vocabulary = language_model(bits), language_model(bits).vocabulary
    *ids, last = prompt_ids(bits)
    few = model.logits(read(model, ids), last)
    context = read(model, ids)
    embeddings = whole_model(bits).model.embed_tokens
    all_of_them = embeddings.as_linear(context.advance(mx.array([last])))[0, 0]
    allowed = mx.array([*vocabulary.semantic, *vocabulary.ends])

    assert few.shape == (SEMANTIC_CODES + 2,)
    assert mx.array_equal(few, all_of_them[allowed])


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_the_same_tokens_as_with_the_whole_vocabulary(bits: Bits) -> None:
    model = language_model(bits)
    # In single precision: in half, a prompt that is read at once and one that grows differ by more than tokens do.
    whole_model(bits).set_dtype(mx.float32)
    try:
        restricted = LanguageModel(whole_model(bits), model.vocabulary)
        *ids, last = prompt_ids(bits)
        spoken = list(restricted.speak(read(restricted, ids), last, GREEDY, seed=0, max_tokens=12))
        assert spoken == list(greedily(bits, 12))
    finally:
        whole_model(bits).set_dtype(mx.bfloat16)


def test_a_head_of_its_own_is_used_where_the_model_has_one() -> None:
    """Not tied to the embeddings, and at ids in no order."""
    from mlx_audio.lm.models.qwen2 import Model, ModelArgs

    model = Model(ModelArgs.from_dict({**folder().config, "tie_word_embeddings": False}))
    mx.eval(model.parameters())
    ids, hidden = [900, 3, 77], mx.random.normal((1, 1, 64), key=mx.random.key(1))
    assert mx.allclose(RestrictedHead(model, ids)(hidden), model.lm_head(hidden)[0, 0][mx.array(ids)], atol=1e-5)


def test_the_seed_decides() -> None:
    model, sampler = language_model(), Sampler()
    assert speak(model, sampler, seed=5) == speak(model, sampler, seed=5)
    assert speak(model, sampler, seed=5) != speak(model, sampler, seed=6)


def test_a_speech_that_was_left_changes_nothing_for_the_next() -> None:
    model, sampler = language_model(), Sampler()
    expected = speak(model, sampler, seed=5)
    *ids, last = prompt_ids()
    left = model.speak(read(model, ids), last, sampler, seed=9)
    for _ in range(3):
        next(left)
    left.close()

    assert speak(model, sampler, seed=5) == expected


@pytest.mark.parametrize("max_tokens", [0, 1, 7])
def test_it_stops_at_the_limit(max_tokens: int) -> None:
    assert len(speak(language_model(), Sampler(), max_tokens=max_tokens)) == max_tokens


@pytest.mark.parametrize("end", [0, 1], ids=["im_end", "end_semantic"])
def test_either_end_token_ends_it(end: int) -> None:
    class Ending(Sampler):
        """Draws 4 and 5, then the end."""

        def __call__(self, logits: mx.array, state: DrawState) -> tuple[mx.array, DrawState]:
            drawn = len(state.recent)
            place = [4, 5, SEMANTIC_CODES + end, 6][min(drawn, 3)]
            return mx.array(place), DrawState(state.key, mx.zeros(drawn + 1))

    assert speak(language_model(), Ending()) == [4, 5]


def test_a_long_prompt_is_read_in_pieces() -> None:
    model = language_model()
    ids = (prompt_ids() * 6)[: 2 * PIECE_TOKENS + 3]
    context = read(model, ids)
    at_once = whole_model(16)(mx.array([*ids, 5])[None])[0, -1].astype(mx.float32)
    rows = mx.array([*model.vocabulary.semantic, *model.vocabulary.ends])

    assert context.ids == ids
    assert mx.allclose(model.logits(context, 5).astype(mx.float32), at_once[rows], atol=0.15)  # bfloat16


def test_a_copied_context_goes_on_by_itself() -> None:
    model = language_model()
    *ids, last = prompt_ids()
    original = read(model, ids)
    copied = original.copy()
    copied.keep(4)
    copied.read([7, 8, 9])
    expected = model.logits(read(model, ids), last)

    assert original.ids == ids and copied.ids == [*ids[:4], 7, 8, 9]
    assert mx.array_equal(model.logits(original, last), expected)


def test_it_makes_up_a_voice() -> None:
    model = language_model()
    voice = model.make_up_voice(Style("male"), Sampler(), seed=1, text="Hello.")

    assert voice == model.make_up_voice(Style("male"), Sampler(), seed=1, text="Hello.")
    assert voice != model.make_up_voice(Style("male"), Sampler(), seed=2, text="Hello.")
    assert voice.style == Style("male")
    assert len(voice.description) <= 16
    assert set(voice.description) <= set(model.vocabulary.styles.values())
    model.prompts.for_voice(voice)  # every marker is one that the model has


def test_half_precision_is_made_bfloat16(tmp_path: Path) -> None:
    copied = copy_of(folder().path, tmp_path / "model")
    weights: Any = mx.load(str(copied / "model.safetensors"))
    mx.save_safetensors(
        str(copied / "model.safetensors"), {name: weight.astype(mx.float16) for name, weight in weights.items()}
    )
    loaded = LanguageModel.load(open_model_folder(copied))

    assert {weight.dtype for _, weight in tree_flatten(loaded._model.parameters())} == {mx.bfloat16}


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    copied = copy_of(folder().path, tmp_path / "model")
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps(config | {"intermediate_size": 96}))

    with pytest.raises(EngineMissing, match="does not hold the language model of Spark-TTS"):
        LanguageModel.load(open_model_folder(copied))


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused() -> None:
    class SmallerModel:
        args = type("Arguments", (), {"vocab_size": 100})

    with pytest.raises(EngineMissing, match="the model only 100"):
        LanguageModel(SmallerModel(), language_model().vocabulary)
