"""What the process is told when it starts, and what is wrong with it at first sight. Standard library only."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

DEFAULT_MLX_MODEL = "mlx-community/Fun-CosyVoice3-0.5B-2512-4bit"
REPOSITORY_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
MODEL_KINDS = {"cosyvoice2.yaml": "CosyVoice2", "cosyvoice3.yaml": "CosyVoice3"}
"""The file that tells which model a folder of FunAudioLLM holds, and the class that loads it."""


@dataclass(frozen=True)
class Settings:
    """One model and one voice."""

    backend: str
    """`mlx` (mlx-audio-plus) or `torch` (a checkout of FunAudioLLM's CosyVoice)."""
    model: str
    """A folder; for mlx also a name on the Hugging Face hub. "" = DEFAULT_MLX_MODEL."""
    reference_audio: str
    """The recording whose voice is taken: 3 to 30 s."""
    reference_text: str
    """What is said in it, word for word."""
    checkout: str = ""
    """torch: the folder of the checkout."""
    device: str = "auto"
    """torch: auto, cuda, mps or cpu."""
    fp16: bool = False
    """torch on CUDA: half precision."""

    def to_json(self) -> str:
        """For the command line of the process."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The reverse of `to_json`."""
        return cls(**json.loads(text))

    def problem(self) -> tuple[str, str] | None:
        """What is wrong and what mends it, as far as the names of files tell."""
        if not self.reference_audio or not Path(self.reference_audio).is_file():
            given = f"the file {self.reference_audio}" if self.reference_audio else "params.reference_audio"
            return f"{given} is not there", "give a recording of 3 to 30 s of the voice that shall speak"
        if not self.reference_text.strip():
            return "params.reference_text is empty", "write down what is said in params.reference_audio, word for word"
        return self._problem_of_checkout() if self.backend == "torch" else self._problem_of_mlx_model()

    def model_kind(self) -> str:
        """torch: the class that loads the model; "" for a folder that holds none we know."""
        return next((kind for file, kind in MODEL_KINDS.items() if (Path(self.model) / file).is_file()), "")

    def _problem_of_mlx_model(self) -> tuple[str, str] | None:
        folder = Path(self.model)
        if not self.model or (not folder.exists() and REPOSITORY_NAME.fullmatch(self.model)):
            return None
        if (folder / "config.json").is_file():
            return None
        return (
            f"{folder} holds no config.json, so it is no model folder",
            f"give the folder of a model, or the name of one on the Hugging Face hub, such as {DEFAULT_MLX_MODEL}",
        )

    def _problem_of_checkout(self) -> tuple[str, str] | None:
        checkout = Path(self.checkout)
        if not self.checkout or not (checkout / "cosyvoice" / "cli" / "cosyvoice.py").is_file():
            given = f"{checkout} holds no" if self.checkout else "params.checkout is empty, so there is no"
            return (
                f"{given} cosyvoice/cli/cosyvoice.py",
                "clone FunAudioLLM/CosyVoice with --recursive and give its folder as params.checkout",
            )
        if not any((checkout / "third_party" / "Matcha-TTS").glob("*")):
            return (
                f"third_party/Matcha-TTS of {checkout} is empty",
                f"git -C {checkout} submodule update --init --recursive",
            )
        if not self.model_kind():
            return (
                f"{self.model or 'params.model'} is no folder with {' or '.join(MODEL_KINDS)}",
                "download CosyVoice 2 or 3 as the checkout's README says and give its folder as params.model",
            )
        return None
