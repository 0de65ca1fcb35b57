// Which stretch of time is shown. All times are ms since the start of the tracks.

const SHORTEST_MS = 250;
const FIRST_MS = 60000; // what a long conversation shows at first; the overview shows all of it

const view = { from: 0, span: 1, length: Math.max(1000, data.length), changed: () => {} };

function show(from, span) {
  const most = view.length * 1.01;
  view.span = Math.min(most, Math.max(SHORTEST_MS, span));
  view.from = Math.min(most - view.span, Math.max(0, from));
  view.changed();
}

/** factor below 1: closer. The moment `at` stays where it is. */
function zoom(factor, at = view.from + view.span / 2) {
  const share = (at - view.from) / view.span;
  const span = Math.min(view.length * 1.01, Math.max(SHORTEST_MS, view.span * factor));
  show(at - share * span, span);
}

const showAll = () => show(0, Infinity);
const pan = (ms) => show(view.from + ms, view.span);
const isShown = (ms) => ms >= view.from && ms <= view.from + view.span;

/** Bring a stretch into view, with some room around it; nothing moves where it is in view and large enough. */
function reveal(start, end) {
  const span = end - start;
  if (isShown(start) && isShown(end) && span > view.span / 6) return;
  show(start - span * 0.12, span * 1.24);
}

/** Steps of the axis: at least `least` ms apart, and round. */
function axisStep(least) {
  const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000];
  return steps.find((step) => step >= least) ?? 1800000;
}
