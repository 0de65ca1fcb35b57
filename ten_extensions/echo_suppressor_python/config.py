"""Configuration of the echo suppressor."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.config import Config
from wrappers.echo import GateOptions, SuppressorOptions, WantedMode


class EchoConfig(Config):
    """How the agent is kept from hearing itself. `python -m wrappers.echo measure` says what suits a machine."""

    mode: WantedMode = "gate"
    """`gate`: the microphone is silent while the agent is heard; works everywhere, but nobody can talk over the agent.
    `aec`: the echo is cancelled, and people can; needs the extra `aec`. `off`: for headphones.
    `auto`: the canceller where it works, nothing where there is no echo, and the gate until that is known."""

    head_ms: int = Field(default=30, ge=0)
    """The gate closes so much before the agent is heard: the clocks of the two devices agree to some ms only."""

    tail_ms: int | None = Field(default=None, ge=0)
    """The gate stays closed so long after the agent. By default as long as the echo needs to arrive, and 250 ms for the
    room to fall silent, 300 ms with wireless devices."""

    echo_delay_ms: int = Field(default=0, ge=0, le=2000)
    """How long the echo needs to arrive, as measured; 0 = not measured. What is found in use counts if it is more."""

    max_delay_ms: int = Field(default=800, ge=100, le=2000)
    """Echoes are looked for up to here. Wireless loudspeakers need 200-400 ms."""

    settle_ms: int = Field(default=5000, ge=0)
    """So much of the agent's voice the canceller needs before it is trusted; until then the gate acts on its output."""

    noise_suppression: bool = False
    """Also take away steady noise, with 6 ms more delay. Recognisers do better with the noise."""

    reference_wait_ms: int = Field(default=30, ge=0, le=200)
    """A microphone frame waits so long for what was played meanwhile. A canceller that gets it later fails."""

    lost_end_ms: int = Field(default=2000, ge=100)
    """If the speaker never tells the end of an answer, the microphone opens so long after all that it had to play."""

    def suppressor_options(self) -> SuppressorOptions:
        """The same as the suppressor wants it."""
        return SuppressorOptions(
            gate=GateOptions(head_ms=self.head_ms, tail_ms=self.tail_ms),
            echo_delay_ms=self.echo_delay_ms,
            max_delay_ms=self.max_delay_ms,
            wait_ms=self.reference_wait_ms,
            settle_ms=self.settle_ms,
            lost_end_ms=self.lost_end_ms,
        )
