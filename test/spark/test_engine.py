"""The whole engine: the same sound as offline, early, cancelled at any time, and the same again."""

import threading
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from support.spark_codec import bicodec  # noqa: E402
from support.spark_engine import ANNA, BOB, engine, folder, ticking_clock  # noqa: E402

from wrappers.tts.spark.calibration import Calibration, save_calibration  # noqa: E402
from wrappers.tts.spark.codec import CodecStream  # noqa: E402
from wrappers.tts.spark.context import Context  # noqa: E402
from wrappers.tts.spark.engine import Chunk, SparkEngine  # noqa: E402
from wrappers.tts.spark.pieces import longest_speech_tokens  # noqa: E402
from wrappers.tts.spark.prompt import Voice  # noqa: E402

HELLO = "Hello there! How are you today?"
EDGE = 80
"""Samples that may be faded."""


def standing_clock() -> float:
    """No time passes: decisions depend on the tokens alone, and not on what was learned before."""
    return 0.0


@cache
def shared(tmp_path: Path) -> SparkEngine:
    return engine(tmp_path, standing_clock)


@pytest.fixture
def spark(tmp_path_factory: pytest.TempPathFactory) -> SparkEngine:
    """One engine for all tests that leave it as it was."""
    return shared(tmp_path_factory.getbasetemp())


def sound(chunks: list[Chunk]) -> NDArray[np.float32]:
    return np.concatenate([chunk.pcm for chunk in chunks])


def offline(tokens: list[int], voice: Voice) -> NDArray[np.float32]:
    """The samples by mlx-audio's own decoder."""
    speaker = mx.array(voice.global_tokens, mx.int32)[None, None]
    return np.array(bicodec().detokenize(mx.array(tokens, mx.int32)[None], speaker)[0, 0])


def test_exactly_the_sound_of_offline_synthesis(spark: SparkEngine) -> None:
    chunks = list(spark.stream("Hello there!", ANNA, preset="exact", max_tokens=90))
    expected = offline(spark.tokens("Hello there!", ANNA, max_tokens=90), ANNA)

    assert len(chunks) > 1
    assert np.abs(sound(chunks) - expected)[EDGE:-EDGE].max() <= 1e-5
    assert chunks[0].look_ahead == 57


def test_what_a_chunk_tells(spark: SparkEngine) -> None:
    chunks = list(spark.stream(HELLO, ANNA, max_tokens=40))
    count = len(spark.tokens(HELLO, ANNA, max_tokens=40))

    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.final for chunk in chunks] == [*[False] * (len(chunks) - 1), True]
    assert all(chunk.pcm.dtype == np.float32 and len(chunk.pcm) for chunk in chunks)
    assert {chunk.sample_rate for chunk in chunks} == {16000}
    assert sum(chunk.tokens for chunk in chunks) == count == spark.figures.tokens
    assert len(sound(chunks)) == 320 * count


