"""The recogniser: whether it is here, and how fast it hears a sentence."""

from __future__ import annotations

import numpy as np

from stream_omni.doctor.context import Context
from stream_omni.doctor.findings import Found
from stream_omni.effective_property import SAMPLE_CONVERSATION
from stream_omni.runtime import REPOSITORY
from wrappers.asr import RATE_HZ, EngineMisconfigured, Final, Recogniser
from wrappers.audio import Samples, read_audio
from wrappers.errors import EngineFailed, EngineMissing

SENTENCE_S = 3.0
WARM_UP_S = 0.5
"""Of speech, with which the engine may still load something."""
CHUNK_S = 0.1
SLOW_FINAL_MS = 600
"""One waits this long for it after every sentence."""


def look(context: Context) -> Found:
    """Let the graph's recogniser hear the beginning of the sample conversation."""
    found = Found()
    node = context.node("stt")
    if node is None:
        return found
    if node.missing is not None:
        found.add("recogniser", "bad", node.missing.what, node.missing.mend)
    engine: Recogniser = node.extension().make_recogniser()  # type: ignore[attr-defined]
    try:
        engine.open()
        hear(engine, WARM_UP_S)
        final = hear(engine, SENTENCE_S)
    except (EngineMissing, EngineFailed, EngineMisconfigured) as error:
        mend = error.mend if isinstance(error, EngineMissing) else "look at the node stt in property.json"
        found.add("recogniser", "bad", str(error), mend)
        return found
    finally:
        engine.close()
    rtf = final.compute_ms / 1000 / SENTENCE_S
    found.figures |= {"asr": engine.vendor, "asr_final_ms": final.finish_ms, "asr_rtf": rtf}
    text = f"{engine.vendor} {engine.model}: final {final.finish_ms} ms after the last word, RTF {rtf:.2f}"
    if final.finish_ms > SLOW_FINAL_MS:
        found.add(
            "recogniser", "doubtful", f"{text}, which is late", "set params.model of the node stt to a smaller one"
        )
    else:
        found.add("recogniser", "good", text)
    return found


def hear(engine: Recogniser, seconds: float) -> Final:
    """Feed the beginning of a sentence as it would come from a microphone. Raises what the engine raises."""
    samples = sentence()[: round(seconds * RATE_HZ)]
    size = round(CHUNK_S * RATE_HZ)
    for start in range(0, len(samples), size):
        engine.feed(samples[start : start + size])
    engine.pause()
    return engine.finish()


def sentence() -> Samples:
    """Somebody speaks, from the first word on: int16 at RATE_HZ."""
    recording = np.concatenate(list(read_audio(REPOSITORY / SAMPLE_CONVERSATION)))
    loud = np.flatnonzero(np.abs(recording.astype(np.int32)) > 1000)
    first = int(loud[0]) if len(loud) else 0
    return recording[first : first + round(SENTENCE_S * RATE_HZ)]
