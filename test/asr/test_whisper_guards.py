"""What Whisper makes up is told from what was said."""

import pytest

from wrappers.asr.whisper_guards import Evidence, GuardOptions, find_invention

SURE, UNSURE = -0.15, -0.6


def guard(text: str, log_probability: float = SURE, no_speech: float = 0.01, **options: object) -> str | None:
    evidence = Evidence(text, log_probability, no_speech)
    return find_invention(evidence, GuardOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        *("What is the weather in Paris?", "Stop.", "Yes.", "今天北京的天气怎么样?", "停一下。", "对对对", ""),
        *("No, no, no, no!", "Thank you for watching my dog.", "谢谢你帮我。", "ha ha ha ha", "Buy music, please."),
        *("It is very, very, very, very, very, very hot today, and I do not know what to do about it.",),
    ],
)
def test_what_people_say_passes(text: str) -> None:
    assert guard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thanks for watching!",
            " Thank you for watching.",
            "Please subscribe to my channel.",
            "[Music]",
            "(applause)",
        ),
        *("Subtitles by the Amara.org community", "字幕由Amara.org社区提供", "字幕志愿者 楊某某", "謝謝觀看!"),
        *(
            "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
            "中文字幕",
            "谢谢观看",
            "优优独播剧场——YoYo Television Series Exclusive",
        ),
    ],
)
def test_the_ends_of_videos_are_dropped_however_sure_it_is(text: str) -> None:
    assert guard(text, -0.01) == "phantom"
    assert guard(text, -0.01, phantoms=False) is None


@pytest.mark.parametrize("text", ["Thank you.", "you", "Bye.", "谢谢大家", "嗯。"])
def test_what_is_sometimes_said_must_be_heard_clearly(text: str) -> None:
    assert guard(text, SURE) is None
    assert guard(text, UNSURE) == "phantom"


@pytest.mark.parametrize(
    "text",
    [
        "the the the the the the the the",
        "Thank you for that. Thank you for that. Thank you for that. Thank you for that. Thank you for that.",
        "好的好的好的好的好的好的好的好的",
        "And so " + "I think that " * 12,
    ],
)
def test_a_loop_is_a_repetition(text: str) -> None:
    assert guard(text) == "repetition"
    assert guard(text, repeats=0) is None
    assert guard(text, repeats=20) is None


def test_a_guess_is_dropped() -> None:
    assert guard("Hello there.", -1.2) == "low_probability"
    assert guard("Hello there.", -1.2, mean_log_probability=-100) is None


def test_no_speech_counts_unless_the_text_is_clear() -> None:
    assert guard("Hello there.", UNSURE, 0.8) == "no_speech"
    assert guard("Hello there.", SURE, 0.8) is None
    assert guard("Hello there.", UNSURE, 0.5) is None
    assert guard("Hello there.", UNSURE, 1.0, no_speech_probability=1.0) is None


def test_phrases_can_be_added() -> None:
    assert guard("Paid for by our sponsors!", more_phantoms=("paid for by our sponsors",)) == "phantom"
    assert guard("Paid for by our sponsors!") is None
