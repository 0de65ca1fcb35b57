"""The numbers of Spark-TTS that are the same for all its weights."""

SAMPLE_RATE_HZ = 16000
TOKENS_PER_SECOND = 50
SAMPLES_PER_TOKEN = SAMPLE_RATE_HZ // TOKENS_PER_SECOND
SEMANTIC_CODES = 8192
"""Values of a semantic token: what is said, 50 of them per second."""
GLOBAL_TOKENS = 32
"""Tokens that make a voice."""
GLOBAL_CODES = 4096
"""Values of a global token."""

EXACT_LOOK_AHEAD = 57
"""Tokens of the future that reach a frame through the prenet; with fewer, a frame comes out a little different."""
WAVE_LOOK_AHEAD = 10
"""Tokens of the future that reach a sample through the wave generator, rounded up; never fewer are used."""
