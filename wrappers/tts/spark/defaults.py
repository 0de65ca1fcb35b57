"""What is taken where nobody says anything else."""

from pathlib import Path

DEFAULT_MODEL = "mlx-community/Spark-TTS-0.5B-bf16"
DEFAULT_VOICE = "female"
DEFAULT_VOICES = Path("voices")
"""The folder of voices, beside the app."""
