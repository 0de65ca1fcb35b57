// Small words: times as text, and elements with text in them. Everything that was said goes through textContent.

const data = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** 83400 -> "1:23.4" */
function clockText(ms) {
  const tenths = Math.max(0, Math.round(ms / 100));
  const minutes = Math.floor(tenths / 600);
  return `${minutes}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}

/** Marks of an axis: "1:23", with decimals where the steps are finer than a second. */
function axisText(ms, stepMs) {
  const text = `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  if (stepMs >= 1000) return text;
  return text + (ms / 1000 % 1).toFixed(stepMs >= 100 ? 1 : 2).slice(1);
}

/** "+418" and "−1344": a time seen from the end of the user's speech. */
const signed = (ms) => `${ms < 0 ? "−" : "+"}${Math.abs(Math.round(ms))}`;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A bar of coloured parts; scaleMs: how many ms are the whole width. */
function fillParts(bar, parts, scaleMs, withText) {
  bar.replaceChildren();
  for (const [key, ms] of Object.entries(parts)) {
    const part = element("span");
    part.style.width = `${100 * ms / scaleMs}%`;
    part.style.background = `var(--${key})`;
    part.title = `${data.parts[key]}: ${ms} ms`;
    if (withText && ms / scaleMs > 0.05) part.textContent = ms;
    bar.append(part);
  }
}

function fillLegend(list, keys, textOf) {
  list.replaceChildren(...keys.map((key) => {
    const entry = element("li");
    const square = element("i");
    square.style.background = `var(--${key})`;
    entry.append(square, textOf(key));
    return entry;
  }));
}
