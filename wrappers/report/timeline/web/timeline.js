// The timeline under the pointer: paints, moves, zooms, and plays from where it was clicked.

const lanes = by("lanes"), overview = by("overview");
const DRAG_PX = 4;
let plan = null;
let painting = false;

function penOf(canvas, width, height) {
  const density = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = FONT;
  pen.textBaseline = "middle";
  return pen;
}

function paint() {
  painting = false;
  const width = by("stage").clientWidth;
  plan = layOut(width);
  lanes.style.height = `${plan.height}px`;
  const pen = penOf(lanes, width, plan.height);
  paintGround(pen, plan, selected);
  pen.save();
  pen.beginPath();
  pen.rect(plan.left, 0, width - plan.left, plan.height);
  pen.clip();
  for (const row of plan.rows) {
    const ink = colors[row.wave?.id === "speaker" ? "agent" : "user"];
    if (row.wave) paintWave(pen, row.wave, ink, plan.left, width, row.top, row.height, view.from, view.span);
    else if (row.lane) paintLane(pen, plan, row);
    else paintLatency(pen, plan, row);
  }
  const x = xOf(plan, sound.at);
  pen.fillStyle = colors.accent;
  pen.fillRect(x - 0.75, 0, 1.5, plan.height);
  pen.beginPath();
  pen.moveTo(x - 5, 0); pen.lineTo(x + 5, 0); pen.lineTo(x, 7);
  pen.fill();
  pen.restore();
  paintLabels(pen, plan);
  paintOverview(width);
  lanes.setAttribute("aria-label", `Timeline from ${clockText(view.from)} to ${clockText(view.from + view.span)}`);
}

function paintOverview(width) {
  const pen = penOf(overview, width, 34);
  const xAt = (ms) => ms / (view.length * 1.01) * width;
  for (const wave of data.waves) {
    if (wave.id === "clean_microphone") continue;
    const isAgent = wave.id === "speaker";
    paintWave(pen, wave, colors[isAgent ? "agent" : "user"], 0, width, isAgent ? 18 : 2, 14, 0, view.length * 1.01);
  }
  for (const turn of data.turns) {
    if (turn.interrupted || !turn.answered) {
      pen.fillStyle = colors.bad;
      pen.fillRect(xAt(turn.end) - 1, 0, 2.5, 34);
    }
  }
  pen.fillStyle = colors.accent;
  pen.globalAlpha = 0.14;
  pen.fillRect(xAt(view.from), 0, Math.max(3, xAt(view.span)), 34);
  pen.globalAlpha = 1;
  pen.strokeStyle = colors.accent;
  pen.strokeRect(xAt(view.from) + 0.5, 0.5, Math.max(2, xAt(view.span) - 1), 33);
  pen.fillRect(xAt(sound.at) - 0.75, 0, 1.5, 34);
}

function repaint() {
  if (!painting) requestAnimationFrame(paint);
  painting = true;
}

/** The item under a place, and the lane that it is in. */
function itemAt(x, y) {
  const row = plan.rows.find((each) => each.lane && y >= each.top && y <= each.top + each.height);
  if (!row || x < plan.left) return null;
  let best = null, nearest = 6;
  for (const item of itemsInView(row.lane)) {
    const [top, height] = boxOf(row, item);
    if (y < top || y > top + height) continue;
    const start = xOf(plan, item[0]), end = xOf(plan, item[0] + item[1]);
    const distance = Math.max(0, start - x, x - end);
    if (distance <= nearest) { best = { lane: row.lane, item }; nearest = distance; }
  }
  return best;
}

function setUpTimeline() {
  const pointers = new Map();
  let moved = 0, pinch = 0;
  const place = (event) => { const box = lanes.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const distance = () => { const [a, b] = [...pointers.values()]; return Math.max(20, Math.abs(a - b)); };

  lanes.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    lanes.setPointerCapture(event.pointerId);
    if (pointers.size === 1) moved = 0; else pinch = distance();
  });
  lanes.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      const found = itemAt(x, y);
      if (found) showTip(found.lane, found.item, x, y); else hideTip();
      return;
    }
    pointers.set(event.pointerId, event.clientX);
    if (pointers.size === 2) {
      const now = distance();
      zoom(pinch / now, msOf(plan, x));
      pinch = now;
      moved = Infinity;
      return;
    }
    moved += Math.abs(event.clientX - before);
    if (moved > DRAG_PX) { hideTip(); pan((before - event.clientX) / (plan.width - plan.left) * view.span); }
  });
  const lift = (event) => {
    const wasDown = pointers.delete(event.pointerId);
    if (!wasDown || event.type !== "pointerup" || pointers.size || moved > DRAG_PX) return;
    const [x, y] = place(event);
    if (x < plan.left) return;
    const found = itemAt(x, y);
    if (found) showTip(found.lane, found.item, x, y);
    selectTurn(turnAt(msOf(plan, x)));
    hearFrom(msOf(plan, x));
  };
  lanes.addEventListener("pointerup", lift);
  lanes.addEventListener("pointercancel", lift);
  lanes.addEventListener("pointerleave", hideTip);
  lanes.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.004), msOf(plan, place(event)[0]));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan(event.deltaX / (plan.width - plan.left) * view.span);
    }
  }, { passive: false });

  const jump = (event) => {
    const box = overview.getBoundingClientRect();
    show((event.clientX - box.left) / box.width * view.length * 1.01 - view.span / 2, view.span);
  };
  overview.addEventListener("pointerdown", (event) => { overview.setPointerCapture(event.pointerId); jump(event); });
  overview.addEventListener("pointermove", (event) => { if (event.buttons) jump(event); });
}
