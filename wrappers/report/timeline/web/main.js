// Puts the page together.

function figure(label, text, isBad = false) {
  const entry = element("div", "", isBad ? "bad" : "");
  entry.append(element("dt", label), element("dd", text));
  by("figures").append(entry);
}

function fillHead() {
  by("name").textContent = data.name;
  document.title = `${data.name}: conversation`;
  const itemsOf = (id) => data.lanes.find((lane) => lane.id === id)?.items ?? [];
  const cut = data.turns.filter((turn) => turn.interrupted).length;
  const problems = itemsOf("problems").length;
  const middle = data.middles.first_sound;
  if (data.graph) figure("graph", data.graph);
  figure("length", clockText(data.length));
  figure("turns", data.turns.filter((turn) => turn.id).length);
  if (middle) figure("time to the answer, median", `${middle.median} ms`);
  if (middle) figure("nine of ten within", `${middle.p90} ms`);
  if (cut) figure("interrupted", cut);
  if (problems) figure("problems", problems, true);
  by("missing").hidden = data.missing.length === 0;
  by("missing").append(...data.missing.map((text) => element("li", text)));
  by("facts").hidden = data.facts.length === 0;
  for (const [key, value] of data.facts) by("facts").querySelector("dl").append(element("dt", key), element("dd", value));
}

function whenSoundMoves() {
  by("clock").textContent = `${clockText(sound.at)} / ${clockText(view.length)}`;
  if (!audio.paused && !isShown(sound.at + view.span * 0.03)) show(sound.at - view.span * 0.1, view.span);
  repaint();
}

readColors();
view.changed = repaint;
sound.moved = whenSoundMoves;
fillHead();
setUpSound();
setUpTable();
setUpTimeline();
setUpKeys();
show(0, view.length <= 2 * FIRST_MS ? Infinity : FIRST_MS);
whenSoundMoves();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColors(); repaint(); });
new ResizeObserver(repaint).observe(by("stage"));
