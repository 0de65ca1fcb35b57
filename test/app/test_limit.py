"""`--fail-if`."""

import pytest

from stream_omni.limit import Limit, parse_limit


@pytest.mark.parametrize(
    ("text", "value", "fails"),
    [
        ("turns!=3", 3, False),
        ("turns!=3", 4, True),
        ("turns == 3", 3, True),
        ("first_sound_ms>1500", 1500, False),
        ("first_sound_ms>1500", 1500.5, True),
        ("first_sound_ms>=1500", 1500, True),
        ("words<10", 9, True),
        ("words<=9.5", 9, True),
        ("errors>0", 0, False),
    ],
)
def test_limits(text: str, value: float, fails: bool) -> None:
    limit = parse_limit(text)

    assert (limit.passed({limit.name: value}) is not None) == fails
    assert str(limit) == text.replace(" ", "")
    assert limit.needs_real_time == ("_ms" in text)


def test_what_was_never_measured_fails() -> None:
    failure = parse_limit("first_sound_ms>1500").passed({"turns": 1})

    assert failure == "first_sound_ms>1500: there is no such figure: it never came to that"


def test_the_failure_names_the_value() -> None:
    assert Limit("turns", "!=", 3).passed({"turns": 2}) == "turns!=3: it is 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("turns", '"turns" is not of the form NAME OPERATOR NUMBER, e.g. turns!=3 (< <= > >= == !=)'),
        ("turns=3", '"turns=3" is not of the form'),
        ("turns>many", '"turns>many" is not of the form'),
        ("first_sond_ms>3", '"first_sond_ms" is not a figure of a run; did you mean "first_sound_ms"?'),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_limit(text)

    assert str(error.value).startswith(message)
