"""Writes prompts as the template of the model wants them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wrappers.common_beginning import common_beginning
from wrappers.llm.base import ChatRequest, Entry, LlmError, Message
from wrappers.llm.openai_messages import chat_messages, chat_tool

_MORE = " and so on"
"""What somebody may say next."""


@dataclass(frozen=True, slots=True)
class Prompt:
    text: str
    ids: list[int]


class PromptWriter:
    """From requests to tokens."""

    def __init__(self, tokenizer: Any, thinking: bool) -> None:
        """
        tokenizer: mlx-lm's wrapper of one that has a chat template
        thinking: let models think before they answer that can do without
        """
        self._tokenizer = tokenizer
        self._thinking = thinking

    def write(self, request: ChatRequest) -> Prompt:
        """The whole prompt, up to where the answer begins. raises LlmError for messages that the model cannot take"""
        if any(isinstance(entry, Message) and entry.images for entry in request.messages):
            raise LlmError("bad_request", "This language model cannot see pictures.", "Choose another engine for them.")
        messages = list(chat_messages(request.messages, arguments_as_text=False))
        try:
            return self._render(messages, request)
        except Exception:  # a template may refuse what others take, and raises what it likes
            plain = _plain(messages)
        try:
            return self._render(plain, request)
        except Exception as problem:
            text = f"The chat template of the model does not take this conversation: {problem}."
            raise LlmError("bad_request", text, "Choose another model.") from None

    def write_beginning(self, request: ChatRequest) -> list[int]:
        """The tokens that stay as they are if more is said in the last message."""
        *before, last = request.messages
        if not isinstance(last, Message):
            return self.write(request).ids
        longer: list[Entry] = [*before, replace(last, text=last.text + _MORE)]
        ids, other = self.write(request).ids, self.write(replace(request, messages=tuple(longer))).ids
        return ids[: common_beginning(ids, other)]

    def _render(self, messages: list[dict[str, Any]], request: ChatRequest) -> Prompt:
        text = self._tokenizer.apply_chat_template(
            messages,
            tools=[chat_tool(tool) for tool in request.tools] or None,
            add_generation_prompt=True,
            tokenize=False,
            enable_thinking=self._thinking,
        )
        return Prompt(text, list(self._tokenizer.encode(text, add_special_tokens=False)))


def _plain(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same for templates that know no system prompt, or want user and assistant in strict turn."""
    plain: list[dict[str, Any]] = []
    for message in messages:
        role = "user" if message["role"] == "system" else message["role"]
        joins = plain and plain[-1]["role"] == role and "tool_calls" not in plain[-1] and role in ("user", "assistant")
        if joins and "tool_calls" not in message:
            plain[-1] = {"role": role, "content": f"{plain[-1]['content']}\n\n{message['content']}"}
        else:
            plain.append({**message, "role": role})
    return plain
