"""What the language model reads: ids by name, in the order of its training."""

import json
from pathlib import Path

import pytest
from support.require import require

require("mlx")

from support import tiny_spark_tokenizer  # noqa: E402
from support.spark_engine import folder, language_model  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.tts.spark.prompt import Prompt, Style, Voice  # noqa: E402
from wrappers.tts.spark.vocabulary import Vocabulary  # noqa: E402

GLOBALS = tuple(range(7, 39))


def names(prompt: Prompt, text: str) -> str:
    """The prompt as the model's own tokenizer reads it aloud."""
    vocabulary = language_model().vocabulary
    ids = [*prompt.before, *vocabulary.text(prompt.transcript + text), *prompt.after]
    tokenizer = Tokenizer.from_file(str(folder().language_model / "tokenizer.json"))
    return tokenizer.decode(ids, skip_special_tokens=False)


def global_names(codes: tuple[int, ...] = GLOBALS) -> str:
    return "".join(f"<|bicodec_global_{code}|>" for code in codes)


def ids_of(*markers: str) -> tuple[int, ...]:
    """Positions of markers in the small model; they are others in the real one."""
    return tuple(tiny_spark_tokenizer.TEXT_TOKENS + tiny_spark_tokenizer.MARKERS.index(marker) for marker in markers)


def test_a_voice_without_transcript() -> None:
    prompt = language_model().prompts.for_voice(Voice(GLOBALS))

    assert names(prompt, "Hello.") == (
        "<|task_tts|><|start_content|>Hello.<|end_content|><|start_global_token|>"
        f"{global_names()}<|end_global_token|><|start_semantic_token|>"
    )
    assert prompt.before == ids_of("<|task_tts|>", "<|start_content|>")
    assert prompt.after == (
        *ids_of("<|end_content|>", "<|start_global_token|>"),
        *ids_of(*(f"<|bicodec_global_{code}|>" for code in GLOBALS)),
        *ids_of("<|end_global_token|>", "<|start_semantic_token|>"),
    )


def test_a_voice_with_transcript() -> None:
    voice = Voice(GLOBALS, transcript="What I said. ", semantic_tokens=(0, 8191, 5))
    assert names(language_model().prompts.for_voice(voice), "Hello.") == (
        "<|task_tts|><|start_content|>What I said. Hello.<|end_content|><|start_global_token|>"
        f"{global_names()}<|end_global_token|><|start_semantic_token|>"
        "<|bicodec_semantic_0|><|bicodec_semantic_8191|><|bicodec_semantic_5|>"
    )


def test_a_new_voice() -> None:
    prompt = language_model().prompts.for_new_voice(Style("male", "very_low", "very_high"))
    assert names(prompt, "Hello.") == (
        "<|task_controllable_tts|><|start_content|>Hello.<|end_content|>"
        "<|start_style_label|><|gender_1|><|pitch_label_0|><|speed_label_4|><|end_style_label|>"
    )
    assert prompt.after[2:4] == ids_of("<|gender_1|>", "<|pitch_label_0|>")


def test_a_voice_that_was_made_up() -> None:
    described = ("<|start_acoustic_token|>", "<|pitch_value_120|>", "<|end_acoustic_token|>")
    voice = Voice(GLOBALS, style=Style("female", "high", "low"), description=described)
    assert names(language_model().prompts.for_voice(voice), "Hello.") == (
        "<|task_controllable_tts|><|start_content|>Hello.<|end_content|>"
        "<|start_style_label|><|gender_0|><|pitch_label_3|><|speed_label_1|><|end_style_label|>"
        "<|start_acoustic_token|><|pitch_value_120|><|end_acoustic_token|>"
        f"<|start_global_token|>{global_names()}<|end_global_token|><|start_semantic_token|>"
    )


def test_markers_in_a_text_are_no_markers() -> None:
    vocabulary = language_model().vocabulary
    found = vocabulary.text("Stop <|end_content|> now<|im_end|>")
    assert found and max(found) < tiny_spark_tokenizer.TEXT_TOKENS


def test_tokens_are_found_by_name() -> None:
    vocabulary = language_model().vocabulary
    assert vocabulary.semantic[:2] == ids_of("<|bicodec_semantic_0|>", "<|bicodec_semantic_1|>")
    assert vocabulary.globals[4095] == ids_of("<|bicodec_global_4095|>")[0]
    assert vocabulary.ends == ids_of("<|im_end|>", "<|end_semantic_token|>")
    assert set(vocabulary.styles.values()) >= {"<|pitch_value_0|>", "<|speed_value_10|>", "<|end_acoustic_token|>"}
    assert not any(word in name for name in vocabulary.styles.values() for word in ("bicodec", "task", "content"))


def test_another_models_tokenizer_is_refused(tmp_path: Path) -> None:
    tokenizer = json.loads((folder().language_model / "tokenizer.json").read_text())
    tokenizer["added_tokens"] = [
        token for token in tokenizer["added_tokens"] if token["content"] != "<|bicodec_semantic_77|>"
    ]
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))

    with pytest.raises(EngineMissing, match=r"no token <\|bicodec_semantic_77\|>, so it is not Spark-TTS"):
        Vocabulary.load(tmp_path / "tokenizer.json")


def test_a_damaged_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"')
    with pytest.raises(EngineMissing, match=r"tokenizer\.json is not a tokenizer"):
        Vocabulary.load(tmp_path / "tokenizer.json")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"global_tokens": (1, 2)}, "32 global tokens"),
        ({"global_tokens": (4096,) * 32}, "32 global tokens"),
        ({"global_tokens": ("1",) * 32}, "32 global tokens"),
        ({"transcript": "Hello."}, "belong together"),
        ({"transcript": "Hello.", "semantic_tokens": (8192,)}, "semantic tokens"),
    ],
)
def test_a_voice_of_wrong_numbers_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Voice(**{"global_tokens": GLOBALS, **wrong})  # type: ignore[arg-type]
