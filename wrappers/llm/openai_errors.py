"""What a chat server's errors mean, and what to do about them."""

from __future__ import annotations

import json
from typing import Any

from .base import LONGER_CONTEXT, LlmError
from .chat_servers import ChatServer
from .too_large import SMALLER_MODEL, is_too_large

_CONTEXT_WORDS = (
    "context length",
    "context window",
    "context size",
    "maximum context",
    "too many tokens",
    "n_ctx",
    "too long",
)
_NO_MODEL_WORDS = ("no models loaded", "no model loaded", "model not found", "model_not_found", "does not exist")
_NO_CREDIT_WORDS = ("insufficient_quota", "insufficient balance", "insufficient credit", "余额不足")
_LONGEST_TEXT = 200


class ErrorReader:
    """Turns the exceptions of the `openai` package into `LlmError`."""

    def __init__(self, openai: Any, server: ChatServer, base_url: str) -> None:
        """openai: the module; server, base_url: whom it talks to"""
        self._openai = openai
        self._server = server
        self._base_url = base_url

    def read(self, error: Exception, model: str, started: bool) -> LlmError:
        """started: some of the answer has come already"""
        title = self._server.title
        if isinstance(error, self._openai.APIStatusError):
            return self._read_status(error.status_code, _text_of(error), model)
        if isinstance(error, self._openai.APIConnectionError):
            if started:
                return LlmError(
                    "unreachable", f"{title} broke off in the middle of its answer.", "Look whether it runs."
                )
            return self.unreachable()
        if isinstance(error, self._openai.APIError):
            return self._read_status(0, _text_of(error), model)
        if isinstance(error, json.JSONDecodeError):
            return LlmError(
                "failed", f"{title} answered something that is not JSON.", "Look whether params.base_url is right."
            )
        what = f"{type(error).__name__}: {error}".rstrip(".")
        if isinstance(error, TypeError | AttributeError | LookupError | ValueError):  # the client's types are but hints
            text = f"{title} answered something that is not OpenAI's protocol ({what})."
            return LlmError("failed", text, "Look whether params.base_url is right.")
        return LlmError("failed", f"{title} failed: {what}.")

    def may_pass(self, error: Exception) -> bool:
        """Whether the same request may work in a moment."""
        if isinstance(error, self._openai.APIStatusError):
            overloaded = error.status_code == 429 and not _has(_text_of(error), _NO_CREDIT_WORDS)
            return overloaded or error.status_code >= 500
        return isinstance(error, self._openai.APIConnectionError)

    def lost_connection(self, request: Any) -> Exception:
        """As the client raises it."""
        error: Exception = self._openai.APIConnectionError(request=request)
        return error

    def unreachable(self) -> LlmError:
        """Nothing answers at all."""
        return LlmError("unreachable", f"{self._server.title} does not answer at {self._base_url}.", self._server.mend)

    def no_model(self, model: str) -> LlmError:
        """No model is loaded, or not this one."""
        title = self._server.title
        if not model or self._server.title == "LM Studio":
            wanted = f" called {model}" if model else ""
            return LlmError(
                "no_model", f"{title} answers, but has no model{wanted} loaded.", "Load one, or set params.model."
            )
        return LlmError("no_model", f"{title} has no model called {model}.", "Set params.model to one that it has.")

    def _read_status(self, status: int, text: str, model: str) -> LlmError:
        title, variable = self._server.title, self._server.key_variable
        if status in (401, 403):
            where = f"the environment variable {variable}" if variable else "params.api_key"
            return LlmError("unauthorized", f"{title} does not accept the key: {text}.", f"Look at {where}.")
        if _has(text, _NO_CREDIT_WORDS) or status == 402:
            return LlmError("rate_limit", f"The account with {title} has no credit left.", "Charge it.")
        if status == 429:
            return LlmError("rate_limit", f"{title} gets too many requests: {text}.", "Wait a minute.")
        if _has(text, _CONTEXT_WORDS) or status == 413:
            return LlmError(
                "context_overflow",
                f"The conversation is too long for the model: {text}.",
                LONGER_CONTEXT,
            )
        if is_too_large(text):
            return LlmError("model_too_large", f"{title} cannot load the model: {text}.", SMALLER_MODEL)
        if status == 404 or _has(text, _NO_MODEL_WORDS):
            return self.no_model(model)
        if 400 <= status < 500:
            return LlmError("bad_request", f"{title} refuses the request: {text}.")
        return LlmError("failed", f"{title} failed: {text}.")


def _text_of(error: Any) -> str:
    """What the server said, in one line, without the noise around it."""
    body = error.body
    said = body.get("message") or body.get("error") if isinstance(body, dict) else None
    if isinstance(said, dict):
        said = said.get("message")
    text = " ".join(str(said or error.message).split()).rstrip(".")
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text.lower() for word in words)
