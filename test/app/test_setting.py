"""`--set node.key=JSON`."""

import pytest

from stream_omni.setting import Setting, parse_setting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tts.params.speed=1.2", Setting("tts", "params.speed", 1.2)),
        ("vad.hangover_ms=300", Setting("vad", "hangover_ms", 300)),
        ("main_control.greeting=null", Setting("main_control", "greeting", None)),
        ('stt.languages=["en", "zh"]', Setting("stt", "languages", ["en", "zh"])),
        ("tts.params.voice=slt", Setting("tts", "params.voice", "slt")),
        ("main_control.barge_in=off", Setting("main_control", "barge_in", "off")),
        ("main_control.greeting=Hello there", Setting("main_control", "greeting", "Hello there")),
        ('tts.params.voice="12"', Setting("tts", "params.voice", "12")),
        ("llm.params.url=http://host/v1?a=b", Setting("llm", "params.url", "http://host/v1?a=b")),
    ],
)
def test_reads_json_and_plain_words(text: str, expected: Setting) -> None:
    assert parse_setting(text) == expected


@pytest.mark.parametrize(
    "value", ["True", "None", "NaN", "12ms", "1.2.3", ".5", "{a: 1}", "[1, 2", "'slt'", "-Infinity"]
)
def test_refuses_what_may_have_been_meant_as_json(value: str) -> None:
    with pytest.raises(ValueError, match="neither JSON nor plainly a word; for a text write"):
        parse_setting(f"tts.params.voice={value}")


def test_says_how_to_write_an_empty_text() -> None:
    with pytest.raises(ValueError, match="the value is missing; for an empty text write '\"\"'"):
        parse_setting("tts.params.voice=")


@pytest.mark.parametrize("text", ["tts=1", "tts.speed", ".speed=1", "tts.=1", "tts.params..speed=1", "=1", ""])
def test_names_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="is not of the form node"):
        parse_setting(text)
