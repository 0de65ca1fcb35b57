"""Lets an engine speak into a file and a loudspeaker, with a bar that shows how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from wrappers.audio import Samples, WavWriter
from wrappers.text import is_cjk
from wrappers.tts.base import SpeechEngine
from wrappers.tts.loudspeaker import Loudspeaker
from wrappers.tts.plain_text import clean
from wrappers.tts.rendering import render

_S_PER_CHARACTER = 0.065
_S_PER_HAN = 0.25
"""How long speech usually lasts: only for the length of the bar."""


def speak(engine: SpeechEngine, text: str, output: Path | None, play: bool, console: Console) -> None:
    """Speak a text.

    output: a WAV file, replaced if it is there; None = none
    raises EngineFailed, AudioFileError where the file cannot be written, EngineMissing without a loudspeaker
    """
    rate_hz = engine.sample_rate_hz
    began_s = time.monotonic()
    first_s: float | None = None
    count = 0
    with ExitStack() as sinks:
        takers: list[Callable[[Samples], None]] = []
        if play:
            takers.append(sinks.enter_context(Loudspeaker(rate_hz)).play)
        if output is not None:
            takers.append(sinks.enter_context(WavWriter(output, rate_hz)).write)
        bar = sinks.enter_context(_bar(console))
        task = bar.add_task("", total=_expected_s(text))
        for frame in sinks.enter_context(closing(render(engine, text, rate_hz))):
            first_s = time.monotonic() - began_s if first_s is None else first_s
            for take in takers:
                take(frame)
            count += len(frame)
            bar.update(task, completed=count / rate_hz)
        bar.update(task, total=max(count, 1) / rate_hz, completed=max(count, 1) / rate_hz)
    if first_s is None:
        console.print("There is nothing to say in this text.")
        return
    duration_s, took_s = count / rate_hz, time.monotonic() - began_s
    console.print(f"{duration_s:.1f} s of speech, the first after {first_s:.2f} s, all after {took_s:.2f} s.")
    if output is not None:
        console.print(f"Written to {output}", markup=False, soft_wrap=True)


def _bar(console: Console) -> Progress:
    columns = TextColumn("speaking"), BarColumn(), TextColumn("{task.completed:.1f} s")
    return Progress(*columns, console=console, transient=True)


def _expected_s(text: str) -> float:
    said = clean(text)
    han = sum(map(is_cjk, said))
    return max(1.0, han * _S_PER_HAN + (len(said) - han) * _S_PER_CHARACTER)
