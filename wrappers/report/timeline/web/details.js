// The selected turn: its words, what the time went on, why, and everything that happened.

let selected = null;

function selectTurn(turn) {
  selected = turn;
  for (const row of by("turns").tBodies[0].rows) row.ariaCurrent = row.turn === turn ? "true" : null;
  by("turn").hidden = !turn;
  if (turn) fillTurn(turn);
  view.changed();
}

function fillTurn(turn) {
  const title = by("turn-title");
  title.textContent = turn.id ? `Turn ${turn.id}` : "Before the first turn";
  if (turn.interrupted) title.append(element("span", "interrupted", "mark"));
  if (!turn.answered) title.append(element("span", "no answer", "mark"));
  const words = [["you", "you", turn.user], ["agent", "it", turn.agent]].filter(([, , text]) => text).map(([who, style, text]) => {
    const line = element("p");
    line.append(element("span", `${who}  `, style), text);
    return line;
  });
  by("turn-words").replaceChildren(...words);
  const keys = Object.keys(turn.parts);
  by("turn-parts").hidden = by("turn-legend").hidden = keys.length === 0;
  if (keys.length) fillParts(by("turn-parts"), turn.parts, turn.marks.first_sound, true);
  fillLegend(by("turn-legend"), keys, (key) => `${data.parts[key]} ${turn.parts[key]} ms`);
  by("turn-notes").replaceChildren(...turn.notes.map((note) => element("li", note)));
  by("turn-events").replaceChildren(...eventsOf(turn).map(eventLine));
  by("turn-events").scrollTop = 0;
}

/** All items of the lanes from the turn's first word to its end, by time. */
function eventsOf(turn) {
  const zero = turn.speech_end ?? turn.start;
  const found = [];
  for (const lane of data.lanes) {
    if (lane.id === "state") continue;
    for (const item of lane.items) {
      if (item[0] >= turn.start - 50 && item[0] <= turn.end + 50 && item[2] !== "partial" && (item[3] || item[4])) found.push({ lane, item, zero });
    }
  }
  return found.sort((a, b) => a.item[0] - b.item[0]);
}

function eventLine({ lane, item, zero }) {
  const [start, , , text = "", detail = ""] = item;
  const line = element("li");
  const words = element("span", text);
  if (detail) words.append(element("em", text ? ` (${detail})` : detail));
  line.append(element("time", signed(start - zero)), element("em", lane.label), words);
  line.addEventListener("click", () => { reveal(start - 1000, start + 3000); hearFrom(start); });
  return line;
}

function describe(lane, item) {
  const [start, length, kind, text = "", detail = ""] = item;
  const when = length ? `${clockText(start)} to ${clockText(start + length)}, ${length} ms` : clockText(start);
  return { head: text || detail || kind, body: text ? detail : "", foot: `${lane.label}, ${when}` };
}

/** Show the words about an item near a place on the stage. */
function showTip(lane, item, x, y) {
  const { head, body, foot } = describe(lane, item);
  const tip = by("tip");
  tip.replaceChildren(element("b", head), element("span", body), element("br"), element("small", foot));
  tip.hidden = false;
  const stage = by("stage").getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 14, stage.width - tip.offsetWidth - 4))}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight < stage.height ? y + 18 : Math.max(0, y - tip.offsetHeight - 12)}px`;
}

const hideTip = () => { by("tip").hidden = true; };
