"""Properties that all microphones and loudspeakers have, be they devices or files."""

from __future__ import annotations

from pydantic import field_validator

from ten_extensions.common.config import Config


class AudioConfig(Config):
    """Properties of a node that hears or plays; subclasses add their own."""

    session_id: str = "100"
    """Identifies the user in the frames of an input; a number, because TEN's own control reads it as one."""

    @field_validator("session_id")
    @classmethod
    def _session_id_is_a_number(cls, session_id: str) -> str:
        if not session_id.isdecimal():
            raise ValueError("must be a number, written as text")
        return session_id