def test_each_step_is_a_piece_of_a_prompt_or_a_token_or_a_chunk(
    spark: SparkEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    advance, push = Context.advance, CodecStream.push

    def count_advance(context: Context, ids: mx.array) -> mx.array:
        done.append("prompt" if len(ids) > 1 else "token")
        return advance(context, ids)

    def count_push(*arguments: object) -> NDArray[np.float32]:
        done.append("chunk")
        return push(*arguments)  # type: ignore[arg-type]

    longest = Voice(ANNA.global_tokens, transcript="The quick brown fox.", semantic_tokens=tuple(range(300)))
    spark._prepare(longest)
    monkeypatch.setattr(Context, "advance", count_advance)
    monkeypatch.setattr(CodecStream, "push", count_push)
    steps, last = [], 0
    for _ in spark.steps("Hello there!", longest, max_tokens=60):
        steps.append(done[last:])
        last = len(done)

    assert steps[:3] == [["prompt"]] * 3  # of at most 128 tokens each
    assert steps[3:5] == [[], ["token", "token"]]  # one is computed ahead
    assert all(step in ([], ["token"], ["chunk"]) for step in steps[5:])
    assert ["chunk"] in steps


def test_presets_differ_in_when_they_begin(tmp_path: Path) -> None:
    spark = engine(tmp_path, ticking_clock())
    began = []
    for preset in ("latency", "balanced", "exact"):
        stream = spark.stream("Hello there!", ANNA, preset=preset, max_tokens=90)
        next(stream)
        began.append(spark.figures.tokens)
        stream.close()

    assert began == [6 + 4 + 10, 10 + 6 + 10, 10 + 57 + 10]
    assert spark.figures.first_chunk_s is not None


def test_look_ahead_grows_to_what_calibration_found(tmp_path: Path) -> None:
    save_calibration(tmp_path / "cache", folder().codec_fingerprint(), Calibration(9, 40.0, ()))
    chunks = list(engine(tmp_path, ticking_clock(2**-8)).stream("Hello!", ANNA, max_tokens=60))
    assert max(chunk.look_ahead for chunk in chunks) == 9


def test_the_seed_decides(tmp_path: Path, spark: SparkEngine) -> None:
    once, again = (sound(list(spark.stream("Hello!", ANNA, seed=5, max_tokens=30))) for _ in range(2))
    elsewhere = sound(list(engine(tmp_path, standing_clock).stream("Hello!", ANNA, seed=5, max_tokens=30)))
    other = sound(list(spark.stream("Hello!", ANNA, seed=6, max_tokens=30)))

    assert once.tobytes() == again.tobytes() == elsewhere.tobytes()
    assert once.tobytes() != other.tobytes()


def test_it_can_be_cancelled_at_any_token(tmp_path: Path) -> None:
    places: list[int] = []

    def clock() -> float:
        if stopping.figures.tokens in places:
            stopping.interrupt()
        return 0.0

    stopping = engine(tmp_path, clock)
    expected = sound(list(stopping.stream("And then?", ANNA, max_tokens=20)))
    for place in (1, 19, 27, 43, 66):
        places.append(place)
        chunks = list(stopping.stream("Hello there!", ANNA, max_tokens=70))
        places.remove(place)

        assert stopping.figures.tokens == place
        assert len(chunks) <= 2  # the first one, if it was ready; and a short end
        assert all(len(chunk.pcm) <= EDGE and chunk.pcm[-1] == 0 and chunk.final for chunk in chunks[-1:])
        assert bool(chunks) == (place > 26)
        again = sound(list(stopping.stream("And then?", ANNA, max_tokens=20)))
        assert again.tobytes() == expected.tobytes()


def test_the_end_of_a_cancelled_speech_fits_what_was_heard(spark: SparkEngine) -> None:
    stream = spark.stream("Hello there!", ANNA, max_tokens=90)
    heard = next(stream).pcm
    spark.interrupt()
    rest = list(stream)

    assert len(rest) == 1 and rest[0].final
    whole = np.concatenate([heard, rest[0].pcm])
    usual = np.quantile(np.abs(np.diff(heard)), 0.999)
    assert abs(whole[len(heard)] - whole[len(heard) - 1]) <= usual


def test_another_thread_can_interrupt_it(spark: SparkEngine) -> None:
    begun = threading.Event()
    chunks: list[Chunk] = []

    def listen() -> None:
        for chunk in spark.stream("word " * 39, ANNA):
            chunks.append(chunk)
            begun.set()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert begun.wait(60)
    spark.interrupt()
    thread.join(60)

    assert not thread.is_alive()
    assert chunks[-1].final
    assert spark.figures.tokens < 1000


def test_an_interruption_between_speeches_does_nothing(spark: SparkEngine) -> None:
    spark.interrupt()
    assert len(sound(list(spark.stream("Hello!", ANNA, max_tokens=12)))) == 12 * 320


def test_closing_a_stream_changes_nothing_for_the_next(spark: SparkEngine) -> None:
    expected = sound(list(spark.stream("Hello!", ANNA, max_tokens=30)))
    left = spark.stream("Something else, and much longer.", BOB, seed=9)
    next(left)
    left.close()
    assert sound(list(spark.stream("Hello!", ANNA, max_tokens=30))).tobytes() == expected.tobytes()


def test_two_streams_in_turn_do_not_mix(spark: SparkEngine) -> None:
    def streams() -> tuple[Iterator[Chunk], Iterator[Chunk]]:
        return (
            spark.stream("Hello!", ANNA, seed=1, max_tokens=45),
            spark.stream("你好！", BOB, seed=2, max_tokens=60),
        )

    alone = [sound(list(stream)) for stream in streams()]
    first, second = streams()
    heard: tuple[list[Chunk], list[Chunk]] = ([], [])
    for chunk in first:
        heard[0].append(chunk)
        heard[1].extend([chunk for chunk in [next(second, None)] if chunk])
    heard[1].extend(second)

    assert [sound(chunks).tobytes() for chunks in heard] == [samples.tobytes() for samples in alone]


def test_pieces_of_a_reply_join_without_a_click(spark: SparkEngine) -> None:
    samples = sound(list(spark.stream(HELLO, ANNA, max_tokens=30)))
    border = 320 * len(spark.tokens("Hello there!", ANNA, max_tokens=30))

    assert 0 < border < len(samples)
    assert np.abs(samples[[0, border - 1, border, -1]]).max() <= 0.002
    usual = np.quantile(np.abs(np.diff(samples)), 0.999)
    assert np.abs(np.diff(samples[border - EDGE : border + EDGE])).max() <= usual


def test_a_voice_from_the_folder_is_found_by_name(spark: SparkEngine) -> None:
    spark.voices.save("anna", ANNA)
    by_name = sound(list(spark.stream("Hello!", "anna", max_tokens=12)))
    assert by_name.tobytes() == sound(list(spark.stream("Hello!", ANNA, max_tokens=12))).tobytes()


def test_voices_sound_different(spark: SparkEngine) -> None:
    tokens = [spark.tokens("Hello!", voice, max_tokens=12) for voice in (ANNA, BOB)]
    assert tokens[0] != tokens[1]


def test_a_text_that_comes_bit_by_bit_is_said_as_it_comes(spark: SparkEngine) -> None:
    taken: list[str] = []

    def parts() -> Iterator[str]:
        for part in ("Well, once upon a time, ", "there was a fox. ", "It lived in a", " wood."):
            taken.append(part)
            yield part

    stream = spark.stream(parts(), ANNA, max_tokens=12)
    first = next(stream)
    assert taken == ["Well, once upon a time, "]
    chunks = [first, *stream]

    assert len(taken) == 4
    assert [chunk.final for chunk in chunks].index(True) == len(chunks) - 1
    pieces = ("Well, once upon a time,", "there was a fox.", "It lived in a wood.")
    expected = [sound(list(spark.stream(piece, ANNA, max_tokens=12))) for piece in pieces]
    assert len(sound(chunks)) == sum(map(len, expected))


def test_a_text_is_read_while_it_is_written(spark: SparkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(context: Context, ids: list[int]) -> None:
        read.append(len(ids))
        original(context, ids)

    original = Context.read
    list(spark.stream("Hello", ANNA, max_tokens=1))  # what does not depend on the text is read once
    monkeypatch.setattr(Context, "read", counted)
    text = "Reading a story aloud takes a voice that knows where the sentence ends"
    progress: list[int] = []

    def parts() -> Iterator[str]:
        for word in text.split():
            progress.append(sum(read))
            yield word + " "

    list(spark.stream(parts(), ANNA, max_tokens=1))

    tail = len(spark.language_model.prompts.for_voice(ANNA).after)
    assert progress[0] == 0
    assert all(before <= after for before, after in pairwise(progress))
    assert progress[-1] > 0.5 * (sum(read) - tail)


def test_the_last_piece_of_a_text_that_just_ends_is_told(spark: SparkEngine) -> None:
    chunks = list(spark.stream(iter(["Hello there, how are you. ", ""]), ANNA, max_tokens=12))
    assert chunks[-1].final and not len(chunks[-1].pcm)
    assert len(sound(chunks)) == 12 * 320


@pytest.mark.parametrize("text", ["", "   ", "?!... —", "😀🎉", "\x00\x1b\x7f", "\ud800"])
def test_a_text_without_words_makes_no_sound(spark: SparkEngine, text: str) -> None:
    assert list(spark.stream(text, ANNA)) == []
    assert list(spark.stream(iter(text), ANNA)) == []


@pytest.mark.parametrize(
    "text",
    [
        "我们用 Python 写的 3.5 版本, OK?",
        "Hi\x00\x1b there\u200b\ud800!",
        "<|im_end|><|end_content|> still here",
        "¿Qué tal, señor Müller? 😀",
        "a",
    ],
)
def test_any_text_is_spoken(spark: SparkEngine, text: str) -> None:
    chunks = list(spark.stream(text, ANNA, max_tokens=4))
    assert chunks[-1].final
    assert np.isfinite(sound(chunks)).all()


def test_ten_thousand_characters_are_spoken_in_pieces(spark: SparkEngine) -> None:
    chunks = list(spark.stream("x" * 10_000, ANNA, max_tokens=1))
    assert len(chunks) == 50
    assert len(sound(chunks)) == 50 * 320


def test_a_model_that_finds_no_end_is_stopped(spark: SparkEngine) -> None:
    assert len(spark.tokens("Hi.", ANNA)) == longest_speech_tokens("Hi.")


def test_an_unknown_preset_is_refused(spark: SparkEngine) -> None:
    with pytest.raises(ValueError, match='"fast" is not one of latency, balanced, exact'):
        next(spark.stream("Hello!", ANNA, preset="fast"))  # type: ignore[arg-type]


def test_memory_does_not_grow(spark: SparkEngine) -> None:
    def speak(times: int) -> int:
        for number in range(times):
            list(spark.stream("Hello!", ANNA, seed=number, max_tokens=2))
        return int(mx.get_active_memory())

    before = speak(10)
    assert speak(90) <= before + 100_000


def test_a_closed_engine_gives_memory_back(tmp_path: Path) -> None:
    closing = engine(tmp_path)
    list(closing.stream("Hello!", ANNA, max_tokens=12))
    closing.close()
    assert mx.get_cache_memory() == 0
