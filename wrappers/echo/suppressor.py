"""Echo suppression as a whole: microphone, reference and playback states in, a microphone without the agent out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from wrappers.audio import Samples, ms_of_samples
from wrappers.audio.samples import ENGINE_RATE_HZ
from wrappers.echo.auto import AutoMode, AutoOptions
from wrappers.echo.base import FRAME_MS, Canceller, EchoMode, EchoState, WantedMode, can_be_heard
from wrappers.echo.gate import GateOptions, TimeGate
from wrappers.echo.heard_intervals import HeardIntervals
from wrappers.echo.merger import Merger, Pair
from wrappers.echo.meter import EchoMeter

CarryT = TypeVar("CarryT")


@dataclass(frozen=True)
class SuppressorOptions:
    gate: GateOptions = field(default_factory=GateOptions)
    auto: AutoOptions = field(default_factory=AutoOptions)
    echo_delay_ms: int = 0
    """As measured by `python -m wrappers.echo measure`; 0 = not measured. A longer one that is found counts more."""
    assumed_delay_ms: int = 400
    """Delay until it is known: the longest of usual devices, so that the first answer does not leak."""
    max_delay_ms: int = 800
    """Echoes are looked for up to here."""
    wait_ms: int = 30
    """A microphone frame waits so long for its reference."""
    settle_ms: int = 5000
    """So much of the agent's voice the canceller needs before it is trusted; until then the gate acts on its output.
    Among rooms, loudspeakers that distort and clocks that drift, VADs took some of what was left after 4 s for speech,
    and nothing after 5."""
    settled_erle_db: float = 10.0
    """One that lowers the echo by less than this is not trusted either."""
    lost_end_ms: int = 2000
    """So long after all that can be played, a playback without an end counts as ended."""


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[CarryT]):
    """A microphone frame on its way on."""

    samples: Samples
    """int16 [160]"""
    is_untouched: bool
    """Whether these are the very samples that came."""
    carry: CarryT


class EchoSuppressor(Generic[CarryT]):
    """Feed it what happens, in any order; take the frames that are ready, in order.

    Pure: no I/O, no clock of its own, no thread.
    """

    def __init__(
        self, wanted: WantedMode, canceller: Canceller | None = None, options: SuppressorOptions = SuppressorOptions()
    ) -> None:
        """canceller: for `aec` and `auto`; as long as there is none, both are a gate"""
        self.gated_ms = 0
        """How much of the microphone was silenced in all."""
        self.late_ms = 0
        """How much of it waited for its reference in vain."""
        self._wanted = wanted
        self._canceller = canceller
        self._options = options
        self._merger: Merger[CarryT] = Merger(options.wait_ms)
        self._heard = HeardIntervals(options.lost_end_ms)
        self._uncancelled = HeardIntervals(options.lost_end_ms)
        """What the canceller was not given in time: its echo is still in the output."""
        self._gate = TimeGate(options.gate)
        self._auto = AutoMode(canceller is not None, options.auto)
        self._meter = EchoMeter(options.max_delay_ms)
        self._reported_delay_ms = 0
        self._has_reference = False
        self._open_since_ms: int | None = None
        self._warnings: list[str] = []
        self._warned_of_no_reference = False

    # --- what happens --------------------------------------------------------------------------------------------

    def use(self, canceller: Canceller) -> None:
        """A canceller has been loaded."""
        self._canceller = canceller
        self._auto = AutoMode(True, self._options.auto)
        self._meter.reset()

    def reset(self) -> None:
        """The devices have changed: what was learnt of the room is void, and the gate acts until it is learnt anew."""
        if self._canceller is not None:
            self._canceller.reset()
        self._auto.reset()
        self._meter.reset()

    def push_microphone(self, samples: Samples, time_ms: int, now_ms: float, carry: CarryT) -> None:
        """Add a frame, int16 [160], captured at `time_ms`; `carry` comes back with it."""
        self._merger.push_microphone(samples, time_ms, now_ms, carry)

    def push_reference(self, samples: Samples, time_ms: int, heard_ms: int) -> None:
        """Add int16 [n] at 16 kHz that was handed to the loudspeaker at `time_ms` and is heard from `heard_ms` on."""
        if self._wanted == "off":
            return  # then no frame has to wait
        in_time = self._merger.push_reference(samples, time_ms)
        end_ms = time_ms + ms_of_samples(len(samples), ENGINE_RATE_HZ)
        self._reported_delay_ms = max(0, heard_ms - time_ms)
        self._heard.known_until(end_ms)
        if can_be_heard(samples):
            self._heard.sounded(time_ms, end_ms)
            if not in_time:
                self._uncancelled.sounded(time_ms, end_ms)

    def tell_playback(self, request_id: str, state: str, time_ms: int, queued_ms: int) -> None:
        """See `HeardIntervals.tell`."""
        self._heard.tell(request_id, state, time_ms, queued_ms)

    def take(self, now_ms: float) -> list[Cleaned[CarryT]]:
        """The frames that are ready, in order."""
        lost, alignments = self._merger.lost, self._merger.alignments
        pairs = self._merger.take(now_ms)
        if self._merger.alignments != alignments:
            self.reset()  # to the canceller, all echoes are somewhere else now
        cleaned = [self._clean(pair) for pair in pairs]
        if self._merger.lost > lost:
            self._warn(
                f"what the loudspeaker plays (playback_frame) comes more than {self._options.wait_ms} ms late, or not "
                "any more: the echo cannot be cancelled until it is in time again"
            )
        return cleaned

    # --- how it stands -------------------------------------------------------------------------------------------

    @property
    def deadline_ms(self) -> float | None:
        """When to call `take` at the latest; None if nothing waits."""
        return self._merger.deadline_ms

    @property
    def state(self) -> EchoState:
        """How the echo is dealt with at the moment."""
        mode, settled = self._mode, self._is_settled
        return EchoState(
            mode=mode,
            is_open=not self._gate.was_closed,
            open_since_ms=self._open_since_ms,
            is_settled=settled,
            speaking_interrupts=mode == "off" or (mode == "aec" and settled),
            erle_db=self._meter.erle_db,
            delay_ms=None if self._meter.delay_ms is None else self._meter.delay_ms + self._merger.shift_ms,
        )

    def take_warnings(self) -> list[str]:
        """What the user should know, once for each time it happens."""
        warnings, self._warnings = self._warnings, []
        return warnings

    # --- one frame -----------------------------------------------------------------------------------------------

    def _clean(self, pair: Pair[CarryT]) -> Cleaned[CarryT]:
        self._has_reference = pair.state != "absent"
        if self._heard.expire(pair.time_ms):
            self._warn("the loudspeaker has not told the end of what it played; the microphone is open again")
        cancelled = self._cancel(pair)
        if pair.state == "there":
            self._learn(pair, cancelled)
        elif pair.state == "late":
            self._miss(pair)
        closed = self._is_closed(pair)
        if self._gate.was_closed and not closed:
            self._open_since_ms = pair.time_ms
        self.gated_ms += FRAME_MS * closed
        if self._canceller is not None:
            self._canceller.is_gated = closed
        samples = pair.microphone if cancelled is None else cancelled
        passed = self._gate.pass_on(samples, closed)
        return Cleaned(passed, passed is pair.microphone, pair.carry)

    def _cancel(self, pair: Pair[CarryT]) -> Samples | None:
        if self._canceller is None or self._wanted not in ("aec", "auto") or self._mode == "off":
            return None
        if pair.state == "absent" and self._heard.is_playing and not self._warned_of_no_reference:
            self._warned_of_no_reference = True
            self._warn(
                "nothing tells what the loudspeaker plays, so the gate stands in for the canceller; "
                "connect the speaker's playback_frame to this node"
            )
        cancelled = self._canceller.process(pair.microphone, pair.reference)
        self._merger.speed = self._canceller.speed
        return cancelled

    def _learn(self, pair: Pair[CarryT], cancelled: Samples | None) -> None:
        if not self._meter.push(pair.microphone, cancelled, pair.reference):
            return
        mode = self._mode
        self._auto.look(self._meter.finding, self._meter.erle_db, self._meter.is_buried)
        if self._mode == "off" != mode and self._canceller is not None:
            self._canceller.reset()  # when it is wanted again, the room will be another one

    def _miss(self, pair: Pair[CarryT]) -> None:
        """The frame has got silence for a reference, which may have been the agent's voice."""
        self.late_ms += FRAME_MS
        if self._heard.is_playing:
            self._uncancelled.sounded(pair.time_ms, pair.time_ms + FRAME_MS)

    def _is_closed(self, pair: Pair[CarryT]) -> bool:
        mode, end_ms = self._mode, pair.time_ms + FRAME_MS
        if mode == "off":
            return False
        if pair.state == "late":
            return True  # nobody knows what is played
        trusted = mode == "aec" and self._is_settled and pair.state == "there"
        self._gate.delay_ms = self._delay_ms
        return self._gate.is_closed(self._uncancelled if trusted else self._heard, pair.time_ms, end_ms)

    @property
    def _mode(self) -> EchoMode:
        match self._wanted:
            case "auto":
                return self._auto.mode
            case "aec" if self._canceller is None:
                return "gate"
            case mode:
                return mode

    @property
    def _is_settled(self) -> bool:
        if self._canceller is None or self._canceller.is_lost or not self._has_reference:
            return False
        if self._meter.voice_ms < self._options.settle_ms:
            return False
        erle_db = self._meter.erle_db
        return erle_db is None or self._meter.is_buried or erle_db >= self._options.settled_erle_db

    @property
    def _delay_ms(self) -> int:
        found_ms = self._meter.delay_ms or 0
        known_ms = max(self._reported_delay_ms, self._options.echo_delay_ms, found_ms + self._merger.shift_ms)
        if self._meter.finding == "unknown" and not self._options.echo_delay_ms:
            return max(known_ms, self._options.assumed_delay_ms)
        return known_ms

    def _warn(self, text: str) -> None:
        self._warnings.append(text)
