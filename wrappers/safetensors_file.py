"""Looks at files of weights without loading them: are they whole, and which ones are they?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from wrappers.errors import EngineMissing

_AGAIN = "download the model again"
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000
"""Bytes, as the format says; more means that this is another format."""
_SAMPLED_BLOCKS = 256
_BLOCK_BYTES = 4096


def check_weights(path: Path) -> frozenset[str]:
    """The names of the tensors in a safetensors file.

    raises EngineMissing for a file that is absent, of another format, or only half downloaded
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            header = file.read(header_bytes) if header_bytes <= _LONGEST_HEADER else b""
    except FileNotFoundError:
        raise EngineMissing(f"{path} is missing", _AGAIN) from None
    except OSError as problem:
        raise EngineMissing(f"{path} cannot be read ({problem.strerror})", "mend that, or " + _AGAIN) from None
    if len(header) < header_bytes <= _LONGEST_HEADER:
        raise EngineMissing(f"{path} is only half there ({size} bytes)", _AGAIN)
    try:
        tensors = json.loads(header)
        ends = {name: tensor["data_offsets"][1] for name, tensor in tensors.items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise EngineMissing(f"{path} is not a safetensors file", _AGAIN) from None
    whole = _LENGTH_BYTES + header_bytes + max(ends.values(), default=0)
    if size < whole:
        raise EngineMissing(f"{path} is only half there ({size} of {whole} bytes)", _AGAIN)
    return frozenset(ends)


def check_all_weights(folder: Path) -> int:
    """Check all files of a model's weights: those that its index lists, or that there are. Returns their size in bytes.

    raises EngineMissing as `check_weights` does, and where there are none
    """
    files = [folder / name for name in sorted(_names(folder))]
    for file in files:
        check_weights(file)
    return sum(file.stat().st_size for file in files)


def _names(folder: Path) -> set[str]:
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return {file.name for file in folder.glob("*.safetensors")} or {"model.safetensors"}
    try:
        return set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise EngineMissing(f"{index} does not list the files of the model", _AGAIN) from None


def fingerprint(path: Path) -> str:
    """16 hexadecimal digits that differ for other weights; from the size and 256 blocks, so that it takes no time.

    raises OSError
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        size = path.stat().st_size
        digest.update(size.to_bytes(_LENGTH_BYTES, "little"))
        for block in range(_SAMPLED_BLOCKS):
            file.seek(block * max(0, size - _BLOCK_BYTES) // (_SAMPLED_BLOCKS - 1))
            digest.update(file.read(_BLOCK_BYTES))
    return digest.hexdigest()[:16]
