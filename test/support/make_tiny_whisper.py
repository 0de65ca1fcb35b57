"""Makes test/fixtures/tiny_whisper.zip: a small Whisper that knows the sentences of make_speech.sh by heart.

    python test/support/make_tiny_whisper.py OUT.zip

So the whole path of faster-whisper can be tested without a download, with texts that can be asserted: short sentences
it knows whatever silence is around them, the longest ones only roughly. Takes 1400 steps, 5 minutes on two free cores.
Needs packages that the project has no other use for, in an environment of their own:

    pip install torch==2.13.0 transformers faster-whisper soundfile soxr pytest

What it makes is all its own: speech from synthetic voices, random first weights, a vocabulary of bytes.
"""

import argparse
import json
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import soundfile
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, gelu
from transformers import PreTrainedTokenizerFast, WhisperConfig, WhisperForConditionalGeneration

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import tiny_whisper_vocabulary as words
from support.speech import RATE_HZ, Labelled, labelled_speech

WIDTH = 64
LAYERS = 2
BATCH = 8
STEPS = 1400
GOOD_ENOUGH = 0.02
"""Loss at which it ends earlier."""
LEARNING_RATE = 2e-3
WINDOW_S = 30
"""faster-whisper pads every window to this, so it is not free to choose."""
WINDOW_FRAMES = WINDOW_S * 100
VARIANTS = 16
"""Of each file: other silence around it, other loudness, other noise."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    samples: Samples
    language: str
    """Empty where nobody speaks; then the text is, too."""
    tokens: list[int]


@dataclass(frozen=True, slots=True)
class Example:
    mel: Samples
    """[80, frames]"""
    tokens: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    files = [file for file in labelled_speech() if file.path.stem != "en_pause"]  # a VAD makes two utterances of it
    texts = [_as_whisper_writes(file) for file in files]
    vocabulary = words.build_vocabulary([*texts, *(file.text for file in files)])
    lessons = [_lesson(file, vocabulary) for file in files]
    model = _new_model(vocabulary)
    _teach(model, vocabulary, lessons, options.steps)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "tiny_whisper"
        _save(model, vocabulary, Path(work) / "transformers", folder)
        _zip(folder, options.out)


def _as_whisper_writes(file: Labelled) -> str:
    return f" {file.text}" if file.language == "en" else file.text


def _lesson(file: Labelled, vocabulary: Tokenizer) -> Lesson:
    samples, rate_hz = soundfile.read(file.path, dtype="float32")
    assert rate_hz == RATE_HZ
    if file.language:
        samples = samples[(file.start_ms - 100) * RATE_HZ // 1000 : (file.end_ms + 200) * RATE_HZ // 1000]
    return Lesson(samples, file.language, vocabulary.encode(_as_whisper_writes(file)).ids if file.text else [])


def _new_model(vocabulary: Tokenizer) -> Any:
    end = vocabulary.token_to_id(words.END)
    config = WhisperConfig(
        vocab_size=vocabulary.get_vocab_size(),
        num_mel_bins=80,
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=WIDTH * 4,
        decoder_ffn_dim=WIDTH * 4,
        max_source_positions=WINDOW_FRAMES // 2,
        max_target_positions=448,
        dropout=0.0,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=vocabulary.token_to_id(words.START),
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    model.generation_config.suppress_tokens = []
    model.generation_config.begin_suppress_tokens = [end]
    model.generation_config.no_timestamps_token_id = vocabulary.token_to_id(words.NO_TIMESTAMPS)
    return model


class _Teacher:
    """Makes examples as faster-whisper makes its input: frames of zeros after the sound."""

    def __init__(self, vocabulary: Tokenizer) -> None:
        self._id = vocabulary.token_to_id
        self._extract = FeatureExtractor(feature_size=80, chunk_length=WINDOW_S)
        self._random = np.random.default_rng(0)

    def examples(self, lessons: list[Lesson]) -> list[Example]:
        """All variants; every fourth with timestamps."""
        return [self._example(lesson, timed=number % 4 == 3) for number in range(VARIANTS) for lesson in lessons]

    def batch(self, examples: list[Example]) -> list[Example]:
        return [examples[number] for number in self._random.integers(len(examples), size=BATCH)]

    def _example(self, lesson: Lesson, timed: bool) -> Example:
        lead, tail = int(self._random.uniform(0, 1.2) * RATE_HZ), int(self._random.uniform(0, 2) * RATE_HZ)
        samples = np.zeros(lead + len(lesson.samples) + tail, np.float32)
        samples[lead : lead + len(lesson.samples)] = lesson.samples * 10 ** (self._random.uniform(-15, 3) / 20)
        if self._random.random() < 0.7:
            noise = self._random.normal(0, 10 ** self._random.uniform(-4.5, -2.7), len(samples))
            samples += noise.astype(np.float32)
        mel = self._extract(samples)[:, :WINDOW_FRAMES].astype(np.float32)
        start_s, end_s = lead / RATE_HZ, (lead + len(lesson.samples)) / RATE_HZ
        return Example(mel, [self._id(words.START), *self._said(lesson, timed, start_s, end_s), self._id(words.END)])

    def _said(self, lesson: Lesson, timed: bool, start_s: float, end_s: float) -> list[int]:
        if not lesson.tokens:  # what Whisper says of a window without speech
            said = ["<|en|>", words.TRANSCRIBE, words.NO_TIMESTAMPS] if timed else [words.NO_SPEECH]
            return [self._id(word) for word in said]
        head = [self._id(f"<|{lesson.language}|>"), self._id(words.TRANSCRIBE)]
        if not timed:
            return [*head, self._id(words.NO_TIMESTAMPS), *lesson.tokens]
        return [*head, self._id(words.timestamp(start_s)), *lesson.tokens, self._id(words.timestamp(end_s))]


def _teach(model: Any, vocabulary: Tokenizer, lessons: list[Lesson], steps: int) -> None:
    # Only ids that can be right take part in the loss, and one that stands for all that never are: its row is copied
    # over theirs at the end.
    filler = words.TEXT_TOKENS - 2
    used = sorted({token for lesson in lessons for token in lesson.tokens})
    kept = torch.tensor([*used, filler, *range(words.TEXT_TOKENS, vocabulary.get_vocab_size())])
    place = torch.full((vocabulary.get_vocab_size(),), -100)
    place[kept] = torch.arange(len(kept))
    table = model.model.decoder.embed_tokens.weight
    teacher = _Teacher(vocabulary)
    examples = teacher.examples(lessons)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
    model.train()
    smooth = 1.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / 40) * (1 - 0.9 * step / steps)
        batch = teacher.batch(examples)
        # One step in five sees the whole window, so that the silent rest of it is known, too.
        frames = WINDOW_FRAMES if step % 5 == 4 else max(example.mel.shape[1] for example in batch) + 50
        tokens, labels = _tensors(batch, vocabulary.token_to_id(words.END), place)
        heard = _encode(model.model.encoder, [example.mel for example in batch], frames)
        hidden = model.model.decoder(input_ids=tokens, encoder_hidden_states=heard).last_hidden_state
        loss = cross_entropy((hidden @ table[kept].T).transpose(1, 2), labels, ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        smooth = 0.95 * smooth + 0.05 * loss.item()
        if step % 50 == 49:
            print(f"step {step + 1} loss {smooth:.4f}", file=sys.stderr, flush=True)
        if smooth < GOOD_ENOUGH:
            break
    model.eval()
    with torch.no_grad():
        never = torch.ones(len(table), dtype=torch.bool)
        never[kept] = False
        table[never] = table[filler].clone()


def _tensors(batch: list[Example], end: int, place: Any) -> tuple[Any, Any]:
    length = max(len(example.tokens) for example in batch) - 1
    tokens, labels = torch.full((len(batch), length), end), torch.full((len(batch), length), -100)
    for row, example in enumerate(batch):
        tokens[row, : len(example.tokens) - 1] = torch.tensor(example.tokens[:-1])
        labels[row, : len(example.tokens) - 1] = place[torch.tensor(example.tokens[1:])]
    return tokens, labels


def _encode(encoder: Any, mels: list[Samples], frames: int) -> Any:
    """The encoder on the first frames only: the rest is silence, and costs time."""
    padded = np.zeros((len(mels), 80, frames), np.float32)
    for row, mel in enumerate(mels):
        padded[row, :, : mel.shape[1]] = mel[:, :frames]
    hidden = gelu(encoder.conv2(gelu(encoder.conv1(torch.from_numpy(padded))))).permute(0, 2, 1)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    for layer in encoder.layers:
        result = layer(hidden, None)
        hidden = result[0] if isinstance(result, tuple) else result
    return encoder.layer_norm(hidden)


def _save(model: Any, vocabulary: Tokenizer, transformers: Path, folder: Path) -> None:
    model.save_pretrained(transformers, safe_serialization=True)
    special = dict.fromkeys(("eos_token", "bos_token", "unk_token"), words.END)
    PreTrainedTokenizerFast(tokenizer_object=vocabulary, **special).save_pretrained(transformers)
    vocabulary.save(str(transformers / "tokenizer.json"))
    features = {"feature_size": 80, "chunk_length": WINDOW_S, "hop_length": 160, "n_fft": 400}
    features |= {"sampling_rate": RATE_HZ}
    (transformers / "preprocessor_config.json").write_text(json.dumps(features))
    files = ["tokenizer.json", "preprocessor_config.json"]
    ctranslate2.converters.TransformersConverter(str(transformers), copy_files=files).convert(
        str(folder), quantization="int8"
    )
    config = json.loads((folder / "config.json").read_text())
    config["lang_ids"] = [vocabulary.token_to_id(f"<|{code}|>") for code in words.LANGUAGES]
    (folder / "config.json").write_text(json.dumps(config))


def _zip(folder: Path, out: Path) -> None:
    """Always the same bytes for the same files."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(file.name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes(), compresslevel=9)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
