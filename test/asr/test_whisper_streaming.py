"""A growing utterance is read again and again: when, how much of it, and what is told."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from support.scripted_asr import silence, speech
from support.scripted_window import Asked, ScriptedDecoder, ScriptedWindows

from wrappers.asr import EngineMisconfigured, GuardOptions, Partial, WindowOptions
from wrappers.asr.partial_pace import PartialPace
from wrappers.audio import Samples
from wrappers.errors import EngineFailed

COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight")


def feed(engine: ScriptedWindows, samples: Samples, *, pace: bool = True) -> list[Partial]:
    """Feed in blocks of 100 ms, as they are captured; without pace, as fast as it goes."""
    partials = []
    for start in range(0, len(samples), 1600):
        block = samples[start : start + 1600]
        if pace:
            engine.now_s += len(block) / 16000
        partial = engine.feed(block)
        partials += [partial] if partial else []
    return partials


def stable(partial: Partial) -> str:
    return " ".join(word.text for word in partial.words[: partial.stable_words])


def test_partials_come_at_the_interval_and_their_stable_part_only_grows() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    partials = feed(engine, speech(*COUNTED, word_ms=300))

    lengths = [asked.length_ms for asked in engine.decoder.asked]
    assert lengths == [500, 900, 1300, 1700, 2100]
    assert partials[-1].text == "one two three four five six seven"
    assert partials[-1].language == "en-US"
    assert [stable(partial) for partial in partials][-1] == "one two three four five six"
    for earlier, later in pairwise(partials):
        assert stable(later).startswith(stable(earlier))
    assert partials[-1].info == {"avg_logprob": -0.2, "no_speech_prob": 0.05}


def test_the_final_is_read_in_the_pause_and_nothing_is_left_to_do_at_the_end() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    feed(engine, speech("one", "two", "three", word_ms=250))
    feed(engine, silence(120))
    told = engine.pause()
    assert told is not None and told.text == "one two three"
    read = len(engine.decoder.asked)
    feed(engine, silence(300))
    final = engine.finish()

    assert engine.decoder.beams()[read - 1 :] == [5]
    assert (final.text, final.language, final.finish_ms) == ("one two three", "en-US", 0)
    assert [(word.text, word.start_ms, word.duration_ms) for word in final.words] == [
        ("one", 0, 250),
        ("two", 250, 250),
        ("three", 500, 250),
    ]
    assert final.info == {"avg_logprob": -0.2, "no_speech_prob": 0.05, "speech_ms": 760}
    assert 0.8 < final.confidence < 0.9


def test_a_final_that_contradicts_what_is_locked_is_not_mixed_with_it() -> None:
    wrong = ScriptedDecoder(spelling=lambda words: list(COUNTED[::-1][: len(words)]))
    engine = ScriptedWindows(ScriptedDecoder(), partial=wrong)
    partials = feed(engine, speech("one", "two", "three", "four", "five", word_ms=400))
    assert stable(partials[-1]).startswith("eight seven")
    assert engine.pause() is None
    assert engine.finish().text == "one two three four five"


def test_what_was_prepared_is_thrown_away_when_the_speaker_goes_on() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    feed(engine, speech("one", "two", word_ms=400))
    engine.pause()
    engine.resume()
    feed(engine, speech("three", word_ms=400))

    assert engine.finish().text == "one two three"
    assert engine.decoder.beams()[-1] == 5
    assert engine.decoder.asked[-1].length_ms == 1200


def test_a_monologue_of_three_minutes_costs_no_more_per_partial_than_ten_seconds() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    minutes = random.Random(2).choices(COUNTED, k=450)
    partials = feed(engine, speech(*minutes, word_ms=250, gap_ms=150))

    lengths = [asked.length_ms for asked in engine.decoder.asked]
    assert len(lengths) > 400
    assert max(lengths) <= 10_000
    assert all(len(asked.before) <= 200 for asked in engine.decoder.asked)
    assert partials[-1].text.split() == minutes[: len(partials[-1].text.split())]
    assert len(partials[-1].text.split()) >= len(minutes) - 3
    final = engine.finish()
    assert final.text.split() == minutes
    finals = [asked for asked in engine.decoder.asked if asked.beam_size == 5]
    assert all(asked.length_ms <= 29_000 for asked in finals)
    assert sum(asked.length_ms for asked in finals) == 180_000


def test_a_window_moves_on_even_where_no_two_decodes_agree() -> None:
    versions = iter(range(10_000))

    def never_the_same(words: list[str]) -> list[str]:
        return [f"{word}{next(versions)}" for word in words]

    engine = ScriptedWindows(ScriptedDecoder(spelling=never_the_same))
    partials = feed(engine, speech(*COUNTED * 10, word_ms=300))
    assert max(asked.length_ms for asked in engine.decoder.asked) <= 10_000
    assert [word.text.rstrip("0123456789") for word in partials[-1].words] == list(COUNTED * 10)[
        : len(partials[-1].words)
    ]


def test_while_audio_waits_partials_are_skipped() -> None:
    """The decoder takes longer than the audio lasts: what piles up meanwhile is fed first."""
    engine = ScriptedWindows(ScriptedDecoder())

    def takes_long(asked: Asked) -> None:
        engine.now_s += 0.7

    engine.decoder.wears_on = takes_long
    samples, fed_ms = speech(*COUNTED * 4, word_ms=300), 0
    while fed_ms < len(samples) // 16:
        engine.now_s = max(engine.now_s, (fed_ms + 100) / 1000)  # as captured, or as soon as it is done
        engine.feed(samples[fed_ms * 16 : (fed_ms + 100) * 16])
        fed_ms += 100

    lengths = [asked.length_ms for asked in engine.decoder.asked]
    assert lengths[0] == 500
    assert all(later - earlier >= 1400 for earlier, later in pairwise(lengths))
    assert engine.now_s <= fed_ms / 1000 + 0.8


def test_pace_reads_again_once_it_has_caught_up() -> None:
    pace = PartialPace(400)
    pace.fed(500, 0.5)
    assert pace.is_due(500)
    pace.read(500, 100)
    pace.fed(900, 1.2)
    assert not pace.is_due(900)  # 300 ms late
    pace.fed(1100, 1.2)
    assert pace.is_due(1100)


def test_no_partial_begins_when_the_speaker_may_have_stopped() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    feed(engine, speech("one", word_ms=400))
    feed(engine, silence(400))
    assert engine.decoder.asked == []
    assert engine.finish().text == "one"


@pytest.mark.parametrize("interval_ms", [0, 1000])
def test_the_interval_is_a_choice(interval_ms: int) -> None:
    options = WindowOptions(chinese_script="as_heard", interim_interval_ms=interval_ms)
    engine = ScriptedWindows(ScriptedDecoder(), options)
    feed(engine, speech(*COUNTED, word_ms=300))
    assert [asked.length_ms for asked in engine.decoder.asked] == ([500, 1500] if interval_ms else [])


def test_a_smaller_model_may_read_the_partials() -> None:
    small = ScriptedDecoder(model="small", spelling=lambda words: [word.upper() for word in words])
    engine = ScriptedWindows(ScriptedDecoder(), partial=small)
    partials = feed(engine, speech("one", "two", word_ms=500))
    assert partials[-1].text == "ONE TWO"
    assert engine.finish().text == "one two"
    assert engine.decoder.beams() == [5]


def test_silence_and_clicks_are_not_even_read() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    for samples in (silence(0), silence(3000), speech("nine", word_ms=20)):
        feed(engine, samples)
        engine.pause()
        final = engine.finish()
        assert (final.text, final.words, final.confidence) == ("", (), 0.0)
    assert engine.decoder.asked == []


# --- Guards. ----------------------------------------------------------------------------------------------------------


def test_a_guard_empties_the_final_and_says_why() -> None:
    decoder = ScriptedDecoder(log_probability=-1.5)
    engine = ScriptedWindows(decoder)
    assert feed(engine, speech("one", "two", word_ms=500)) == []
    assert engine.pause() is None
    final = engine.finish()
    assert (final.text, final.info["guard"], final.info["guarded_text"]) == ("", "low_probability", "one two")


def test_guards_can_be_switched_off() -> None:
    options = WindowOptions(chinese_script="as_heard", guards=GuardOptions(mean_log_probability=-100))
    engine = ScriptedWindows(ScriptedDecoder(log_probability=-1.5), options)
    feed(engine, speech("one", "two", word_ms=500))
    assert engine.finish().text == "one two"


def test_a_loop_is_read_once_more_without_repeats() -> None:
    engine = ScriptedWindows(ScriptedDecoder())
    feed(engine, speech("one", "two", "three", word_ms=400), pace=False)
    engine.decoder.spelling = lambda words: ["three " * 9]
    engine.decoder.wears_on = lambda asked: setattr(
        engine.decoder, "spelling", (lambda words: words) if asked.forbid_repeats else engine.decoder.spelling
    )
    assert engine.finish().text == "one two three"
    assert [asked.forbid_repeats for asked in engine.decoder.asked[-2:]] == [False, True]


def test_a_partial_from_a_blink_of_speech_must_be_sure() -> None:
    for log_probability, told, is_doubtful in ((-0.6, ["one"], False), (-0.8, [], True)):
        engine = ScriptedWindows(ScriptedDecoder(log_probability=log_probability))
        partials = feed(engine, silence(200)) + feed(engine, speech("one", word_ms=400))
        paused = engine.pause()
        assert [partial.text for partial in partials] == told
        assert paused is None
        final = engine.finish()
        assert final.text == "one"
        assert ("doubtful" in final.info) is is_doubtful, "in a final it counts, but it is to interrupt nobody"


# --- Languages. -------------------------------------------------------------------------------------------------------


def test_the_language_is_decided_once_and_short_speech_keeps_the_last_one() -> None:
    decoder = ScriptedDecoder(hears="zh")
    engine = ScriptedWindows(decoder)
    feed(engine, speech(*COUNTED, word_ms=300))
    asked = [asked.languages for asked in decoder.asked]
    assert asked[0] == ("en", "zh")
    assert asked[-1] == ("zh",)
    assert engine.finish().language == "zh-CN"

    decoder.hears = "en"
    feed(engine, speech("one", word_ms=400))
    assert engine.finish().language == "zh-CN"
    feed(engine, speech(*COUNTED, word_ms=300))
    assert engine.finish().language == "en-US"


def test_only_configured_languages_are_asked_for() -> None:
    engine = ScriptedWindows(ScriptedDecoder(hears="zh"), WindowOptions(languages=("es",), chinese_script="as_heard"))
    feed(engine, speech(*COUNTED, word_ms=300))
    assert engine.finish().language == "es-ES"
    assert {asked.languages for asked in engine.decoder.asked} == {("es",)}


def test_a_language_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(
        EngineMisconfigured, match=r"params\.languages: scripted does not know tlh; it knows en, es, zh"
    ):
        ScriptedWindows(ScriptedDecoder(), WindowOptions(languages=("en", "tlh"), chinese_script="as_heard"))


# --- Life. ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def engine() -> Iterator[ScriptedWindows]:
    engine = ScriptedWindows(ScriptedDecoder())
    yield engine
    engine.close()


def test_reset_drops_the_utterance(engine: ScriptedWindows) -> None:
    feed(engine, speech("one", "two", word_ms=400))
    engine.reset()
    feed(engine, speech("three", word_ms=400))
    assert engine.finish().text == "three"


def test_closed_in_the_middle_of_a_decode_it_fails_and_can_be_opened_again(engine: ScriptedWindows) -> None:
    engine.decoder.wears_on = lambda asked: engine.close()
    feed(engine, speech("one", "two", word_ms=400)[:8000])
    with pytest.raises(EngineFailed, match="scripted_windows is closed"):
        engine.finish()


def test_a_decoder_that_fails_leaves_the_engine_fit_for_the_same_audio_again(engine: ScriptedWindows) -> None:
    def fail(asked: Asked) -> None:
        raise EngineFailed("out of memory")

    engine.decoder.wears_on = fail
    samples = speech("one", "two", word_ms=400)
    with pytest.raises(EngineFailed, match="out of memory"):
        feed(engine, samples)
    engine.decoder.wears_on = lambda asked: None
    engine.open()
    feed(engine, samples)
    assert engine.finish().text == "one two"
