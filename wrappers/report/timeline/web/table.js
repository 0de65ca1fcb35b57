// The table of turns, with median and p90 below.

const STAGES = [["turn_decided", "decided"], ["transcript", "words"], ["first_llm_text", "LLM"], ["first_tts_audio", "TTS"]];

function setUpTable() {
  const table = by("turns");
  const head = element("tr");
  for (const [text, style] of [["turn", ""], ["at", ""], ["you", ""], ["agent", ""], ["time to the answer", ""],
    ...STAGES.map(([, text]) => [text, "number"]), ["heard", "number"]]) head.append(element("th", text, style));
  table.tHead.append(head);
  fillRows(false);
  fillFoot(table.tFoot);
  const used = Object.keys(data.parts).filter((key) => data.turns.some((turn) => turn.parts[key]));
  fillLegend(by("legend"), used, (key) => data.parts[key]);
  by("sort").addEventListener("click", () => {
    const slowest = by("sort").getAttribute("aria-pressed") !== "true";
    by("sort").setAttribute("aria-pressed", String(slowest));
    fillRows(slowest);
  });
}

function fillRows(slowestFirst) {
  const slowness = (turn) => turn.marks.first_sound ?? -1;
  const turns = slowestFirst ? [...data.turns].sort((a, b) => slowness(b) - slowness(a)) : data.turns;
  const scale = Math.max(1, ...data.turns.map((turn) => turn.marks.first_sound ?? 0));
  by("turns").tBodies[0].replaceChildren(...turns.map((turn) => rowOf(turn, scale)));
}

function rowOf(turn, scale) {
  const row = element("tr");
  row.turn = turn;
  row.id = `turn-${turn.id}`;
  row.ariaCurrent = turn === selected ? "true" : null;
  const number = element("td");
  const button = element("button", `▶\ufe0e ${turn.id}`);
  button.setAttribute("aria-label", `Play turn ${turn.id}`);
  number.append(button);
  const agent = element("td", turn.agent, "words by-it");
  if (turn.interrupted) agent.append(element("span", "interrupted", "mark"));
  if (!turn.answered) agent.append(element("span", "no answer", "mark"));
  const bars = element("td", "", "bars"), bar = element("div", "", "parts");
  fillParts(bar, turn.parts, scale, false);
  bars.append(bar);
  const total = element("td", turn.marks.first_sound === undefined ? "" : `${turn.marks.first_sound} ms`, "number total");
  row.append(number, element("td", clockText(turn.start)), element("td", turn.user, "words by-you"), agent, bars);
  for (const [key] of STAGES) row.append(element("td", turn.marks[key] ?? "", "number stage"));
  row.append(total);
  row.addEventListener("click", () => goToTurn(turn, true));
  return row;
}

function fillFoot(foot) {
  if (!data.middles.first_sound) return;
  for (const which of ["median", "p90"]) {
    const row = element("tr");
    row.append(element("td", which), element("td"), element("td", "", "words"), element("td", "", "words"), element("td", "", "bars"));
    for (const [key] of STAGES) row.append(element("td", data.middles[key]?.[which] ?? "", "number stage"));
    row.append(element("td", `${data.middles.first_sound[which]} ms`, "number total"));
    foot.append(row);
  }
}

function goToTurn(turn, plays) {
  selectTurn(turn);
  reveal(turn.start, turn.end);
  if (plays) hearFrom(turn.play); else seek(turn.play);
}

/** The turn that is under way, or was last. */
const turnAt = (ms) => data.turns.findLast((turn) => turn.play <= ms) ?? null;

function stepTurn(step) {
  const at = selected ? data.turns.indexOf(selected) : data.turns.indexOf(turnAt(sound.at));
  const turn = data.turns[Math.max(0, Math.min(data.turns.length - 1, at + step))];
  if (turn) goToTurn(turn, false);
}
