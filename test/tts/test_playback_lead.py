"""How far the voice is ahead of what is heard: a list of events in, waiting times out."""

import math

from wrappers.tts import PlaybackLead


def test_audio_is_heard_by_the_clock() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(800, now_ms=100)
    assert lead.wait_ms(200, now_ms=100) == 0
    assert lead.wait_ms(201, now_ms=100) == 1
    assert lead.wait_ms(1000, now_ms=600) == 300
    assert lead.wait_ms(1000, now_ms=900) == 0
    assert lead.ends_at_ms(5000) == 900


def test_silence_is_not_saved_up() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(500, now_ms=0)
    lead.sent(500, now_ms=10_000)
    assert lead.wait_ms(600, now_ms=10_000) == 100
    assert lead.ends_at_ms(10_000) == 10_500


def test_a_report_replaces_the_estimate_and_ages_from_its_own_time() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(1000, now_ms=0)
    lead.report(900, playing=True, reported_ms=300, now_ms=350)
    assert lead.ends_at_ms(350) == 1200
    assert lead.wait_ms(200, now_ms=350) == 50


def test_a_report_does_not_know_of_what_was_sent_after_it() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(40, now_ms=0)
    lead.sent(900, now_ms=20)
    lead.report(40, playing=True, reported_ms=10, now_ms=30)
    assert lead.ends_at_ms(30) == 10 + 40 + 900


def test_while_the_speaker_pauses_nothing_is_heard() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(900, now_ms=0)
    lead.report(900, playing=False, reported_ms=1, now_ms=1)
    assert lead.wait_ms(200, now_ms=60_000) == math.inf
    assert lead.wait_ms(100, now_ms=60_000) == 0
    assert lead.ends_at_ms(60_000) == 60_900
    lead.report(900, playing=True, reported_ms=60_000, now_ms=60_000)
    assert lead.wait_ms(200, now_ms=60_050) == 50


def test_a_flush_forgets_all_and_plays_on() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    lead.sent(1000, now_ms=0)
    lead.report(1000, playing=False, reported_ms=0, now_ms=0)
    lead.clear(now_ms=10)
    assert lead.wait_ms(1000, now_ms=10) == 0
    assert lead.ends_at_ms(10) == 10


def test_a_report_of_another_clock_counts_as_of_now() -> None:
    lead = PlaybackLead(max_ahead_ms=1000)
    for reported_ms in (0, 10**15, -5):
        lead.report(1000, playing=True, reported_ms=reported_ms, now_ms=50_000)
        assert lead.ends_at_ms(50_000) == 51_000


def test_what_can_be_heard_yet_goes_down_with_the_clock_but_for_a_pause() -> None:
    lead = PlaybackLead()
    assert lead.left_ms(0) == 0
    lead.sent(300, 1000)
    assert [lead.left_ms(now_ms) for now_ms in (1000, 1100, 1300, 5000)] == [300, 200, 0, 0]
    lead.report(queued_ms=300, playing=False, reported_ms=1000, now_ms=1000)
    assert lead.left_ms(5000) == math.inf
