"""Stage times as text and as medians."""

from wrappers.report import median_stages_ms, stages_text


def test_text_names_only_what_happened_in_the_usual_order() -> None:
    stages = {"first_sound": 812.4, "turn_decided": 420, "speech_end": 0}

    assert stages_text(stages) == "turn decided 420 ms, first sound 812 ms"
    assert stages_text({}) == ""


def test_median_of_each_stage_over_the_turns_that_have_it() -> None:
    turns = [{"transcript": 100.0, "first_sound": 900.0}, {"transcript": 300.0}, {"transcript": 120.0}, {}]

    assert median_stages_ms(turns) == {"transcript": 120.0, "first_sound": 900.0}
    assert median_stages_ms([]) == {}
