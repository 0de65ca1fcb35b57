"""CosyVoice's torch worker on the CPU: the chunk loop, the devices, and a checkout, all with small random weights."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import REPOSITORY, require

from wrappers.child_loop import Refused
from wrappers.child_process import ChildError, ChildProcess
from wrappers.cosyvoice_worker.settings import Settings
from wrappers.cosyvoice_worker.torch_backend import ASSISTANT, open_torch
from wrappers.cosyvoice_worker.torch_device import can_transform, choose_device, place, split_vocoder
from wrappers.cosyvoice_worker.torch_stream import TokenStream

require("torch")

import torch  # noqa: E402
from support.cosyvoice_upstream import Frontend, Model, Vocoder  # noqa: E402

SAMPLES_PER_TOKEN = 960
UPSTREAM = "from support.cosyvoice_upstream import CosyVoice2, CosyVoice3\n"


def inputs(text: str = "Hello.") -> dict[str, Any]:
    made: dict[str, Any] = Frontend().frontend_zero_shot(text, "reference", "voice.wav", 24_000, "")
    return made


def speak(stream: TokenStream, text: str = "Hello.") -> Any:
    return np.concatenate([np.zeros(0, np.float32), *stream.stream(inputs(text))])


def whole(model: Model, text: str = "Hello.") -> Any:
    """One pass over all tokens."""
    given = inputs(text)
    with torch.inference_mode():
        mel = model.flow.inference(
            torch.tensor([list(model.tokens(given["text"]))]), given["flow_prompt_speech_token"], finalize=True
        )
        return model.hift.inference(mel)[0][0].numpy()


# --- The chunk loop. -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 40, 43, 44, 230, 401])
def test_the_chunks_are_the_sound_of_one_pass(count: int) -> None:
    model = Model()
    model.token_count = count
    speech = speak(TokenStream(torch, model))
    assert len(speech) == count * SAMPLES_PER_TOKEN
    np.testing.assert_allclose(speech, whole(model), atol=1e-6)


def test_the_chunks_grow_and_each_text_begins_with_a_short_one() -> None:
    """60 tokens of reference + 40 are a multiple of 25; then the hop doubles up to 100. Each one sees 3 more tokens."""
    model = Model()
    stream = TokenStream(torch, model)
    chunks = [(43, 0, True, False), (93, 40, True, False), (193, 90, True, False), (230, 190, False, True)]
    for _ in range(2):
        model.calls.clear()
        speak(stream)
        assert model.calls == chunks
    assert model.token_hop_len == 25


def test_no_token_is_no_sound() -> None:
    model = Model()
    model.token_count = 0
    assert len(speak(TokenStream(torch, model))) == 0
    assert model.calls == []


def test_a_stream_that_waits_for_tokens_says_so_and_goes_on_when_they_come() -> None:
    model = Model()
    model.gate.clear()
    chunks = TokenStream(torch, model).stream(inputs())
    assert len(next(chunks)) == len(next(chunks)) == 0
    model.gate.set()
    assert sum(map(len, chunks)) == 230 * SAMPLES_PER_TOKEN


def test_a_stream_that_is_left_ends_the_language_model_and_changes_nothing_for_the_next() -> None:
    model = Model()
    stream = TokenStream(torch, model)
    expected = speak(stream)
    model.token_count = 10**9
    chunks = stream.stream(inputs("another"))
    assert len(next(chunk for chunk in chunks if len(chunk))) == 40 * SAMPLES_PER_TOKEN
    chunks.close()  # would wait for ever if the model went on

    model.token_count = 230
    np.testing.assert_array_equal(speak(stream), expected)
    assert not model.tts_speech_token_dict and not model.llm_end_dict and not model.hift_cache_dict


def test_an_error_of_the_language_model_ends_the_text_only() -> None:
    model = Model()
    stream = TokenStream(torch, model)
    model.fails_at = 10
    with pytest.raises(RuntimeError, match="out of memory"):
        speak(stream)
    model.fails_at = -1
    assert len(speak(stream)) == 230 * SAMPLES_PER_TOKEN
    assert not model.tts_speech_token_dict


# --- Devices. ------------------------------------------------------------------------------------------------------


def torch_with(cuda: bool, mps: bool | None) -> Any:
    """A torch that finds these; None: one so old that it does not know MPS."""
    backends = types.SimpleNamespace()
    if mps is not None:
        backends.mps = types.SimpleNamespace(is_available=lambda: mps)
    return types.SimpleNamespace(cuda=types.SimpleNamespace(is_available=lambda: cuda), backends=backends)


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(True, False, "cuda"), (False, True, "mps"), (False, False, "cpu"), (False, None, "cpu")]
)
def test_the_best_device_is_taken_unless_one_is_named(cuda: bool, mps: bool | None, best: str) -> None:
    assert choose_device(torch_with(cuda, mps), "auto") == best
    assert choose_device(torch_with(cuda, mps), best) == best
    assert choose_device(torch_with(cuda, mps), "cpu") == "cpu"


def test_a_device_that_is_not_here_is_refused() -> None:
    with pytest.raises(Refused, match="finds no cuda here; there is mps, cpu"):
        choose_device(torch_with(False, True), "cuda")


def test_the_vocoder_on_another_device_keeps_its_float64_part_on_the_cpu() -> None:
    """`meta` is a device that has shapes only: what would fail on the Apple GPU is seen by where things are."""
    vocoder = Vocoder()
    expected = vocoder.inference(torch.zeros(1, 80, 4))[0]
    seen: list[str] = []

    def decode(x: Any, s: Any) -> Any:
        seen.extend([x.device.type, s.device.type, str(x.dtype), next(vocoder.ups.parameters()).device.type])
        return torch.zeros(1, x.shape[2] * 480)

    vocoder.decode = decode  # type: ignore[method-assign]
    split_vocoder(torch, vocoder, "meta")
    sound, _ = vocoder.inference(speech_feat=torch.zeros(1, 80, 4), finalize=True)

    assert seen == ["meta", "meta", "torch.float32", "meta"]
    predictor = next(vocoder.f0_predictor.parameters())
    assert (predictor.device.type, predictor.dtype) == ("cpu", torch.float64)
    assert sound.device.type == "cpu"
    assert sound.shape == expected.shape


def test_a_split_vocoder_makes_the_same_sound() -> None:
    model, split = Model(), Model()
    split_vocoder(torch, split.hift, "cpu")
    np.testing.assert_array_equal(speak(TokenStream(torch, split)), speak(TokenStream(torch, model)))


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_a_model_is_placed_with_all_its_parts(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, moved = Model(), []
    for name in ("llm", "flow"):
        monkeypatch.setattr(getattr(model, name), "to", lambda where, name=name: moved.append((name, where)))
    monkeypatch.setattr("wrappers.cosyvoice_worker.torch_device.can_transform", lambda torch, device: False)
    place(torch, model, device)
    assert model.device == torch.device(device)
    assert moved == [("llm", device), ("flow", device)]
    # Without the transform the whole vocoder stays on the CPU; on `mps` its borders are there all the same.
    assert next(model.hift.ups.parameters()).device.type == "cpu"
    assert ("inference" in vars(model.hift)) is (device == "mps")


def test_the_probe_of_the_transform(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_transform(torch, "cpu")
    assert not can_transform(torch, "meta")

    def unsupported(*inputs: Any, **named: Any) -> Any:
        raise NotImplementedError("The operator aten::_fft_r2c is not implemented")

    monkeypatch.setattr(torch, "stft", unsupported)
    assert not can_transform(torch, "cpu")


# --- A checkout. ---------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    program = tmp_path / "CosyVoice" / "cosyvoice" / "cli" / "cosyvoice.py"
    program.parent.mkdir(parents=True)
    program.write_text(UPSTREAM, "utf-8")
    (tmp_path / "CosyVoice" / "third_party" / "Matcha-TTS" / "matcha").mkdir(parents=True)
    for name in ("cosyvoice3.yaml", "voice.wav"):
        (tmp_path / name).touch()
    return Settings(
        backend="torch",
        model=str(tmp_path),
        reference_audio=str(tmp_path / "voice.wav"),
        reference_text="The quick brown fox.",
        checkout=str(tmp_path / "CosyVoice"),
        device="cpu",
        fp16=True,
    )


@pytest.fixture
def fresh_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("PYTORCH_ENABLE_MPS_FALLBACK", raising=False)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "cosyvoice"]:
        del sys.modules[name]


def test_a_checkout_is_used_as_it_is(settings: Settings, fresh_imports: None) -> None:
    import os

    voice = open_torch(settings)
    assert os.environ["PYTORCH_ENABLE_MPS_FALLBACK"] == "1"
    assert voice.sample_rate_hz == 24_000
    assert voice._frontend.enrolled == [(ASSISTANT + settings.reference_text, settings.reference_audio)]
    speech = np.concatenate(list(voice.stream("One; two")))
    assert len(speech) == 2 * 230 * SAMPLES_PER_TOKEN
    assert len(voice._frontend.enrolled) == 1


def test_a_checkout_whose_packages_are_missing_says_which(settings: Settings, fresh_imports: None) -> None:
    program = Path(settings.checkout) / "cosyvoice" / "cli" / "cosyvoice.py"
    program.write_text("import hyperpyyaml_that_nobody_has\n", "utf-8")
    with pytest.raises(Refused, match=r"No module named 'hyperpyyaml_that_nobody_has'.*install requirements\.txt"):
        open_torch(settings)


def test_a_checkout_older_than_the_model_says_so(settings: Settings, fresh_imports: None) -> None:
    program = Path(settings.checkout) / "cosyvoice" / "cli" / "cosyvoice.py"
    program.write_text("class CosyVoice2: ...\n", "utf-8")
    with pytest.raises(Refused, match="is older than CosyVoice3; git -C"):
        open_torch(settings)


def test_the_process_speaks_with_a_checkout(settings: Settings) -> None:
    """The whole of it: another process, the pipes, the lane, the loop."""
    command = [sys.executable, "-m", "wrappers.cosyvoice_worker", settings.to_json()]
    paths = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'test'}"}
    child = ChildProcess(command, name="CosyVoice", environment=paths)
    child.start()
    try:
        opened = [frame.header.get("rate_hz") for frame in child.stream({"op": "open"})]
        speech = b"".join(frame.payload for frame in child.stream({"op": "speak", "text": "Hello."}))
    finally:
        child.kill()
    assert opened[-1] == 24_000
    expected = np.rint(whole(Model()) * 32768)
    assert np.abs(np.frombuffer(speech, "<i2") - expected).max() <= 1


def test_the_process_refuses_a_device_that_is_not_here(settings: Settings) -> None:
    if torch.backends.mps.is_available():
        pytest.skip("there is an Apple GPU")
    wanted = Settings(**{**vars(settings), "device": "mps"})
    command = [sys.executable, "-m", "wrappers.cosyvoice_worker", wanted.to_json()]
    paths = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'test'}"}
    child = ChildProcess(command, name="CosyVoice", environment=paths)
    child.start()
    try:
        with pytest.raises(ChildError, match="finds no mps here"):
            list(child.stream({"op": "open"}))
    finally:
        child.kill()
