// The cost over the iterations, of training and test samples, on a plain or a logarithmic scale.

import { el, num, onceAFrame, svg } from "./dom.js";
import { on, store } from "./store.js";
import { hideTip, showTip } from "./tip.js";
import { t } from "./words.js";

const [WIDTH, HEIGHT] = [320, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 46, 8, 22];

let isLog = false;
/** @type {(iteration: number) => number} */
let across = () => 0;

/** @param {HTMLElement} root */
export function start(root) {
  const picture = svg("svg", { class: "curves", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", tabindex: "-1" });
  const button = el("button", {
    type: "button",
    class: "small",
    id: "log",
    "aria-pressed": "false",
    onclick: () => ((isLog = !isLog), button.setAttribute("aria-pressed", String(isLog)), show()),
  });
  const title = el("h2");
  root.append(el("div", { class: "head" }, title, button), picture);
  const show = onceAFrame(() => store.state && draw(picture));
  on("frame", show);
  const label = () => {
    title.textContent = t("Cost");
    button.textContent = t("log scale");
    show();
  };
  on("look", label);
  label();
  picture.addEventListener("pointermove", (event) => point(picture, /** @type {PointerEvent} */ (event)));
  picture.addEventListener("pointerleave", hideTip);
}

/** @param {SVGElement} picture */
function draw(picture) {
  const { iterations, train, test } = store.state.costs;
  const seen = [...train, ...test]
    .filter((each) => each !== null && Number.isFinite(each) && (!isLog || each > 0))
    .map(Number);
  const [low, high] = seen.length ? [Math.min(...seen), Math.max(...seen)] : [0, 1];
  const ticks = isLog
    ? decades(low, high)
    : plain(Math.max(0, iterations.length < 3 || low < high / 3 ? 0 : low), high);
  const [bottom, top] = [ticks[0], ticks[ticks.length - 1]];
  const scale = (/** @type {number} */ value) =>
    isLog ? Math.log(value / bottom) / Math.log(top / bottom) : (value - bottom) / (top - bottom || 1);
  const last = Math.max(1, iterations.at(-1) ?? 1);
  across = (iteration) => LEFT + ((WIDTH - LEFT - RIGHT) * iteration) / last;
  const up = (/** @type {number} */ value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - scale(value));
  picture.replaceChildren();
  picture.setAttribute(
    "aria-label",
    t("Cost by iteration: training {train}, test {test}", { train: num(train.at(-1)), test: num(test.at(-1)) }),
  );
  for (const tick of ticks) {
    picture.append(
      svg("path", { class: "rule", d: `M${LEFT} ${up(tick)}H${WIDTH - RIGHT}` }),
      svg("text", { x: LEFT - 6, y: up(tick) + 3.5, "text-anchor": "end" }, short(tick)),
    );
  }
  for (const tick of [0, last])
    picture.append(
      svg("text", { x: across(tick), y: HEIGHT - 6, "text-anchor": tick ? "end" : "start" }, String(tick)),
    );
  const ends = [];
  for (const [name, values, shown] of /** @type {[string, (number | null)[], string][]} */ ([
    ["test", test, t("test")],
    ["train", train, t("training")],
  ])) {
    const d = values
      .map((value, k) =>
        value === null || !Number.isFinite(value) || (isLog && value <= 0)
          ? ""
          : `${across(iterations[k]).toFixed(1)} ${up(value).toFixed(1)}`,
      )
      .filter(Boolean)
      .join("L");
    if (!d) continue;
    picture.append(svg("path", { class: `line ${name}`, d: `M${d}` }));
    const end = values.filter((each) => each !== null).at(-1);
    if (end !== undefined) ends.push({ name, shown, y: up(Number(end)) });
  }
  if (ends.length === 2 && Math.abs(ends[0].y - ends[1].y) < 12) {
    const middle = Math.max(TOP + 8, Math.min(HEIGHT - BOTTOM - 6, (ends[0].y + ends[1].y) / 2));
    const [above, below] = ends[0].y < ends[1].y ? ends : [ends[1], ends[0]];
    [above.y, below.y] = [middle - 6, middle + 6];
  }
  for (const { name, shown, y } of ends)
    picture.append(svg("text", { class: name, x: WIDTH - RIGHT + 5, y: y + 3.5 }, shown));
}

/** @param {number} low @param {number} high */
function decades(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.max(first + 1, Math.ceil(Math.log10(high)));
  const step = Math.ceil((last - first) / 4);
  return Array.from({ length: Math.ceil((last - first) / step) + 1 }, (_, k) => 10 ** (first + k * step));
}

/** @param {number} low @param {number} high */
function plain(low, high) {
  const rough = (high - low || Math.abs(high) || 1) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

/** @param {number} value */
const short = (value) =>
  (value !== 0 && (value < 1e-3 || value >= 1e5)
    ? value.toExponential(0)
    : String(Number(value.toPrecision(3)))
  ).replace("-", "−");

/** @param {SVGElement} picture @param {PointerEvent} event */
function point(picture, event) {
  const { iterations, train, test } = store.state.costs;
  const box = picture.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * WIDTH;
  let nearest = 0;
  iterations.forEach(
    (iteration, k) => Math.abs(across(iteration) - x) < Math.abs(across(iterations[nearest]) - x) && (nearest = k),
  );
  if (iterations.length)
    showTip(
      event,
      t("iteration #: training {train}, test {test}", iterations[nearest], {
        train: num(train[nearest]),
        test: num(test[nearest]),
      }),
    );
}
