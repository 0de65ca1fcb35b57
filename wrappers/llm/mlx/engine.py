"""Language models in this process, with mlx-lm. Can be imported without MLX."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wrappers.cache_folder import cache_folder
from wrappers.errors import EngineFailed
from wrappers.llm.base import ChatRequest, Delta, LlmError
from wrappers.llm.mlx.model_folder import DEFAULT_MODEL, MODELS, ChatModelFolder
from wrappers.mlx_library import require_mlx_lm
from wrappers.mlx_worker import MlxUser, MlxWorker
from wrappers.worker import Worker

if TYPE_CHECKING:
    from wrappers.llm.mlx.chat_model import ChatModel

_NAME = "the language model"


@dataclass(frozen=True)
class MlxChatOptions:
    """Which model, and how it answers."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """temperature, top_p, max_tokens, ... for requests that do not say; then come the model's own."""
    context_tokens: int = 0
    """Of prompt and answer together; 0 = what the model was made for."""
    thinking: bool = False
    """Let a model think that can do without: the answer is better, and comes later."""
    cache: Path = field(default_factory=cache_folder)
    """Where downloads are kept."""


def check_chat_model(model: str) -> None:
    """Raises EngineMissing where a model cannot run here. Quick: neither loads nor downloads it."""
    require_mlx_lm()
    MODELS.check(model)


class MlxChatEngine:
    """Implements `ChatEngine`, `Prefills` and `KnowsContext`. Requests are answered one after the other.

    What was read for one request is kept for the next: only what is new in its prompt is read.
    """

    vendor = "mlx"

    def __init__(
        self, options: MlxChatOptions, tell: Callable[[str], None] = print, worker: MlxWorker | None = None
    ) -> None:
        """
        tell: takes a line for the user, from another thread
        worker: another than the one of this process, for tests
        """
        self._options = options
        self._tell = tell
        self._model: ChatModel | None = None
        self._worker = worker
        self._mlx = self._new_user()
        self._turn = asyncio.Lock()

    @property
    def context_tokens(self) -> int:
        """See `KnowsContext`."""
        return self._model.context_tokens if self._model else 0

    async def open(self) -> None:
        """Load the model, after downloading it where it is not here yet. raises EngineMissing"""
        thread = Worker(f"{_NAME} download")
        try:
            folder = await thread.call(self._find)
        finally:
            thread.close()
        self._model = await self._mlx.call(self._load, folder)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """See `ChatEngine.chat`."""
        async with self._turn:
            try:
                model = await self._usable_model()
                deltas: AsyncGenerator[Delta, None] = self._mlx.stream(model.answer, request)
                async with aclosing(deltas):
                    async for delta in deltas:
                        yield delta
            except EngineFailed as problem:
                raise _told(problem) from None

    async def prefill(self, request: ChatRequest) -> None:
        """See `Prefills.prefill`."""
        async with self._turn:
            try:
                model = await self._usable_model()
                steps: AsyncGenerator[None, None] = self._mlx.stream(model.read_ahead, request, kind="ahead")
                async with aclosing(steps):
                    async for _ in steps:
                        pass
            except EngineFailed as problem:
                raise _told(problem) from None

    async def close(self) -> None:
        """See `ChatEngine.close`."""
        self._model = None
        self._mlx.close()

    async def _usable_model(self) -> ChatModel:
        if self._mlx.hung:
            self._mlx.close()
            self._mlx = self._new_user()
            await self.open()
        if self._model is None:
            raise LlmError("failed", "No language model is loaded.")
        return self._model

    def _new_user(self) -> MlxUser:
        return MlxUser(_NAME, "answer", worker=self._worker)

    def _find(self) -> ChatModelFolder:
        require_mlx_lm()
        return MODELS.find(self._options.model, self._options.cache, self._tell)

    def _load(self, folder: ChatModelFolder) -> ChatModel:
        from wrappers.llm.mlx.chat_model import ChatModel

        options = self._options
        return ChatModel.load(folder, options.sampling, options.context_tokens, options.thinking)


def _told(problem: EngineFailed) -> LlmError:
    text = str(problem)
    return problem if isinstance(problem, LlmError) else LlmError("failed", f"{text[:1].upper()}{text[1:]}.")
