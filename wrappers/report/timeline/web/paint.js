// Draws the lanes. Knows what is where; nothing here reacts to anything.

const ROOM = { ruler: 24, wave: 50, latency: 26, gap: 5, label: 100, caption: 14 };
const HEIGHTS = { state: 14, words: 40, llm: 28, tts: 26, echo: 14 };
const USUAL_HEIGHT = 22;
/** Lanes whose words are only a name: half a name says nothing. */
const SHORT_WORDS = new Set(["state", "speech", "echo"]);
const FONT = "12px system-ui, -apple-system, sans-serif";

/** Kind of an item -> [background, text, thin line]: pale backgrounds are lost on lines, which have the text's colour. */
const KINDS = {
  listening: ["band", "soft"], waiting: ["band", "soft"], hearing: ["user-soft", "user"], deciding: ["quiet", "quiet-ink"],
  thinking: ["warn-soft", "warn"], speaking: ["agent-soft", "agent"],
  speech: ["user", "card", "user"], tail: ["user-soft", "user"], final: ["user-soft", "ink", "user"], partial: ["card", "soft"],
  finished: ["agent-soft", "agent"], unfinished: ["warn-soft", "warn"], wait: ["quiet", "quiet-ink"],
  answer: ["warn-soft", "ink", "warn"], dropped: ["quiet", "quiet-ink"], failed: ["bad-soft", "bad"], tool: ["quiet", "ink"],
  piece: ["agent-soft", "ink", "agent"], unmade: ["quiet", "bad"],
  heard: ["agent", "card", "agent"], cut: ["bad-soft", "bad"], unheard: ["quiet", "bad"],
  stopped: ["bad-soft", "bad"], "went on": ["warn-soft", "warn"], ended: ["quiet", "quiet-ink"],
  open: ["band", "soft"], closed: ["quiet", "quiet-ink"], cancelled: ["agent-soft", "agent"], learning: ["warn-soft", "warn"],
  error: ["bad-soft", "bad"], warning: ["warn-soft", "warn"],
};
const USUAL_KIND = ["quiet", "quiet-ink"];

let colors = {};
function readColors() {
  const names = new Set(["card", "line", "band", "pick", "soft", "ink", "user", "agent", "user-soft", "agent-soft", "accent"]);
  for (const pair of [...Object.values(KINDS), USUAL_KIND, Object.keys(data.parts)]) pair.forEach((name) => names.add(name));
  colors = Object.fromEntries([...names].map((name) => [name, color(name)]));
}

for (const lane of data.lanes) {
  let tick = 0;
  lane.ticks = lane.ticks.map((distance) => tick += distance);
  lane.longest = Math.max(0, ...lane.items.map((item) => item[1]));
}

/** Where everything is: rows with top and height, for this width. */
function layOut(width) {
  const isNarrow = width < 640;
  const left = isNarrow ? 0 : ROOM.label;
  const above = isNarrow ? ROOM.caption : 0;
  const rows = [];
  let top = ROOM.ruler;
  const add = (kind, label, height, more) => {
    rows.push({ kind, label, top: top + above, height, ...more });
    top += above + height + ROOM.gap;
  };
  for (const wave of data.waves) add("wave", wave.label, ROOM.wave, { wave });
  if (data.turns.some((turn) => Object.keys(turn.parts).length)) add("latency", "answer time", ROOM.latency, {});
  for (const lane of data.lanes) add("lane", lane.label, HEIGHTS[lane.id] ?? USUAL_HEIGHT, { lane, isWhole: SHORT_WORDS.has(lane.id) });
  return { left, width, isNarrow, rows, height: top + 2 };
}

const xOf = (plan, ms) => plan.left + (ms - view.from) / view.span * (plan.width - plan.left);
const msOf = (plan, x) => view.from + (x - plan.left) / (plan.width - plan.left) * view.span;

/** Index of the first of `items` that can reach to `ms`. */
function firstIndex(items, ms, startOf) {
  let low = 0, high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle]) < ms) low = middle + 1; else high = middle;
  }
  return low;
}

/** The items of a lane that are in view. */
function* itemsInView(lane) {
  const until = view.from + view.span;
  for (let i = firstIndex(lane.items, view.from - lane.longest, (item) => item[0]); i < lane.items.length; i++) {
    const item = lane.items[i];
    if (item[0] > until) return;
    if (item[0] + item[1] >= view.from) yield item;
  }
}

/** Top and height of an item: what was recognised has two rows. */
function boxOf(row, item) {
  if (row.lane.id === "words") return item[2] === "partial" ? [row.top + 22, 18] : [row.top, 20];
  if (row.lane.ticks.length) return [row.top, row.height - 7];
  return [row.top, row.height];
}

/** As much of a text as there is room for; isWhole: all of it or nothing. */
function fitText(pen, text, room, isWhole = false) {
  if (pen.measureText(text).width <= room) return text;
  if (isWhole) return "";
  let low = 0, high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(text.slice(0, middle) + "…").width <= room) low = middle; else high = middle - 1;
  }
  return low ? text.slice(0, low) + "…" : "";
}

/** The item after this one that shares its row: words end there. */
function nextInRow(items, index) {
  const isPartial = items[index][2] === "partial";
  for (let i = index + 1; i < items.length; i++) if ((items[i][2] === "partial") === isPartial) return items[i];
  return null;
}

