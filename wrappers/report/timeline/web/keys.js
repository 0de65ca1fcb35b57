// The keyboard, and the buttons that do the same.

const KEYS = [
  [["Space"], "play, or stop"],
  [["n", "p"], "next turn, turn before"],
  [["Enter"], "hear the selected turn"],
  [["←", "→"], "earlier, later"],
  [["+", "−"], "closer, more time"],
  [["0"], "all of it"],
  [[",", "."], "event before, next event"],
  [["Home", "End"], "start, end"],
  [["?"], "this help"],
];

const ACTIONS = {
  " ": playOrStop,
  n: () => stepTurn(1), p: () => stepTurn(-1),
  Enter: () => { if (selected) hearFrom(selected.play); },
  ArrowLeft: () => pan(-view.span / 10), ArrowRight: () => pan(view.span / 10),
  "+": () => zoom(0.6, zoomPlace()), "=": () => zoom(0.6, zoomPlace()), "-": () => zoom(1 / 0.6, zoomPlace()), "−": () => zoom(1 / 0.6, zoomPlace()),
  0: showAll,
  ",": () => stepEvent(-1), ".": () => stepEvent(1),
  Home: () => { show(0, view.span); seek(0); }, End: () => { show(view.length, view.span); seek(view.length); },
  "?": () => by("keys").showModal(),
};

/** The playhead stays where it is, if it can be seen. */
const zoomPlace = () => isShown(sound.at) ? sound.at : view.from + view.span / 2;

/** All items by time, for going through them one by one. */
const everything = data.lanes.filter((lane) => lane.id !== "state")
  .flatMap((lane) => lane.items.map((item) => ({ lane, item }))).sort((a, b) => a.item[0] - b.item[0]);
let current = -1;

function stepEvent(step) {
  if (!everything.length) return;
  const start = everything[current]?.item[0];
  if (start !== Math.round(sound.at)) { // the playhead is somewhere else now: go on from there
    current = firstIndex(everything, sound.at, (each) => each.item[0]) - (step > 0 ? 1 : 0);
  }
  current = Math.max(0, Math.min(everything.length - 1, current + step));
  const { lane, item } = everything[current];
  audio.pause();
  seek(item[0]);
  if (!isShown(item[0])) show(item[0] - view.span / 3, view.span);
  selectTurn(turnAt(item[0]));
  paint();
  const row = plan.rows.find((each) => each.lane === lane);
  showTip(lane, item, xOf(plan, item[0]), row.top + row.height / 2);
  const { head, body, foot } = describe(lane, item);
  by("live").textContent = [head, body, foot].filter(Boolean).join(". ");
}

function setUpKeys() {
  for (const [keys, does] of KEYS) {
    const names = element("dt");
    names.append(...keys.map((key) => element("kbd", key)));
    by("keys").querySelector("dl").append(names, element("dd", does));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || by("keys").open) return;
    const control = document.activeElement.closest("button, select, summary");
    if (control && [" ", "Enter", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return; // its own keys
    if (control?.matches("select")) return;
    if (event.key === "Escape") { hideTip(); return; }
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  const buttons = { play: " ", before: "p", after: "n", in: "+", out: "-", all: "0", help: "?" };
  for (const [id, key] of Object.entries(buttons)) by(id).addEventListener("click", ACTIONS[key]);
}
