"""Where CosyVoice's parts compute: upstream knows CUDA and CPU, the Apple GPU needs more care.

On the Apple GPU (MPS)
- the F0 predictor of version 3 works in float64, which MPS has not: from the mel to the source signal the vocoder stays
  on the CPU (that part is tiny), only its decoder goes to the GPU;
- the decoder's transform uses complex numbers: a probe tells whether this torch can do that there;
- weights stay float32: autocast has been reported to give silence.
"""

from __future__ import annotations

from typing import Any

from wrappers.child_loop import Refused

ON_THE_CPU = ("f0_predictor", "f0_upsamp", "m_source")
"""What the vocoder runs before its decoder."""


def choose_device(torch: Any, wanted: str) -> str:
    """cuda, mps or cpu.

    wanted: one of these, or auto
    raises Refused for one that is not here
    """
    here = [name for name, is_here in (("cuda", torch.cuda.is_available()), ("mps", _has_mps(torch))) if is_here]
    here.append("cpu")
    if wanted == "auto":
        return here[0]
    if wanted not in here:
        raise Refused("missing", f"params.device: torch finds no {wanted} here; there is {', '.join(here)}")
    return wanted


def place(torch: Any, model: Any, device: str) -> None:
    """Move a loaded `CosyVoice2Model` or `CosyVoice3Model` to a device."""
    model.device = torch.device(device)
    model.llm.to(device)
    model.flow.to(device)
    if device != "mps":
        model.hift.to(device)
    else:
        split_vocoder(torch, model.hift, "mps" if can_transform(torch, "mps") else "cpu")


def split_vocoder(torch: Any, vocoder: Any, device: str) -> None:
    """Run the vocoder's decoder on `device` and all before it on the CPU; it gives back tensors of the CPU."""
    for name, part in vocoder.named_children():
        part.to("cpu" if name in ON_THE_CPU else device)
    infer, decode = vocoder.inference, vocoder.decode

    def to(value: Any, where: str) -> Any:
        return value.to(where) if isinstance(value, torch.Tensor) else value

    def infer_from_cpu(*inputs: Any, **named: Any) -> Any:
        return infer(*(to(value, "cpu") for value in inputs), **{name: to(v, "cpu") for name, v in named.items()})

    def decode_on_device(*inputs: Any, **named: Any) -> Any:
        sound = decode(*(to(value, device) for value in inputs), **{name: to(v, device) for name, v in named.items()})
        return to(sound, "cpu")

    vocoder.inference, vocoder.decode = infer_from_cpu, decode_on_device


def can_transform(torch: Any, device: str) -> bool:
    """Does the vocoder's short-time Fourier transform work there, and come back as it went?"""
    signal = torch.sin(torch.arange(480, dtype=torch.float32) / 7)[None]
    try:
        window = torch.hann_window(16).to(device)
        spectrum = torch.stft(signal.to(device), 16, 4, 16, window=window, return_complex=True)
        back = torch.istft(spectrum, 16, 4, 16, window=window).cpu()
        return bool(torch.allclose(back, signal[:, : back.shape[1]], atol=1e-3))
    except (AssertionError, NotImplementedError, RuntimeError, TypeError):
        return False


def _has_mps(torch: Any) -> bool:
    mps = getattr(torch.backends, "mps", None)
    return mps is not None and mps.is_available()
