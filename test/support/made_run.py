"""The folder of a conversation that never was: every kind of event, in the shapes that the nodes send, and its sound.

run = MadeRun()
run.exchange("what time is it", ["It is", "noon."])
run.write(folder)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ, Samples, WavWriter, samples_of_ms
from wrappers.report import Utterance

CLOCK_AT_ZERO_MS = 7_000_000
"""The app's clock does not begin with the tracks."""
MS_PER_CHARACTER = 60
VAD_ONSET_MS = 100
VAD_TAIL_MS = 400
PROGRESS_MS = 100


class MadeRun:
    """Time goes on with each thing that happens; `now_ms` counts from the start of the tracks."""

    def __init__(self) -> None:
        self.now_ms = 1000
        self.lines: list[dict[str, Any]] = []
        self.utterances: list[Utterance] = []
        self.user_ms: list[tuple[int, int]] = []
        self.agent_ms: list[tuple[int, int]] = []
        self._turn_id = 0
        self._epoch = 0
        self.tell("turn_state", "main_control", at_ms=-300, state="listening")
        self.tell("echo_state", "aec", at_ms=-200, mode="gate", gate="open", settled=False, speaking_interrupts=False)

    # --- the story -----------------------------------------------------------------------------------------------

    def exchange(
        self,
        question: str,
        answer: list[str],
        *,
        pause_after: str = "",
        asr_ms: int = 120,
        llm_ms: int = 250,
        tts_ms: int = 180,
        confidence: float = 0.9,
        wait_ms: int = 500,
        ends: Literal["heard", "cut", "resumed", "key"] = "heard",
        with_words: str = "stop please",
    ) -> None:
        """One turn: the user asks, the agent answers piece by piece.

        pause_after: the beginning of the question, after which the user hesitates; the answer to it is thrown away
        ends: whether all of the answer is heard, or the user cuts in, or only coughs, or presses a key
        """
        self._turn_id += 1
        start_ms = self.now_ms
        if pause_after:
            end_ms = self._speak(pause_after)
            request_id = self._ask(end_ms, pause_after, asr_ms, "unfinished", 0.85, 2400)
            self._write_text(request_id, ["I do not know."], self.now_ms + llm_ms)
            self._go_on(self.now_ms + llm_ms + 300, request_id)
        end_ms = self._speak(question)
        said = f"{pause_after} {question}".strip()
        request_id = self._ask(end_ms, said, asr_ms, "finished", confidence, wait_ms)
        asked_ms = self.now_ms
        first_ms = self._write_text(request_id, answer, asked_ms + llm_ms)
        sure_ms = max(end_ms + wait_ms, asked_ms)
        self.tell("turn_state", "main_control", at_ms=sure_ms, state="thinking", turn_id=self._turn_id)
        heard_ms = self._voice(request_id, answer, max(sure_ms, first_ms), tts_ms)
        stages_ms = {
            "speech_end": 0,
            "transcript": asked_ms - end_ms - 10,
            "turn_decided": asked_ms - end_ms,
            "first_llm_text": asked_ms + llm_ms - end_ms,
            "first_tts_audio": heard_ms - 5 - end_ms,
            "first_sound": heard_ms - end_ms,
        }
        self.utterances.append(Utterance("user", said, start_ms, end_ms, self._turn_id))
        self._play(request_id, answer, heard_ms, stages_ms, ends, with_words)
        self.now_ms += 1500

    def fail(self, question: str, error: str) -> None:
        """A turn without an answer: the model's server is gone."""
        self._turn_id += 1
        start_ms = self.now_ms
        end_ms = self._speak(question)
        request_id = self._ask(end_ms, question, 120, "finished", 0.9, 500)
        self.now_ms += 200
        self.tell("error", "llm", module="llm", code=1000, message=error, request_id=request_id)
        self.utterances.append(Utterance("user", question, start_ms, end_ms, self._turn_id))
        self.now_ms += 2000

    # --- the parts of a turn -------------------------------------------------------------------------------------

    def _speak(self, words: str) -> int:
        start_ms, end_ms = self.now_ms, self.now_ms + MS_PER_CHARACTER * len(words)
        self.user_ms.append((start_ms, end_ms))
        self._mark("start_of_sentence", start_ms + VAD_ONSET_MS, start_ms=start_ms, probability=0.9)
        self.tell("turn_state", "main_control", at_ms=start_ms + VAD_ONSET_MS, state="hearing")
        for count in range(1, len(words.split())):
            part = " ".join(words.split()[:count])
            heard_ms = start_ms + MS_PER_CHARACTER * len(part)
            self._recognise(part, start_ms, heard_ms, heard_ms + 150, final=False)
        self._mark("end_of_sentence", end_ms + VAD_TAIL_MS, start_ms=start_ms, end_ms=end_ms)
        self.tell("turn_state", "main_control", at_ms=end_ms + VAD_TAIL_MS, state="deciding")
        self.now_ms = end_ms + VAD_TAIL_MS
        return end_ms

    def _ask(self, end_ms: int, words: str, asr_ms: int, decision: str, confidence: float, wait_ms: int) -> str:
        start_ms = end_ms - MS_PER_CHARACTER * len(words)
        self.now_ms += asr_ms
        self._recognise(words, start_ms, end_ms, self.now_ms, final=True)
        self.now_ms += 10
        self.tell(
            "turn_decision", "turn_detection", text=words, decision=decision, confidence=confidence, wait_ms=wait_ms
        )
        self._epoch += 1
        request_id = f"100-{self._turn_id}-{self._epoch}"
        self.tell("chat_completion", "main_control", kind="cmd", request_id=request_id, streaming=True)
        return request_id

    def _write_text(self, request_id: str, pieces: list[str], at_ms: int) -> int:
        """The model's words, 30 ms each; returns when the first piece was complete."""
        content, first_ms = "", 0
        for piece in pieces:
            for word in piece.split():
                content += f"{word} "
                body = {"type": "message_content_delta", "delta": f"{word} ", "content": content}
                self._model(request_id, at_ms, **body)
                at_ms += 30
            first_ms = first_ms or at_ms
        self._model(request_id, at_ms, type="message_content_done", content=content)
        return first_ms

    def _model(self, request_id: str, at_ms: int, **body: Any) -> None:
        self.tell("chat_completion", "llm", kind="result", at_ms=at_ms, response_id=request_id, **body)

    def _go_on(self, at_ms: int, request_id: str) -> None:
        self.tell("flush", "main_control", kind="cmd", at_ms=at_ms + VAD_ONSET_MS, min_epoch=self._epoch + 1)
        self.tell("abort", "main_control", kind="cmd", at_ms=at_ms + VAD_ONSET_MS, request_id=request_id)
        self.now_ms = at_ms

    def _voice(self, request_id: str, pieces: list[str], at_ms: int, tts_ms: int) -> int:
        """The voice makes its pieces at a third of their length; returns when the first of it is heard."""
        metadata = {"turn_id": self._turn_id, "request_id": request_id, "epoch": self._epoch}
        own: dict[str, Any] = {"request_id": request_id, "metadata": metadata}
        start_ms, made_ms = 0, at_ms
        for number, piece in enumerate(pieces):
            duration_ms = MS_PER_CHARACTER * len(piece)
            self.tell("tts_text_input", "main_control", at_ms=at_ms + 100 * number, text=piece, **own)
            if number == 0:
                self.tell("tts_audio_start", "tts", at_ms=at_ms + tts_ms, **own)
            made_ms = max(made_ms, at_ms + 100 * number) + max(tts_ms, duration_ms // 3)
            times: dict[str, Any] = {"start_ms": start_ms, "duration_ms": duration_ms}
            self.tell("tts_text_result", "tts", at_ms=made_ms, text=piece, **times, **own)
            start_ms += duration_ms
        return at_ms + tts_ms + 5

    def _play(
        self, request_id: str, pieces: list[str], heard_ms: int, stages_ms: dict[str, int], ends: str, words: str
    ) -> None:
        length_ms = sum(MS_PER_CHARACTER * len(piece) for piece in pieces)
        over_ms = length_ms // 2 if ends != "heard" else None
        self.tell("turn_state", "main_control", at_ms=heard_ms, state="speaking")
        self._gate("closed", heard_ms)
        played_ms = 0
        while played_ms < (length_ms if over_ms is None else over_ms):
            self._playback(request_id, "progress" if played_ms else "started", heard_ms + played_ms, played_ms)
            played_ms += PROGRESS_MS
        played_ms = min(played_ms, length_ms)
        end_ms, state = heard_ms + played_ms, "drained"
        if ends == "key":
            state = "flushed"
            self.tell("interrupt", "keyboard", kind="cmd", at_ms=end_ms)
            self.tell("flush", "main_control", kind="cmd", at_ms=end_ms, min_epoch=self._epoch + 1)
        elif ends == "cut":
            state, end_ms = "flushed", self._speak_over(end_ms, words)
            self.tell("flush", "main_control", kind="cmd", at_ms=end_ms, min_epoch=self._epoch + 1)
            self.tell("abort", "main_control", kind="cmd", at_ms=end_ms, request_id=request_id)
            self.tell("resume", "main_control", kind="cmd", at_ms=end_ms, ramp_ms=0)
        elif ends == "resumed":
            end_ms = self._speak_over(end_ms, "")
            self.tell("resume", "main_control", kind="cmd", at_ms=end_ms, ramp_ms=20)
            self._playback(request_id, "progress", end_ms, played_ms)
            end_ms += length_ms - played_ms
            played_ms = length_ms
        self._playback(request_id, state, end_ms, played_ms)
        self.agent_ms.append((heard_ms, end_ms))
        self._gate("open", end_ms + 250)
        text = " ".join(pieces)
        interrupted = state == "flushed"
        if interrupted:
            text = text[: played_ms // MS_PER_CHARACTER].strip()
        self.utterances.append(Utterance("agent", text, heard_ms, end_ms, self._turn_id, interrupted, stages_ms))
        self.now_ms = max(self.now_ms, end_ms)
        self.tell("turn_state", "main_control", at_ms=end_ms, state="listening")

    def _speak_over(self, at_ms: int, words: str) -> int:
        """Speech over the voice, from its onset to the verdict; returns when that came."""
        self._mark("start_of_sentence", at_ms + VAD_ONSET_MS, start_ms=at_ms, probability=0.9)
        self.tell("duck", "main_control", kind="cmd", at_ms=at_ms + VAD_ONSET_MS, gain_db=-12, ramp_ms=20)
        self.tell("pause", "main_control", kind="cmd", at_ms=at_ms + VAD_ONSET_MS + 250)
        if words:
            self._recognise(words, at_ms, at_ms + 380, at_ms + 400, final=False)
        end_ms = at_ms + (420 if words else 650)
        self.user_ms.append((at_ms, at_ms + 300))
        self._mark("end_of_sentence", end_ms + VAD_TAIL_MS, start_ms=at_ms, end_ms=at_ms + 300)
        return end_ms

    # --- messages ------------------------------------------------------------------------------------------------

    def tell(
        self, name: str, source: str, /, *, kind: str = "data", at_ms: int | None = None, **properties: Any
    ) -> None:
        """One line of events.jsonl; times in the properties become those of the app's clock."""
        at_ms = self.now_ms if at_ms is None else at_ms
        if name in ("turn_state", "echo_state"):
            properties["ts_ms"] = at_ms + CLOCK_AT_ZERO_MS
        metadata = properties.get("metadata", {})
        own = {key: properties.get(key, metadata.get(key)) for key in ("turn_id", "epoch", "request_id")}
        head = {"time_ms": at_ms, "kind": kind, "name": name, "source": source, "dests": ["report"]}
        self.lines.append({**head, **own, "properties": properties})

    def _mark(self, name: str, at_ms: int, **times: Any) -> None:
        on_clock = {key: value + CLOCK_AT_ZERO_MS if key.endswith("_ms") else value for key, value in times.items()}
        for kind in ("data", "cmd"):  # to those who need the order with the audio, and to the control
            self.tell(name, "vad", kind=kind, at_ms=at_ms, **on_clock)
        self.tell(name, "main_control", kind="result", at_ms=at_ms)

    def _recognise(self, words: str, start_ms: int, end_ms: int, at_ms: int, *, final: bool) -> None:
        times: dict[str, Any] = {"start_ms": start_ms + CLOCK_AT_ZERO_MS, "duration_ms": end_ms - start_ms}
        info = {"asr_info": {"confidence": 0.93}} if final else {}
        self.tell("asr_result", "stt", at_ms=at_ms, text=words, final=final, **times, metadata=info)

    def _playback(self, request_id: str, state: str, at_ms: int, played_ms: int) -> None:
        metadata = {"turn_id": self._turn_id, "request_id": request_id, "epoch": self._epoch}
        own: dict[str, Any] = {"request_id": request_id, "metadata": metadata, "ts_ms": at_ms + CLOCK_AT_ZERO_MS}
        self.tell("playback_state", "speaker", at_ms=at_ms, state=state, played_ms=played_ms, **own)

    def _gate(self, gate: str, at_ms: int) -> None:
        figures: dict[str, Any] = {"mode": "gate", "settled": False, "speaking_interrupts": False}
        self.tell("echo_state", "aec", at_ms=at_ms, gate=gate, **figures)

    # --- files ---------------------------------------------------------------------------------------------------

    def write(self, folder: Path, tracks: tuple[str, ...] = ("microphone", "clean_microphone", "speaker")) -> Path:
        """Write the files of the run, with a file of their own for these tracks; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        events = sorted(self.lines, key=lambda line: line["time_ms"])
        _write(folder / "events.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in events))
        _write(folder / "transcript.jsonl", "".join(each.to_line() for each in self.utterances))
        _write(folder / "graph.json", json.dumps({"name": "made", "graph": {"nodes": [{"name": "llm", "addon": "x"}]}}))
        about = {"graph": "made", "time_base": {"clock_at_zero_ms": CLOCK_AT_ZERO_MS}, "versions": {"python": "3.11"}}
        _write(folder / "run.json", json.dumps(about))
        user, agent = self._sound(self.user_ms, 0.5), self._sound(self.agent_ms, 0.4)
        with WavWriter(folder / "conversation.wav", ENGINE_RATE_HZ, 2) as both:
            both.write(np.column_stack((user, agent)))
        for name in tracks:
            samples = {"microphone": user + agent // 8, "clean_microphone": user, "speaker": agent}[name]
            with WavWriter(folder / f"{name}.wav", ENGINE_RATE_HZ) as track:
                track.write(samples)
        return folder

    def _sound(self, stretches_ms: list[tuple[int, int]], level: float) -> Samples:
        """Syllables of a tone where somebody speaks."""
        samples = np.zeros(samples_of_ms(self.now_ms + 1000, ENGINE_RATE_HZ), np.int16)
        time_s = np.arange(10 * ENGINE_RATE_HZ) / ENGINE_RATE_HZ
        loudness = np.abs(np.sin(2 * np.pi * 2.1 * time_s)) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.37 * time_s))
        syllables = (level * 32767 * loudness * np.sin(2 * np.pi * 220 * time_s)).astype(np.int16)
        for start_ms, end_ms in stretches_ms:
            start, end = samples_of_ms(start_ms, ENGINE_RATE_HZ), samples_of_ms(end_ms, ENGINE_RATE_HZ)
            samples[start:end] = np.resize(syllables, end - start)
        return samples


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def talk_with_everything() -> MadeRun:
    """A conversation with every case that the page shows."""
    run = MadeRun()
    run.exchange("hello how are you", ["I am fine,", "thank you. And you?"])
    run.exchange("what time it is", ["It is noon."], pause_after="can you tell me", confidence=0.75, wait_ms=725)
    run.exchange(
        "tell me a long story",
        ["Once upon a time,", "there was a fox who lived in a wood.", "Every day it went to the river."],
        ends="cut",
    )
    run.exchange("你好，请说中文", ["好的，", "我们说中文。今天天气很好。"], llm_ms=1900)
    run.exchange("and now </script><b>bold</b> & more", ["<!-- fine -->", "Is that all?"], ends="resumed")
    run.fail("what is the weather", "no answer from the model's server")
    run.exchange("say something again", ["All right, here is a sentence that is long enough."], tts_ms=900, ends="key")
    run.exchange("thank you goodbye", ["You are welcome."])
    return run


def long_talk(minutes: float) -> MadeRun:
    """A conversation of that length, with turns that differ."""
    run = MadeRun()
    random = np.random.default_rng(1)
    while run.now_ms < minutes * 60_000:
        sentences = int(random.integers(1, 5))
        run.exchange(
            "and what do you think of number " + str(len(run.utterances)),
            ["That is a matter of taste,", "and of what one has for breakfast."] * sentences,
            llm_ms=int(random.integers(150, 900)),
            tts_ms=int(random.integers(80, 400)),
            ends="cut" if random.random() < 0.1 else "heard",
        )
    return run
