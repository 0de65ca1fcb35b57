// Plays the recording: a file beside the page, from any moment.

const audio = by("audio");
const LABELS = {
  "conversation.wav": "both", "microphone.wav": "microphone", "clean_microphone.wav": "without echo", "speaker.wav": "agent",
};
const sound = { at: 0, moved: () => {} };
let goal = null; // where to go once the file is open

function setUpSound() {
  for (const file of data.sounds) {
    const option = element("option", LABELS[file] ?? file);
    option.value = file;
    by("source").append(option);
  }
  by("source").parentElement.hidden = data.sounds.length < 2;
  by("play").disabled = data.sounds.length === 0;
  if (data.sounds.length) audio.src = data.sounds[0];
  by("source").addEventListener("change", () => {
    const wasPlaying = !audio.paused, at = sound.at;
    audio.src = by("source").value;
    seek(at);
    if (wasPlaying) play();
  });
  for (const name of ["play", "pause", "ended"]) {
    audio.addEventListener(name, () => {
      by("play").textContent = audio.paused ? "Play" : "Stop";
      if (!audio.paused) requestAnimationFrame(follow);
    });
  }
  audio.addEventListener("loadedmetadata", goThere);
  audio.addEventListener("error", () => {
    by("play").disabled = true;
    by("play").title = by("live").textContent = `${by("source").value} cannot be played. It must lie beside this page.`;
  });
}

function follow() {
  if (!audio.paused && !audio.seeking && goal === null) move(audio.currentTime * 1000);
  if (!audio.paused) requestAnimationFrame(follow);
}

function move(ms) {
  sound.at = Math.min(view.length, Math.max(0, ms));
  sound.moved();
}

/** Go there; what plays goes on from there. */
function seek(ms) {
  move(ms);
  goal = sound.at;
  if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) goThere();
}

function goThere() {
  if (goal !== null) audio.currentTime = goal / 1000;
  goal = null;
}

function play() {
  if (data.sounds.length) audio.play().catch(() => {}); // the page tells it by the error event
}

function playOrStop() {
  if (audio.paused) play(); else audio.pause();
}

function hearFrom(ms) {
  seek(ms);
  play();
}
