"""The chunk loop around FunAudioLLM's `CosyVoice2Model` or `CosyVoice3Model`: tokens in one thread, sound in another.

It stands in for the model's own `tts`, which looks every 100 ms whether there are tokens, makes its chunks longer from
one text to the next and never shorter again, and cannot be stopped.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator, Mapping
from typing import Any

import numpy as np

from wrappers.cosyvoice_worker.lane import Waveform

SIGN_OF_LIFE_S = 0.1
_NOTHING_YET: Waveform = np.zeros(0, np.float32)


class TokenTap(list[int]):
    """The list into which the model's `llm_job` puts its tokens; one can wait for them, and stop it."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._stopped = False
        self.ended = False
        self.problem: Exception | None = None

    def append(self, token: int) -> None:
        """Called by the model. raises _Stopped"""
        with self._changed:
            if self._stopped:
                raise _Stopped
            super().append(token)
            self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        """Wait for so many tokens or for the end; False if nothing of that happened soon."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self) >= count or self.ended, SIGN_OF_LIFE_S)

    def end(self, problem: Exception | None) -> None:
        """No more tokens will come."""
        with self._changed:
            self.problem = None if isinstance(problem, _Stopped) else problem
            self.ended = True
            self._changed.notify_all()

    def stop(self) -> None:
        """End the model at its next token."""
        with self._changed:
            self._stopped = True


class TokenStream:
    """Speaks with one model, one text at a time."""

    def __init__(self, torch: Any, model: Any) -> None:
        self._torch = torch
        self._model = model
        self._first_hop: int = model.token_hop_len
        """Tokens of the first chunk, as in training; read once, as upstream's own loop would change it."""

    def stream(self, inputs: Mapping[str, Any]) -> Generator[Waveform, None, None]:
        """Chunks of one text; an empty one each 100 ms while there is none.

        inputs: what the frontend makes of text and voice: text, prompt_text, llm_prompt_speech_token,
            flow_prompt_speech_token, prompt_speech_feat, llm_embedding, flow_embedding
        """
        model, tap, key = self._model, TokenTap(), str(uuid.uuid1())
        with model.lock:
            model.tts_speech_token_dict[key] = tap
            model.llm_end_dict[key] = False
            model.hift_cache_dict[key] = None
        writer = threading.Thread(target=self._write_tokens, args=(tap, key, inputs), name="tokens", daemon=True)
        writer.start()
        try:
            yield from self._speak(tap, key, inputs)
        finally:
            tap.stop()
            writer.join()
            with model.lock:
                for sessions in (model.tts_speech_token_dict, model.llm_end_dict, model.hift_cache_dict):
                    sessions.pop(key, None)

    def _write_tokens(self, tap: TokenTap, key: str, inputs: Mapping[str, Any]) -> None:
        names = ("text", "prompt_text", "llm_prompt_speech_token", "llm_embedding")
        problem = None
        try:
            self._model.llm_job(*(inputs[name] for name in names), key)
        except Exception as error:  # told by the thread that makes the sound
            problem = error
        tap.end(problem)

    def _speak(self, tap: TokenTap, key: str, inputs: Mapping[str, Any]) -> Generator[Waveform, None, None]:
        model = self._model
        ahead, offset, hop = model.flow.pre_lookahead_len, 0, self._first_hop
        size = hop + -inputs["flow_prompt_speech_token"].shape[1] % hop  # with the prompt a multiple of the hop
        while True:
            while not tap.wait_for(offset + size + ahead):
                yield _NOTHING_YET
            if tap.problem is not None:
                raise tap.problem
            if len(tap) < offset + size + ahead:
                break
            yield self._sound(tap[: offset + size + ahead], offset, key, inputs, stream=True, finalize=False)
            offset += size
            size = hop = min(model.token_max_hop_len, hop * model.stream_scale_factor)
        if len(tap) > offset:
            yield self._sound(list(tap), offset, key, inputs, stream=False, finalize=True)

    def _sound(self, tokens: list[int], offset: int, key: str, inputs: Mapping[str, Any], **how: bool) -> Waveform:
        torch = self._torch
        with torch.inference_mode():
            speech = self._model.token2wav(
                token=torch.tensor(tokens).unsqueeze(0),
                prompt_token=inputs["flow_prompt_speech_token"],
                prompt_feat=inputs["prompt_speech_feat"],
                embedding=inputs["flow_embedding"],
                token_offset=offset,
                uuid=key,
                **how,
            )
        waveform: Waveform = speech.float().cpu().numpy().reshape(-1)
        return waveform


class _Stopped(Exception):
    """Nobody wants the tokens any more."""
