"""`${env:NAME|default}` in properties."""

from typing import Any

import pytest
from ten_runtime._env_interpolation import interpolate
from ten_runtime._errors import ConfigError

ENVIRON = {"KEY": "secret", "NUMBER": "7", "EMPTY": ""}
WHERE = 'property.json: graph "offline", node "tts"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${env:KEY}", "secret"),
        ("${env:NUMBER}", "7"),
        ("${env:KEY|other}", "secret"),
        ("${env:EMPTY|other}", ""),
        ("${env:UNSET|other}", "other"),
        ("${env:UNSET|}", ""),
        ("${env:UNSET|a|b:c}", "a|b:c"),
        (r"${env:UNSET|a\}b\\c}", r"a}b\c"),
        ("${env:UNSET|two\nlines}", "two\nlines"),
        ("x${env:KEY}", "x${env:KEY}"),
        ("${env:KEY}/path", "${env:KEY}/path"),
        ("${env:KEY}${env:KEY}", "${env:KEY}${env:KEY}"),
        ("${env:UNSET|a}b}", "${env:UNSET|a}b}"),
        ("${env:KEY", "${env:KEY"),
        ("${app_base_dir}", "${app_base_dir}"),
        (5, 5),
        (None, None),
    ],
)
def test_interpolate(value: Any, expected: Any) -> None:
    assert interpolate(value, WHERE, ENVIRON) == expected


def test_every_depth_is_reached_and_the_original_kept() -> None:
    tree = {"a": [{"b": "${env:KEY}"}, "${env:NUMBER}"], "c": 1, "${env:KEY}": "a key is no value"}
    assert interpolate(tree, WHERE, ENVIRON) == {
        "a": [{"b": "secret"}, "7"],
        "c": 1,
        "${env:KEY}": "a key is no value",
    }
    assert tree["a"] == [{"b": "${env:KEY}"}, "${env:NUMBER}"]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"params": {"api_key": "${env:UNSET}"}}, ", params.api_key: "),
        ({"voices": [{}, {"key": "${env:UNSET}"}]}, ", voices[1].key: "),
        ("${env:UNSET}", ": "),
    ],
)
def test_an_unset_variable_is_told_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        interpolate(value, WHERE, ENVIRON)
    assert str(caught.value) == (
        f"{WHERE}{place}the environment variable UNSET is not set and has no default. "
        "Set UNSET, or write ${env:UNSET|default}"
    )


def test_a_variable_needs_a_name() -> None:
    with pytest.raises(ConfigError, match=r"params: .*names no environment variable"):
        interpolate({"params": "${env:}"}, WHERE, ENVIRON)


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_OMNI_TEST_VALUE", "here")
    assert interpolate("${env:STREAM_OMNI_TEST_VALUE}", WHERE) == "here"
