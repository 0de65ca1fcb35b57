"""The tokenizer of the small Spark-TTS model: bytes and some merges, and all the markers of the real one.

The markers stand at other positions than in the real vocabulary, so code that counts on those fails.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT_TOKENS = 400
SENTENCES = [
    "The quick brown fox jumps over the lazy dog, and then it does the same thing once more.",
    "Hello there! How are you today? I am fine, thank you, and what would you like to hear now?",
    "Reading a story aloud takes a voice that knows where the sentence is going to end.",
    "你好，今天天气很好，我们一起去公园散步吧。",
    "请用中文回答这个问题，谢谢你的帮助。",
]
END = "<|im_end|>"
_LEVELS = [f"<|{kind}_label_{level}|>" for kind in ("pitch", "speed", "loudness") for level in range(5)]
_VALUES = [
    *(f"<|pitch_value_{value}|>" for value in range(0, 1001)),
    *(f"<|speed_value_{value}|>" for value in range(11)),
]
MARKERS = [
    *("<|endoftext|>", "<|im_start|>", END),
    *(f"<|task_{task}|>" for task in ("vc", "tts", "asr", "controllable_tts", "prompt_tts")),
    *(f"<|{side}_{part}|>" for part in ("content", "style_label") for side in ("start", "end")),
    *(f"<|{side}_{part}_token|>" for part in ("acoustic", "global", "semantic") for side in ("start", "end")),
    *("<|gender_0|>", "<|gender_1|>", *_LEVELS, *_VALUES),
    *(f"<|bicodec_global_{code}|>" for code in range(4096)),
    *(f"<|bicodec_semantic_{code}|>" for code in range(8192)),
]


def vocabulary_size() -> int:
    """Rows of the embedding: the real one has spare rows too."""
    return -(-(TEXT_TOKENS + len(MARKERS)) // 64) * 64


def end_token_id() -> int:
    """Id of <|im_end|>."""
    return TEXT_TOKENS + MARKERS.index(END)


def write_tokenizer(folder: Path) -> int:
    """Write tokenizer.json and tokenizer_config.json; returns `vocabulary_size()`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=TEXT_TOKENS, initial_alphabet=alphabet, show_progress=False, min_frequency=1
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    assert tokenizer.get_vocab_size() == TEXT_TOKENS
    tokenizer.add_tokens([AddedToken(marker, normalized=False, special=False) for marker in MARKERS])
    assert tokenizer.token_to_id(END) == end_token_id()
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        **{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": "<|endoftext|>"},
        **{"model_max_length": 32768, "clean_up_tokenization_spaces": False},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return vocabulary_size()
