"""The vocabulary of the tiny Whisper: as large as the multilingual one, with special tokens in the same places.

Its text part is single bytes and pieces of the taught sentences; nothing comes from a published model.
"""

import json
from collections.abc import Sequence

from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT_TOKENS = 50257
"""Ids below this are text."""
MERGES = 800
LANGUAGES = list(_LANGUAGE_CODES)[:99]
END = "<|endoftext|>"
START = "<|startoftranscript|>"
TRANSCRIBE = "<|transcribe|>"
NO_SPEECH = "<|nospeech|>"
NO_TIMESTAMPS = "<|notimestamps|>"
TIMESTAMPS = 1501
STEP_S = 0.02


def build_vocabulary(texts: Sequence[str]) -> Tokenizer:
    """Byte-level BPE: single bytes, plus merges learnt from `texts`."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + MERGES,
        min_frequency=1,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())["model"]
    ids = dict(learnt["vocab"])
    for number in range(len(ids), TEXT_TOKENS - 1):
        ids[f"<unused{number}>"] = number
    ids[""] = TEXT_TOKENS - 1  # CTranslate2 takes a model for multilingual only if it has this entry
    vocabulary = Tokenizer(models.BPE(vocab=ids, merges=[tuple(merge) for merge in learnt["merges"]]))
    vocabulary.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary.decoder = decoders.ByteLevel()
    special = [END, START, *(f"<|{code}|>" for code in LANGUAGES)]
    special += ["<|translate|>", TRANSCRIBE, "<|startoflm|>", "<|startofprev|>", NO_SPEECH, NO_TIMESTAMPS]
    vocabulary.add_special_tokens([AddedToken(text, special=True) for text in special])
    vocabulary.add_tokens([AddedToken(timestamp(number * STEP_S), special=False) for number in range(TIMESTAMPS)])
    return vocabulary


def timestamp(seconds: float) -> str:
    """The token of a time, at the next 20 ms."""
    return f"<|{round(seconds / STEP_S) * STEP_S:.2f}|>"