function paintLane(pen, plan, row) {
  let lastX = -9, lastKind = "";
  const items = [...itemsInView(row.lane)];
  items.forEach((item, index) => {
    const [start, length, kind, text = ""] = item;
    const [ground, ink, line = ink] = KINDS[kind] ?? USUAL_KIND;
    const x = Math.max(plan.left, xOf(plan, start)), end = Math.min(plan.width, xOf(plan, start + length));
    const [top, height] = boxOf(row, item);
    if (end - x < 1.5 && x - lastX < 1 && kind === lastKind) return;
    lastX = x; lastKind = kind;
    if (length === 0) {
      pen.fillStyle = colors[ink];
      pen.fillRect(x, top, 1.5, height);
    } else {
      pen.fillStyle = colors[end - x < 4 && !row.isWhole ? line : ground];
      pen.beginPath();
      pen.roundRect(x, top, Math.max(1.5, end - x - 0.5), height, Math.min(4, (end - x) / 2));
      pen.fill();
    }
    if (!text) return;
    const next = nextInRow(items, index);
    const inside = end - x - 8, outside = (next ? xOf(plan, next[0]) : plan.width) - end - 8;
    const middle = top + height / 2 + 0.5;
    if (inside > 14 && (inside > outside || pen.measureText(text).width <= inside)) {
      pen.fillStyle = colors[ink];
      pen.fillText(fitText(pen, text, inside, row.isWhole), x + 4, middle);
    } else if (outside > 14) {
      pen.fillStyle = colors[length === 0 ? ink : "soft"];
      pen.fillText(fitText(pen, text, outside, row.isWhole), end + 4, middle);
    }
  });
  pen.fillStyle = colors.soft;
  const until = view.from + view.span;
  const ticks = row.lane.ticks;
  for (let i = firstIndex(ticks, view.from, (tick) => tick), last = -9; i < ticks.length && ticks[i] <= until; i++) {
    const x = xOf(plan, ticks[i]);
    if (x - last < 2) continue;
    pen.fillRect(x, row.top + row.height - 5, 1.2, 5);
    last = x;
  }
}

/** What the time between the question and the answer went on, where it went on. */
function paintLatency(pen, plan, row) {
  const latest = Math.max(...data.turns.map((turn) => turn.marks.first_sound ?? 0));
  const isFar = xOf(plan, latest) - xOf(plan, 0) < 20; // too far away for parts: the height tells how long it took
  for (const turn of data.turns) {
    const sound = turn.marks.first_sound;
    if (sound === undefined || turn.speech_end + sound < view.from || turn.speech_end > view.from + view.span) continue;
    if (isFar) {
      const height = Math.max(2, sound / latest * row.height);
      pen.fillStyle = colors[Object.entries(turn.parts).sort((a, b) => b[1] - a[1])[0][0]];
      pen.fillRect(xOf(plan, turn.speech_end), row.top + row.height - height, 3, height);
      continue;
    }
    let at = turn.speech_end;
    for (const [key, ms] of Object.entries(turn.parts)) {
      const x = Math.max(plan.left, xOf(plan, at));
      const end = Math.max(x, xOf(plan, at + ms));
      pen.fillStyle = colors[key];
      pen.fillRect(x, row.top + 1, Math.max(1, end - x), 11);
      at += ms;
    }
    const x = Math.max(plan.left, xOf(plan, turn.speech_end));
    const following = data.turns[data.turns.indexOf(turn) + 1];
    const room = (following ? xOf(plan, following.speech_end ?? following.start) : plan.width) - x - 8;
    const text = `${sound} ms`;
    if (pen.measureText(text).width > room) continue;
    pen.fillStyle = colors.ink;
    pen.fillText(text, x, row.top + 20);
  }
}

function paintGround(pen, plan, selected) {
  data.turns.forEach((turn, index) => {
    const x = Math.max(plan.left, xOf(plan, turn.start)), end = Math.min(plan.width, xOf(plan, turn.end));
    if (end < plan.left || x > plan.width) return;
    const isSelected = turn === selected;
    if (isSelected || index % 2 === 0) {
      pen.fillStyle = colors[isSelected ? "pick" : "band"];
      pen.fillRect(x, ROOM.ruler, Math.max(1, end - x), plan.height - ROOM.ruler);
    }
  });
  const step = axisStep(view.span * 80 / (plan.width - plan.left));
  for (let ms = Math.ceil(view.from / step) * step; ms <= view.from + view.span; ms += step) {
    const x = xOf(plan, ms);
    pen.fillStyle = colors.line;
    pen.fillRect(Math.round(x), 16, 1, plan.height - 16);
    pen.fillStyle = colors.soft;
    const text = axisText(ms, step);
    if (x + pen.measureText(text).width + 4 < plan.width) pen.fillText(text, x + 3, 9);
  }
}

function paintLabels(pen, plan) {
  pen.fillStyle = colors.soft;
  for (const row of plan.rows) {
    const y = plan.isNarrow ? row.top - 7 : row.top + Math.min(row.height, 28) / 2;
    pen.fillText(plan.isNarrow ? row.label : fitText(pen, row.label, plan.left - 8), plan.isNarrow ? 2 : 0, y);
  }
}
