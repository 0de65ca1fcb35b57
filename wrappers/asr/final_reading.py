"""Reads a whole utterance, however long, and drops what was not said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wrappers.asr.base import SAMPLES_PER_MS
from wrappers.asr.speech_span import quietest_ms, speech_span
from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.whisper_guards import Evidence, Guard, GuardOptions, find_invention
from wrappers.asr.windows import MAX_WINDOW_MS, Decoded, WindowDecoder
from wrappers.audio import Samples

SEARCH_MS = 6000
"""A long utterance is cut at the quietest place in the last part of a window."""


@dataclass(frozen=True, slots=True)
class FinalReading:
    """What an utterance says."""

    words: tuple[TimedWord, ...]
    """None where nothing was said."""
    language: str
    mean_log_probability: float
    info: Mapping[str, Any]
    """For the result, as JSON values: avg_logprob, no_speech_prob, speech_ms; guard and guarded_text if one spoke;
    doubtful (true) if it is too short for how sure the model is."""


@dataclass(frozen=True, slots=True)
class _Window:
    from_ms: int
    decoded: Decoded
    guard: Guard | None


def read_final(
    decoder: WindowDecoder, samples: Samples, languages: tuple[str, ...], beam_size: int, guards: GuardOptions
) -> FinalReading:
    """Read all of an utterance, window by window; each has to pass the guards. Raises EngineFailed.

    samples: int16 [n] at 16 kHz, n > 0
    languages: what it may be in; the first window decides
    """
    windows: list[_Window] = []
    before = ""
    for from_ms, until_ms in cut_into_windows(samples):
        part = samples[from_ms * SAMPLES_PER_MS : until_ms * SAMPLES_PER_MS]
        decoded = decoder.decode(part, languages, beam_size, before)
        guard = _guard(decoded, guards)
        if guard == "repetition":  # it is in a loop: what was said is there once it may not repeat itself
            decoded = decoder.decode(part, languages, beam_size, before, forbid_repeats=True)
            guard = _guard(decoded, guards)
        windows.append(_Window(from_ms, decoded, guard))
        languages = (decoded.language,)
        before = "" if guard else decoded.text
    return _sum_up(windows, speech_span(samples).duration_ms)


def cut_into_windows(samples: Samples) -> list[tuple[int, int]]:
    """Start and end in ms of windows that together are all of the audio."""
    length_ms = len(samples) // SAMPLES_PER_MS
    cuts = [0]
    while length_ms - cuts[-1] > MAX_WINDOW_MS:
        latest_ms = cuts[-1] + MAX_WINDOW_MS
        cuts.append(quietest_ms(samples, latest_ms - SEARCH_MS, latest_ms))
    return list(zip(cuts, [*cuts[1:], length_ms], strict=True))


def _guard(decoded: Decoded, guards: GuardOptions) -> Guard | None:
    evidence = Evidence(decoded.text, decoded.mean_log_probability, decoded.no_speech_probability)
    return find_invention(evidence, guards)


def _sum_up(windows: list[_Window], speech_ms: int) -> FinalReading:
    said = [window for window in windows if not window.guard and window.decoded.words]
    dropped = [window for window in windows if window.guard]
    words = tuple(
        replace(word, start_ms=word.start_ms + window.from_ms, end_ms=word.end_ms + window.from_ms)
        for window in said
        for word in window.decoded.words
    )
    weighed = said or windows
    tokens = sum(window.decoded.tokens for window in weighed)
    mean = sum(window.decoded.mean_log_probability * window.decoded.tokens for window in weighed) / max(1, tokens)
    info: dict[str, Any] = {
        "avg_logprob": round(mean, 3),
        "no_speech_prob": round(max(window.decoded.no_speech_probability for window in weighed), 3),
        "speech_ms": speech_ms,
    }
    if dropped:
        info |= {"guard": dropped[0].guard, "guarded_text": dropped[0].decoded.text}
    return FinalReading(words, windows[0].decoded.language, mean, info)
