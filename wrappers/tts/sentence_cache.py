"""Keeps the sound of short sentences that are said again and again: a greeting, "One moment, please."."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wrappers.audio import Samples
from wrappers.tts.base import SpeechEngine, SpeechSteps, SpeechStream, steps_of, without_turns

_MAGIC = b"SOSC1\n"
_DIGEST_BYTES = 32
_SUFFIX = ".speech"


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """What is kept; the same for memory and for the disk."""

    max_characters: int = 60
    """Longer texts are hardly ever said twice."""
    max_bytes: int = 32_000_000
    """A quarter of an hour at 16 kHz."""
    max_entries: int = 1000


class SentenceCache:
    """Sound by key, in memory and in a folder. The least recently used goes first.

    Blocking, for one thread; several processes may share the folder. A file that is damaged, or cannot be read or
    written, is as good as none.
    """

    def __init__(self, folder: Path, limits: CacheLimits | None = None) -> None:
        """folder: made when there is something to keep"""
        self.limits = limits or CacheLimits()
        self._folder = folder
        self._memory: OrderedDict[str, Samples] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Samples | None:
        """int16 [n], read only; None where there is none."""
        samples = self._memory.get(key)
        if samples is None:
            samples = self._read(self._file(key))
            if samples is not None:
                self._remember(key, samples)
        if samples is not None:
            self._memory.move_to_end(key)
            with contextlib.suppress(OSError):
                os.utime(self._file(key))
        return samples

    def put(self, key: str, samples: Samples) -> None:
        """Keep int16 [n], unless it alone is more than may be kept."""
        if samples.nbytes > self.limits.max_bytes:
            return
        self._remember(key, samples)
        with contextlib.suppress(OSError):  # a full or read-only disk: memory is enough
            self._write(self._file(key), samples)
            self._tidy()

    def _remember(self, key: str, samples: Samples) -> None:
        old = self._memory.pop(key, None)
        self._bytes += samples.nbytes - (0 if old is None else old.nbytes)
        self._memory[key] = samples
        while self._bytes > self.limits.max_bytes or len(self._memory) > self.limits.max_entries:
            self._bytes -= self._memory.popitem(last=False)[1].nbytes

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}{_SUFFIX}"

    def _read(self, file: Path) -> Samples | None:
        try:
            content = file.read_bytes()
        except OSError:
            return None
        digest, pcm = content[len(_MAGIC) :][:_DIGEST_BYTES], content[len(_MAGIC) + _DIGEST_BYTES :]
        if not content.startswith(_MAGIC) or hashlib.sha256(pcm).digest() != digest or len(pcm) % 2:
            with contextlib.suppress(OSError):
                file.unlink()
            return None
        return np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)

    def _write(self, file: Path, samples: Samples) -> None:
        """Another name first, so that nobody ever sees half a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        pcm = samples.astype("<i2").tobytes()
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(_MAGIC + hashlib.sha256(pcm).digest() + pcm)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Remove what is too much, and parts that a crash left behind: they count, and are never touched again."""
        found = []
        for file in [*self._folder.glob(f"*{_SUFFIX}"), *self._folder.glob("*.part")]:
            with contextlib.suppress(OSError):  # another process was quicker
                status = file.stat()
                found.append((status.st_mtime_ns, status.st_size, file))
        found.sort(reverse=True)
        size = 0
        for index, (_, file_bytes, file) in enumerate(found):
            size += file_bytes
            if size > self.limits.max_bytes or index >= self.limits.max_entries:
                file.unlink(missing_ok=True)


class CachedVoice:
    """A `SpeechEngine` that asks another one only for what is not in a cache."""

    def __init__(self, engine: SpeechEngine, cache: SentenceCache, vendor: str, settings: Mapping[str, Any]) -> None:
        """
        vendor, settings: of the engine; all that makes the same text sound another way, such as its voice
        """
        self.name = engine.name
        self.sample_rate_hz = engine.sample_rate_hz
        self._engine = engine
        self._cache = cache
        self._identity = [vendor, engine.name, engine.sample_rate_hz, dict(settings)]
        self._interruptions = 0

    def stream(self, text: str) -> SpeechStream:
        """See `SpeechEngine.stream`."""
        return without_turns(self.steps(text))

    def steps(self, text: str) -> SpeechSteps:
        """See `SharesThread.steps`."""
        if len(text) > self._cache.limits.max_characters:
            yield from steps_of(self._engine, text)
            return
        key = json.dumps([*self._identity, text], sort_keys=True, default=str)
        samples = self._cache.get(key)
        if samples is not None:
            yield samples
            return
        interruptions, chunks = self._interruptions, []
        with closing(steps_of(self._engine, text)) as sound:
            for chunk in sound:
                if chunk is not None:
                    chunks.append(chunk)
                yield chunk
        if chunks and interruptions == self._interruptions:  # an interrupted engine ends early without a word
            self._cache.put(key, np.concatenate(chunks))

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        self._interruptions += 1
        self._engine.interrupt()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self._engine.close()
