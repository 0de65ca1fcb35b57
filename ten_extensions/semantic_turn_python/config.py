"""Configuration of turn detection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ten_extensions.common.chat_server_params import ChatServerParams
from ten_extensions.common.config import Config
from wrappers.llm.openai_compatible import OpenAiOptions
from wrappers.turn import TurnOptions


class TurnParams(ChatServerParams):
    """What the models need; `rules` need nothing."""

    system_prompt: str = ""
    """For `chat_model`: "" is right for TEN Turn Detection. A general model must be told to answer a transcript with
    one word: finished, unfinished or wait."""
    path: str = ""
    """For `smart_turn`: the ONNX file of the model; "~" is your home folder."""
    timeout_ms: int = Field(default=700, ge=50)
    """So long a model's answer is awaited, then the rules decide; below `decide_timeout_ms` of the node main_control
    (1000), which would take the turn for finished."""

    def options(self, environment: Mapping[str, str]) -> OpenAiOptions:
        """See `ChatServerParams.options`."""
        return replace(super().options(environment), retries=0)  # there is no time for a second try


class TurnConfig(Config):
    """How the end of a turn is recognised."""

    backend: Literal["rules", "chat_model", "smart_turn"] = "rules"
    """`rules` looks at how the sentence ends; English and Mandarin, no model. `chat_model` asks a language model behind
    a server, such as TEN Turn Detection. `smart_turn` listens to the melody of what was said; it needs the frames of
    the microphone (`pcm_frame`) besides the transcripts."""

    params: TurnParams = Field(default={}, validate_default=True)
    """Of the model, where the back end is one."""

    min_wait_ms: int = Field(default=400, ge=0)
    """Silence that is always awaited before an answer; below the VAD's `silence_duration_ms` it has no effect."""

    force_threshold_ms: int = Field(default=3000, ge=0)
    """After so much silence the user is answered however unfinished it sounds."""

    @field_validator("params")
    @classmethod
    def _has_a_path(cls, params: TurnParams, info: ValidationInfo) -> TurnParams:
        if info.data.get("backend") == "smart_turn" and not params.path:
            raise ValueError("backend smart_turn needs params.path, the ONNX file of the model")
        return params

    @field_validator("force_threshold_ms")
    @classmethod
    def _is_not_below_the_minimum(cls, force_threshold_ms: int, info: ValidationInfo) -> int:
        if force_threshold_ms < info.data.get("min_wait_ms", 0):
            raise ValueError(f"must not be below min_wait_ms ({info.data['min_wait_ms']})")
        return force_threshold_ms

    def options(self) -> TurnOptions:
        """The same as the wrapper wants it."""
        return TurnOptions(self.min_wait_ms, self.force_threshold_ms)
