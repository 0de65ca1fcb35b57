"""The language model of Spark-TTS: a prompt in, tokens of speech out, one after the other."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from wrappers.errors import EngineMissing
from wrappers.tts.spark.context import Context
from wrappers.tts.spark.model_folder import ModelFolder
from wrappers.tts.spark.prompt import PromptBuilder, Style, Voice
from wrappers.tts.spark.rates import GLOBAL_TOKENS, SEMANTIC_CODES
from wrappers.tts.spark.restricted_head import RestrictedHead
from wrappers.tts.spark.sampler import DrawState, Sampler
from wrappers.tts.spark.vocabulary import Vocabulary

MAX_TOKENS = 3000
"""One minute of speech; no sentence is that long."""
_MAX_DESCRIPTION = 16
"""Markers that may describe a voice: pitch, speed and their like."""
_CLEAR_CACHE_TOKENS = 256
"""Memory that MLX keeps for reuse is given back now and then: lengths change, so some of it never fits again."""
_AGAIN = "download the model again"


class LanguageModel:
    """Weights, vocabulary and heads. All calls belong in one thread."""

    def __init__(self, model: Any, vocabulary: Vocabulary) -> None:
        """
        model: mlx-audio's Qwen2 `Model`, its weights loaded
        raises EngineMissing where the vocabulary is another model's
        """
        if vocabulary.largest_id() >= model.args.vocab_size:
            what = f"the tokenizer has {vocabulary.largest_id() + 1} tokens, the model only {model.args.vocab_size}"
            raise EngineMissing(what, _AGAIN)
        self.vocabulary = vocabulary
        self.prompts = PromptBuilder(vocabulary)
        self._model = model
        self._semantic = RestrictedHead(model, [*vocabulary.semantic, *vocabulary.ends])
        self._globals = RestrictedHead(model, vocabulary.globals)
        self._styles = RestrictedHead(model, [*vocabulary.styles, vocabulary.marker("<|start_global_token|>")])

    @classmethod
    def load(cls, folder: ModelFolder) -> LanguageModel:
        """Load weights and tokenizer; raises EngineMissing for files that are damaged or another model's."""
        vocabulary = Vocabulary.load(folder.language_model / "tokenizer.json")
        return cls(_load_model(folder), vocabulary)

    def context(self) -> Context:
        """An empty context."""
        return Context(self._model)

    def speak(
        self, context: Context, last_id: int, sampler: Sampler, seed: int, max_tokens: int = MAX_TOKENS
    ) -> Generator[int, None, None]:
        """Semantic tokens, 50 per second of speech, until the speech ends or has max_tokens.

        One token is computed ahead of what is asked for, so the GPU works while the token is used.

        context: all of the prompt but its last token; it is of no use afterwards
        last_id: that token
        yields numbers in 0..8191
        """
        state = sampler.start(seed)
        place, state = self._draw(self._semantic, context, mx.array(last_id), sampler, state)
        mx.async_eval(place, state)
        for count in range(max_tokens):
            following, state = self._draw(self._semantic, context, self._semantic.ids[place], sampler, state)
            mx.async_eval(following, state)
            code = int(place)
            if code >= SEMANTIC_CODES:
                return
            yield code
            place = following
            if count % _CLEAR_CACHE_TOKENS == _CLEAR_CACHE_TOKENS - 1:
                mx.clear_cache()

    def make_up_voice(self, style: Style, sampler: Sampler, seed: int, text: str) -> Voice:
        """Have the model describe a voice that fits; it is another one for another seed.

        text: something to say; the voice depends a little on it
        """
        prompt = self.prompts.for_new_voice(style)
        context = self.context()
        ids = [*prompt.before, *self.vocabulary.text(text), *prompt.after]
        context.read(ids[:-1])
        state = sampler.start(seed)
        token, description = ids[-1], []
        for _ in range(_MAX_DESCRIPTION):
            place, state = self._draw(self._styles, context, mx.array(token), sampler, state)
            token = int(self._styles.ids[place])
            if token not in self.vocabulary.styles:
                break
            description.append(self.vocabulary.styles[token])
        token = self.vocabulary.marker("<|start_global_token|>")
        codes = []
        for _ in range(GLOBAL_TOKENS):
            place, state = self._draw(self._globals, context, mx.array(token), sampler, state)
            codes.append(int(place))
            token = self.vocabulary.globals[codes[-1]]
        return Voice(tuple(codes), style=style, description=tuple(description))

    def logits(self, context: Context, last_id: int) -> mx.array:
        """Logits of the semantic tokens and, behind them, those that end speech: float [8192 + ends]."""
        return self._semantic(context.advance(mx.array([last_id])))

    def _draw(
        self, head: RestrictedHead, context: Context, token: mx.array, sampler: Sampler, state: DrawState
    ) -> tuple[mx.array, DrawState]:
        return sampler(head(context.advance(token[None])), state)


def _load_model(folder: ModelFolder) -> Any:
    from mlx_audio.lm.models.qwen2 import Model, ModelArgs

    try:
        model = Model(ModelArgs.from_dict({**folder.config, "model_type": "qwen2"}))
        weights = model.sanitize(_read_weights(folder.language_model))
        _quantise(model, folder.config.get("quantization"), weights)
        model.load_weights(list(weights.items()))
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as problem:
        reason = str(problem).strip().split("\n")[0]
        what = f"{folder.language_model} does not hold the language model of Spark-TTS ({reason})"
        raise EngineMissing(what, _AGAIN) from None
    model.eval()
    # Half precision overflows in this model; bfloat16 takes as much memory and does not.
    model.set_dtype(mx.bfloat16, lambda dtype: dtype == mx.float16)
    mx.eval(model.parameters())
    return model


def _read_weights(folder: Path) -> dict[str, mx.array]:
    weights: dict[str, mx.array] = {}
    for file in sorted(folder.glob("*.safetensors")):
        part: Any = mx.load(str(file))
        weights |= part
    return weights


def _quantise(model: nn.Module, settings: Any, weights: dict[str, mx.array]) -> None:
    """Give the layers whose weights are quantised the form for it."""
    if settings is None:
        return

    def how(path: str, _layer: nn.Module) -> bool | dict[str, Any]:
        own = settings.get(path, True)
        return own if f"{path}.scales" in weights else False

    nn.quantize(
        model,
        group_size=settings.get("group_size", 64),
        bits=settings["bits"],
        mode=settings.get("mode", "affine"),
        class_predicate=how,
    )
