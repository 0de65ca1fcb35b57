"""What is said at a time, and the ends of it."""

import numpy as np
import pytest

from wrappers.tts.spark.edges import soften_end, soften_start
from wrappers.tts.spark.pieces import Piece, longest_speech_tokens, pieces

STORY = "Once upon a time there was a fox. It lived in a wood, far away from everybody else. 然后它去散步。"


def test_a_text_is_said_sentence_by_sentence() -> None:
    found = list(pieces(STORY))
    assert found[0] == Piece("Once upon a time there was a fox.")
    assert all(piece.complete for piece in found)
    assert [piece.last for piece in found] == [*[False] * (len(found) - 1), True]


@pytest.mark.parametrize("step", [1, 5, 40])
def test_a_text_that_comes_bit_by_bit_loses_nothing(step: int) -> None:
    parts = [STORY[start : start + step] for start in range(0, len(STORY), step)]
    complete = [piece.text for piece in pieces(parts) if piece.complete]
    assert "".join("".join(complete).split()) == "".join(STORY.split())


def test_what_is_unfinished_is_shown_before_it_is_complete() -> None:
    found = list(pieces(["Once upon ", "a time there ", "was a fox."]))
    assert found == [
        Piece("Once upon", complete=False),
        Piece("Once upon a time there", complete=False),
        Piece("Once upon a time there was a fox.", complete=False),
        Piece("Once upon a time there was a fox.", last=True),
    ]


def test_a_part_is_taken_when_the_one_before_was_used() -> None:
    taken = []

    def parts() -> object:
        for part in ("Once upon a time ", "there was a fox. ", "It lived."):
            taken.append(part)
            yield part

    reading = pieces(parts())  # type: ignore[arg-type]
    next(reading)
    assert len(taken) == 1


@pytest.mark.parametrize("text", ["", " \n", "...!?", "🎉🎉", "\x00\x07\u200b", "—"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_text_without_words_has_no_pieces(text: str, whole: bool) -> None:
    assert list(pieces(text if whole else list(text))) == []


def test_no_piece_is_long() -> None:
    found = list(pieces("word" * 2500))
    assert max(len(piece.text) for piece in found) <= 200
    assert sum(len(piece.text) for piece in found) == 10_000


def test_control_characters_are_left_out() -> None:
    assert [piece.text for piece in pieces("Hello\x00\x1b[31m there\x7f.")] == ["Hello [31m there ."]


@pytest.mark.parametrize(
    ("text", "usual_s"), [("Hi.", 0.5), ("The quick brown fox jumps over the lazy dog.", 3), ("今天天气很好", 1.5)]
)
def test_the_limit_is_well_above_usual_speech(text: str, usual_s: float) -> None:
    assert 2 * usual_s < longest_speech_tokens(text) / 50 < 3 * usual_s + 6


def test_loud_ends_are_faded() -> None:
    loud = np.full(400, 0.5, np.float32)
    begin, end = soften_start(loud), soften_end(loud)

    assert begin[0] == end[-1] == 0
    assert np.array_equal(begin[80:], loud[80:]) and np.array_equal(end[:-80], loud[:-80])
    assert (np.diff(begin[:81]) > 0).all() and (np.diff(end[-81:]) < 0).all()
    assert begin.dtype == end.dtype == np.float32


def test_quiet_ends_stay_as_they_are() -> None:
    quiet = np.linspace(0, 1, 400, dtype=np.float32)
    assert soften_start(quiet) is quiet
    assert soften_end(quiet[::-1]).tobytes() == quiet[::-1].tobytes()


@pytest.mark.parametrize("length", [0, 1, 10])
def test_a_short_sound_is_faded_over_its_length(length: int) -> None:
    faded = soften_end(soften_start(np.ones(length, np.float32)))
    assert len(faded) == length
    assert not faded[:1].any() and not faded[-1:].any()
