"""A loaded model of mlx-lm: from a request to deltas, in short steps, with a memory of what it has read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import mlx.core as mx

from wrappers.errors import EngineMissing
from wrappers.llm.base import LONGER_CONTEXT, ChatRequest, Delta, LlmError, Usage
from wrappers.llm.mlx.answer_reader import AnswerReader, ToolSyntax
from wrappers.llm.mlx.context import ReadContext
from wrappers.llm.mlx.model_folder import DEFAULT_MODEL, ChatModelFolder
from wrappers.llm.mlx.prompts import PromptWriter
from wrappers.llm.mlx.sampling import PENALTY_TOKENS, Sampling, read_sampling
from wrappers.llm.openai_messages import chat_tool

_CLEAR_CACHE_TOKENS = 256
"""Memory that MLX keeps for reuse is given back now and then: lengths change, so some of it never fits again."""
_TURN: tuple[None] = (None,)
_ANOTHER = f"choose another model, such as {DEFAULT_MODEL}"


class ChatModel:
    """Answers one request after the other. All calls belong in one thread; each step of a generator is an item."""

    def __init__(
        self, model: Any, tokenizer: Any, usual: Mapping[str, Any], context_tokens: int, thinking: bool
    ) -> None:
        """
        model, tokenizer: mlx-lm's
        usual: parameters for requests that do not say
        context_tokens: of prompt and answer together; 0 = no limit is known
        thinking: see `PromptWriter`
        """
        self.context = ReadContext(model)
        self.context_tokens = context_tokens
        self._tokenizer = tokenizer
        self._prompts = PromptWriter(tokenizer, thinking)
        self._usual = usual

    @classmethod
    def load(
        cls, folder: ChatModelFolder, sampling: Mapping[str, Any], context_tokens: int, thinking: bool
    ) -> ChatModel:
        """Load weights and tokenizer; blocks for seconds.

        sampling: goes before what the model's makers recommend
        context_tokens: less than the model was made for; 0 = all of it
        raises EngineMissing where this is no chat model, or too large for this machine
        """
        _check_memory(folder)
        from mlx_lm.utils import load, maybe_set_recommended_wired_limit

        try:
            maybe_set_recommended_wired_limit()  # else macOS may move a large model out of the way
            model, tokenizer = load(str(folder.path))[:2]
        except Exception as problem:  # each of a hundred kinds of models has its own ways
            reason = str(problem).strip().split("\n")[0] or type(problem).__name__
            raise EngineMissing(f"{folder.path} could not be loaded by mlx-lm ({reason})", _ANOTHER) from problem
        if not tokenizer.has_chat_template:
            raise EngineMissing(f"{folder.path} has no chat template, so it is no chat model", _ANOTHER)
        most = folder.context_tokens
        limit = min(context_tokens, most) if context_tokens and most else context_tokens or most
        return cls(model, tokenizer, {**folder.usual_sampling(), **sampling}, limit, thinking)

    def answer(self, request: ChatRequest) -> Iterator[Delta | None]:
        """One completion; None after steps that gave no text. Ends with `Usage`.

        raises LlmError
        """
        prompt = self._prompts.write(request)
        self._check_length(len(prompt.ids))
        sampling = read_sampling({**self._usual, **request.parameters}, self._tokenizer.vocab_size)
        reader = AnswerReader(prompt.text, sampling.stop, self._tool_syntax(request))
        text = self._tokenizer.detokenizer
        count = 0
        yield None
        for token in self._tokens(prompt.ids, sampling):
            if token is None:
                yield None
                continue
            count += 1
            if token in self._tokenizer.eos_token_ids:
                break
            text.add_token(token)
            yield from reader.push(text.last_segment) or _TURN
            if reader.ended:
                break
        text.finalize()
        if not reader.ended:
            yield from reader.push(text.last_segment)
        yield from reader.finish()
        yield Usage(len(prompt.ids), count)

    def read_ahead(self, request: ChatRequest) -> Iterator[None]:
        """Read what stays of a prompt if its last message goes on. raises LlmError"""
        if not self.context.can_go_back:
            return  # one word that is heard otherwise after all would cost everything
        ids = self._prompts.write_beginning(request)
        self._check_length(len(ids))
        yield
        yield from self._whole(self.context.read(ids[self.context.keep(ids) :]))

    def _tokens(self, ids: list[int], sampling: Sampling) -> Iterator[int | None]:
        """None for each piece of the prompt, then tokens. One is computed ahead, so the GPU works while one is used."""
        context = self.context
        yield from self._whole(context.read(ids[context.keep(ids[:-1]) : -1]))
        if sampling.seed is not None:
            mx.random.seed(sampling.seed)
        room = self.context_tokens - len(ids) if self.context_tokens else sampling.max_tokens
        recent = mx.zeros(0, mx.int32)
        try:
            token = self._draw(mx.array(ids[-1:], mx.int32), recent, sampling)
            context.ids.append(ids[-1])
            mx.async_eval(token)
            for count in range(min(room, sampling.max_tokens)):
                if sampling.penalties:
                    recent = mx.concatenate([recent, token])[-PENALTY_TOKENS:]
                following = self._draw(token, recent, sampling)
                mx.async_eval(following)
                context.ids.append(int(token))
                yield context.ids[-1]
                token = following
                if count % _CLEAR_CACHE_TOKENS == _CLEAR_CACHE_TOKENS - 1:
                    mx.clear_cache()
        except Exception as problem:
            raise self._failed(problem) from problem

    def _draw(self, token: mx.array, recent: mx.array, sampling: Sampling) -> mx.array:
        logits = self.context.advance(token)[None].astype(mx.float32)
        for penalty in sampling.penalties:
            logits = penalty(recent, logits)
        return sampling.draw(logits - mx.logsumexp(logits, axis=-1, keepdims=True)).astype(mx.int32)

    def _whole(self, reading: Iterator[None]) -> Iterator[None]:
        try:
            yield from reading
        except Exception as problem:
            raise self._failed(problem) from problem

    def _failed(self, problem: Exception) -> LlmError:
        self.context.clear()  # nobody knows what it holds now
        mx.clear_cache()
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        full = "memory" in reason.lower()
        mend = "Take a smaller model, or close other programs." if full else "Try again, or choose another model."
        return LlmError("failed", f"The language model failed: {reason}.", mend)

    def _check_length(self, count: int) -> None:
        if self.context_tokens and count >= self.context_tokens:
            text = f"The conversation is too long for the model: {count} tokens of {self.context_tokens}."
            raise LlmError("context_overflow", text, LONGER_CONTEXT)

    def _tool_syntax(self, request: ChatRequest) -> ToolSyntax | None:
        tokenizer = self._tokenizer
        if not request.tools or not tokenizer.has_tool_calling:
            return None
        tools = [chat_tool(tool) for tool in request.tools]
        parse = partial(tokenizer.tool_parser, tools=tools)
        return ToolSyntax(tokenizer.tool_call_start, tokenizer.tool_call_end, parse)


def _check_memory(folder: ChatModelFolder) -> None:
    """A GPU that shares the memory of the machine may not take all of it."""
    most = mx.device_info().get("max_recommended_working_set_size", 0)
    if isinstance(most, int) and 0 < most < folder.weight_bytes:
        what = f"{folder.path} has {folder.weight_bytes / 1e9:.1f} GB, and the GPU may take {most / 1e9:.1f} GB here"
        raise EngineMissing(what, "choose a smaller model, or one in fewer bits")
