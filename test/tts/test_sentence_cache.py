"""Short sentences that are said again come from memory or from the disk, and never half or in another voice."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tone_engine import CRASH, ToneEngine
from support.tone_tts import ToneTts
from support.voice_probe import VoiceProbe, talk_to_voice

from wrappers.audio import Samples
from wrappers.errors import EngineFailed
from wrappers.tts import CachedVoice, CacheLimits, SentenceCache

TEXT = "One moment, please."


def voice_in(folder: Path, engine: ToneEngine | None = None, **settings: Any) -> tuple[CachedVoice, ToneEngine]:
    engine = engine or ToneEngine()
    return CachedVoice(engine, SentenceCache(folder), "tone", settings), engine


def said(voice: CachedVoice, text: str = TEXT) -> Samples:
    return np.concatenate(list(voice.stream(text)))


def sound(value: int, count: int = 500) -> Samples:
    return np.full(count, value, np.int16)


def age(file: Path, seconds: int) -> None:
    os.utime(file, (1_000_000 - seconds, 1_000_000 - seconds))


def test_what_was_said_once_sounds_the_same_without_the_engine(tmp_path: Path) -> None:
    voice, engine = voice_in(tmp_path)
    first = said(voice)
    assert np.array_equal(said(voice), first)
    assert engine.spoken == [TEXT]
    assert np.array_equal(first, engine.tone(TEXT))


def test_it_is_remembered_after_a_restart(tmp_path: Path) -> None:
    first = said(voice_in(tmp_path)[0])
    voice, engine = voice_in(tmp_path)
    assert np.array_equal(said(voice), first)
    assert engine.spoken == []


def test_another_text_voice_or_rate_is_another_sound(tmp_path: Path) -> None:
    said(voice_in(tmp_path, speaker="anna")[0])
    for other, text in (
        (voice_in(tmp_path, speaker="bert"), TEXT),
        (voice_in(tmp_path, ToneEngine(24_000), speaker="anna"), TEXT),
        (voice_in(tmp_path, speaker="anna"), TEXT + "!"),
    ):
        said(other[0], text)
        assert other[1].spoken == [text]


def test_a_long_text_is_not_kept(tmp_path: Path) -> None:
    voice, engine = voice_in(tmp_path)
    text = "a" * (CacheLimits().max_characters + 1)
    for _ in range(2):
        said(voice, text)
    assert engine.spoken == [text, text]
    assert list(tmp_path.iterdir()) == []


def test_half_a_sentence_is_never_kept(tmp_path: Path) -> None:
    voice, engine = voice_in(tmp_path)
    with closing(voice.stream(TEXT)) as left:
        next(left)
    interrupted = voice.stream(TEXT)
    next(interrupted)
    voice.interrupt()
    assert list(interrupted) == []
    with pytest.raises(EngineFailed):
        said(voice, CRASH + TEXT)
    assert list(tmp_path.iterdir()) == []
    assert len(said(voice)) == len(engine.tone(TEXT))


def test_silence_is_not_kept(tmp_path: Path) -> None:
    voice, engine = voice_in(tmp_path)
    assert [list(voice.stream("...")) for _ in range(2)] == [[], []]
    assert engine.spoken == ["...", "..."]


@pytest.mark.parametrize("damage", [b"", b"SOSC1\n", b"rubbish", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    cache = SentenceCache(tmp_path)
    cache.put("key", sound(5))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-2] if damage is None else damage)
    later = SentenceCache(tmp_path)
    assert later.get("key") is None
    assert not file.exists()
    later.put("key", sound(5))
    assert SentenceCache(tmp_path).get("key") is not None


@pytest.mark.parametrize("limits", [CacheLimits(max_entries=2), CacheLimits(max_bytes=2500)])
def test_only_what_was_used_lately_is_kept(tmp_path: Path, limits: CacheLimits) -> None:
    cache = SentenceCache(tmp_path, limits)
    cache.put("old", sound(1))
    for file in tmp_path.iterdir():
        age(file, 20)
    cache.put("older but used", sound(2))
    for file in tmp_path.iterdir():
        age(file, 10 if file.stat().st_mtime > 1_000_000 else 20)
    assert cache.get("older but used") is not None
    cache.put("new", sound(3))
    for seen in (cache, SentenceCache(tmp_path, limits)):
        kept = [key for key in ("old", "older but used", "new") if seen.get(key) is not None]
        assert kept == ["older but used", "new"]


def test_a_sound_beyond_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, CacheLimits(max_bytes=100))
    cache.put("key", sound(1))
    assert cache.get("key") is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_half_written_goes_in_time(tmp_path: Path) -> None:
    (tmp_path / "left.part").write_bytes(b"x" * 600)
    age(tmp_path / "left.part", 100)
    SentenceCache(tmp_path, CacheLimits(max_bytes=1500)).put("key", sound(1))
    assert not (tmp_path / "left.part").exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_that_takes_nothing_leaves_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    cache = SentenceCache(tmp_path / "file")
    cache.put("key", sound(7))
    assert cache.get("key") is not None


def test_a_voice_says_its_greeting_from_the_cache(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        for request_id in ("a", "b"):
            await voice.say(request_id, TEXT, end=True)
            await voice.ended(request_id)

    before = len(ToneTts.engines)
    voice = talk_to_voice(script, {"params": {}, "cache": {"enabled": True, "folder": str(tmp_path)}})
    assert np.array_equal(voice.speech("a"), voice.speech("b"))
    assert ToneTts.engines[before].spoken == [TEXT]
    assert len(list(tmp_path.iterdir())) == 1


def test_without_being_asked_for_nothing_is_kept() -> None:
    async def script(voice: VoiceProbe) -> None:
        for request_id in ("a", "b"):
            await voice.say(request_id, TEXT, end=True)
            await voice.ended(request_id)

    before = len(ToneTts.engines)
    talk_to_voice(script)
    assert ToneTts.engines[before].spoken == [TEXT, TEXT]
