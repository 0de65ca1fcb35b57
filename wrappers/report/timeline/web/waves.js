// Draws loudness over time. The page holds it at a few zooms, one letter for each bin and dB (see envelopes.py).

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LOUDNESS = new Float32Array(128); // letter -> height, 0..1: quiet sound is drawn higher than it is
[...LETTERS].forEach((letter, db) => {
  LOUDNESS[letter.charCodeAt(0)] = db === 0 ? 0 : (10 ** ((db - 63) / 20)) ** 0.6;
});

for (const wave of data.waves) {
  const coarsest = wave.levels[wave.levels.length - 1][1];
  let highest = 0;
  for (let i = 0; i < coarsest.length; i++) highest = Math.max(highest, LOUDNESS[coarsest.charCodeAt(i)]);
  wave.gain = highest ? Math.min(4, 0.96 / highest) : 1;
}

/** Height 0..1 at a stretch of time: the highest of its bins, or between two bins where these are longer. */
function loudnessAt(binMs, letters, fromMs, untilMs) {
  const first = fromMs / binMs, last = untilMs / binMs;
  if (last - first < 1) {
    const middle = (first + last) / 2 - 0.5, before = Math.floor(middle), share = middle - before;
    const at = (i) => LOUDNESS[letters.charCodeAt(Math.max(0, i))] || 0;
    return at(before) * (1 - share) + at(before + 1) * share;
  }
  let highest = 0;
  for (let i = Math.max(0, Math.floor(first)); i < last && i < letters.length; i++) {
    highest = Math.max(highest, LOUDNESS[letters.charCodeAt(i)]);
  }
  return highest;
}

function paintWave(pen, wave, ink, left, width, top, height, from, span) {
  const step = 1;
  const msPerPixel = span / (width - left);
  const [binMs, letters] = [...wave.levels].reverse().find(([ms]) => ms <= msPerPixel) ?? wave.levels[0];
  const middle = top + height / 2;
  pen.fillStyle = ink;
  pen.beginPath();
  const heights = [];
  for (let x = left; x < width; x += step) {
    const at = from + (x - left) * msPerPixel;
    heights.push(Math.max(0.4, loudnessAt(binMs, letters, at, at + msPerPixel * step) * wave.gain * height / 2));
  }
  pen.moveTo(left, middle);
  heights.forEach((h, i) => pen.lineTo(left + i * step, middle - h));
  for (let i = heights.length - 1; i >= 0; i--) pen.lineTo(left + i * step, middle + heights[i]);
  pen.fill();
}
