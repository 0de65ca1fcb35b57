"""What a model says again before it goes on."""

import pytest
from support.app_dir import use_repository

use_repository()

from ten_packages.extension.voice_control_python.repetition import Repetition  # noqa: E402

SAID = "He lived by the sea. Every morning he went down to the"
CHINESE = "它住在海边的房子里。每天早上它走到水边去"


def go_on(said: str, text: str, letters: int = 1) -> str:
    """What comes of a text that arrives some letters at a time."""
    repetition = Repetition(said)
    deltas = [text[start : start + letters] for start in range(0, len(text), letters)]
    return "".join([*map(repetition.push, deltas), repetition.finish()])


@pytest.mark.parametrize("letters", [1, 3, 1000])
@pytest.mark.parametrize(
    ("said", "text", "new"),
    [
        (SAID, " water and counted.", " water and counted."),
        (SAID, "down to the water.", " water."),
        (SAID, " Every morning he went down to the water.", " water."),
        (SAID, f"{SAID} water.", " water."),
        (SAID, f"{SAID}", ""),
        (SAID, "Every morning he got up.", "Every morning he got up."),
        (SAID, "the water", "the water"),
        (SAID, "down to there", "down to there"),
        (SAID, "He lived", "He lived"),
        (CHINESE, "走到水边去数海浪。", "数海浪。"),
        (CHINESE, "去数海浪。", "去数海浪。"),
        ("", "down to the water", "down to the water"),
    ],
)
def test_a_repeated_end_is_left_out(said: str, text: str, new: str, letters: int) -> None:
    assert go_on(said, text, letters) == new


def test_nothing_is_held_back_once_it_goes_another_way() -> None:
    repetition = Repetition(SAID)
    assert repetition.push("down to ") == ""
    assert repetition.push("a lake") == "down to a lake"
    assert repetition.push(" down to the") == " down to the"
