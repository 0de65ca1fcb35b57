"""Conversations that nobody thought of: whatever happens, everything is in order once it is silent."""

import random

import pytest
from support.talk import VAD_END_MS, VAD_PAUSE_MS, VAD_START_MS, Delays, Talk, actions, events

TEXTS = (
    "tell me a story",
    "what time is it",
    "yeah",
    "mm-hm",
    "stop",
    "go on",
    "what did you say",
    "and in Paris please",
    "继续",
    "嗯",
    "hold on",
)
STORY = (
    "Once upon a time there was a little robot, who lived by the sea. Every morning it counted the waves. "
    "Shall I tell you how many there were? There were a thousand of them, and then it went home."
)


def random_talk(chance: random.Random) -> Talk:
    """Somebody with some engines."""
    delays = Delays(
        asr=chance.choice([0, 150, 900]),
        turn=chance.choice([5, 300]),
        llm=chance.choice([50, 200, 2500]),
        llm_word=chance.choice([0, 20, 300]),
        tts=chance.choice([20, 100, 1200]),
    )

    def decide(text: str) -> tuple[str, int]:
        if text in ("stop", "hold on"):
            return "wait", 0
        return chance.choice([("finished", 0), ("finished", 900), ("unfinished", 2500)])

    talk = Talk(
        answer=lambda messages: chance.choice([STORY, "All right.", "", "一二三四五六七八九十。然后我们回家。"]),
        decide=decide,
        delays=delays,
        barge_in=chance.choice(["off", "vad", "words"]),
        speculate=chance.random() < 0.7,
        greeting=chance.choice(["", "Good morning. How are you?"]),
        idle_ms=chance.choice([0, 5000]),
    )
    talk.finalize_answers = chance.random() < 0.9
    return talk


def knocks(talk: Talk, count: int) -> None:
    """Sounds with breaks that do not end the utterance."""
    talk.tell(events.UserSpeechStarted(talk.now_ms - VAD_START_MS))
    for number in range(count):
        if number:
            talk.tell(events.UserSpeechResumed())
        talk.run_for(150)
        end_ms = talk.now_ms
        talk.run_for(VAD_PAUSE_MS)
        talk.tell(events.UserSpeechPaused())
        talk.run_for(100)
    talk.run_for(VAD_END_MS)
    talk.tell(events.UserSpeechEnded(end_ms))


def something_happens(talk: Talk, chance: random.Random) -> None:
    """One event, or a pause."""
    silence_ms = VAD_END_MS + VAD_START_MS
    match chance.randrange(11):
        case 0 | 1 | 2:
            voiced_ms = chance.choice([0, 0, 300, None])
            talk.user_says(
                chance.choice(TEXTS), chance.choice([None, 200, 700, 2000]), chance.random() < 0.7, voiced_ms
            )
            talk.run_for(silence_ms)
        case 3:
            talk.noise(chance.choice([100, 300, 1500]), chance.random() < 0.5)
            talk.run_for(silence_ms)
        case 4:
            talk.tell(events.InterruptRequested())
        case 5:
            mode = chance.choice(["gate", "aec", "off"])
            talk.tell(events.EchoChanged(mode, chance.random() < 0.5, chance.choice([None, talk.now_ms])))
        case 6:
            talk.tell(events.Announcement("The egg is done."))
        case 7:
            talk.llm_error = chance.choice(["", "", "the model is gone"])
        case 8:
            knocks(talk, chance.randrange(1, 6))
            talk.run_for(silence_ms)
        case 9:
            talk.tell(events.Transcript(chance.choice(TEXTS), chance.random() < 0.5, talk.now_ms))
        case _:
            talk.run_for(chance.choice([50, 400, 1500, 6000]))


@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_it_ends_in_order(seed: int) -> None:
    chance = random.Random(seed)
    talk = random_talk(chance)
    for _ in range(chance.randrange(3, 20)):
        something_happens(talk, chance)
    talk.run_until_idle()

    assert talk.state == "listening"
    assert talk.volume == "full"
    assert not talk._timers
    spoken = talk.did(actions.Speak)
    assert [action.epoch for action in spoken] == sorted(action.epoch for action in spoken)
    ends = [action.request_id for action in spoken if action.end]
    assert len(ends) == len(set(ends)), "a request ends once"
    for time_ms, action in talk.log:
        if isinstance(action, actions.Speak):
            flushes = [a.min_epoch for t, a in talk.log if isinstance(a, actions.FlushSpeaker) and t < time_ms]
            assert action.epoch >= max(flushes, default=0), "nothing is said of what was cancelled"
    reports = talk.did(actions.ReportUtterance)
    assert [entry.turn_id for entry in reports] == sorted(entry.turn_id for entry in reports)
    assert all(entry.start_ms <= entry.end_ms for entry in reports)

    talk.llm_error, talk.answer, talk.finalize_answers = "", lambda messages: "It works.", True
    talk.decide = lambda text: ("finished", 0)
    talk.user_says("are you still there and well")
    talk.run_until_idle()
    assert ("user", "are you still there and well") in talk.said
    assert "It works." in talk.agent_said[-2:]
