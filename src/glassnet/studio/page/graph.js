// The computation graph of one sample: boxes for numbers or arrays, and beside each line the slope that comes back.

import * as api from "./api.js";
import { asItWas } from "./as_it_was.js";
import { el, exact, num, svg } from "./dom.js";
import { chooseSample, changed, store, which } from "./store.js";
import { inWords, t } from "./words.js";

/** @typedef {import("./api.js").Graph} Graph */
/** @typedef {import("./api.js").Box} Box */
/** @typedef {import("./api.js").Amount} Amount */

const [HIGH, ROW, AIR] = [38, 66, 12];
const GAPS = /** @type {Record<string, number>} */ ({ numbers: 92, arrays: 132 }); // between columns
const LETTER = 6.3;

let level = "";
let read = -1;

export async function graph() {
  const found = await asked();
  const line = el("output", { class: "reading", "aria-live": "polite" }, "\u00a0");
  const levels = el(
    "div",
    { class: "with-label", role: "group", "aria-label": t("What a box is") },
    found.levels.map((name) =>
      el(
        "button",
        {
          type: "button",
          class: "small",
          "data-key": `level:${name}`,
          "aria-pressed": String(found.level === name),
          onclick: () => ((level = name), changed("view")),
        },
        t(name === "numbers" ? "each number" : "each array"),
      ),
    ),
  );
  const m = store.state.m_train + store.state.m_test;
  const go = (/** @type {number} */ way) => chooseSample((store.sample + way + m) % m);
  const step = (/** @type {number} */ way, /** @type {string} */ key, /** @type {string} */ label) =>
    el(
      "button",
      { type: "button", class: "small", "data-key": key, "aria-label": label, onclick: () => go(way) },
      way < 0 ? "‹" : "›",
    );
  return el(
    "div",
    { class: "graph" },
    el(
      "div",
      { class: "head" },
      el(
        "p",
        { class: "quiet" },
        t("The loss of sample #, without penalties:", store.sample),
        " ",
        el("b", { class: "value" }, t("values go forward")),
        ", ",
        el("b", { class: "slope" }, t("slopes of the loss come back")),
      ),
      el(
        "div",
        { class: "with-label" },
        asItWas(),
        step(-1, "graph-before", t("The sample before")),
        step(1, "graph-after", t("The next sample")),
        levels,
      ),
    ),
    found.why ? el("p", { class: "quiet" }, inWords(found.why, found.why_zh)) : null,
    el("div", { class: "scroll wide", "data-scroll": "graph" }, picture(found, line)),
    line,
  );
}

/** @returns {Promise<Graph>} */
async function asked() {
  try {
    return await api.graph(store.state.run, which(), level);
  } catch (error) {
    if (!(error instanceof api.Refused) || error.field !== "level") throw error;
    level = ""; // another network than the one that it was chosen for
    return await api.graph(store.state.run, which(), level);
  }
}

/** @param {Graph} found @param {HTMLElement} line */
function picture({ boxes, lines, columns, rows, level: what }, line) {
  const gap = GAPS[what];
  const widths = Array.from({ length: columns }, (_, c) =>
    Math.max(54, ...boxes.filter((box) => box.column === c).map((box) => 16 + LETTER * longest(box))),
  );
  const left = widths.map((_, c) => AIR + widths.slice(0, c).reduce((sum, each) => sum + each + gap, 0));
  const wide = left[columns - 1] + widths[columns - 1] + AIR;
  const high = AIR + (rows - 1) * ROW + HIGH + AIR;
  const top = (/** @type {number} */ row) => AIR + row * ROW;
  const made = svg("svg", {
    class: "nodes",
    viewBox: `0 0 ${wide} ${high}`,
    width: wide,
    height: high,
    role: "group",
    "aria-label": t("Graph of # boxes; arrow keys go along its lines", boxes.length),
  });
  for (const each of lines) {
    const points = each.slots.map(([column, row]) => ({
      x: left[column] + widths[column] / 2,
      y: top(row) + HIGH / 2,
    }));
    points[0].x = left[each.slots[0][0]] + widths[each.slots[0][0]];
    points[points.length - 1].x = left[each.slots[each.slots.length - 1][0]];
    const [from, to] = [points[points.length - 2], points[points.length - 1]];
    const x = (Math.max(from.x, to.x - gap) + to.x) / 2;
    const y = points.length > 2 ? to.y + (from.y - to.y) * 0.12 : (from.y + to.y) / 2;
    made.append(svg("path", { class: "way", d: curve(points) }));
    if (each.slope !== null)
      made.append(svg("text", { class: "slope", x, y: y + 4, "text-anchor": "middle" }, along(each.slope)));
  }
  const nodes = boxes.map((box, k) =>
    node(box, left[box.column], top(box.row), widths[box.column], k === (read < 0 ? boxes.length - 1 : read)),
  );
  nodes.forEach((each, k) => {
    const say = () => ((read = k), (line.textContent = inFull(boxes[k])));
    each.addEventListener("pointerenter", say);
    each.addEventListener("focus", () => {
      say();
      for (const other of nodes) other.setAttribute("tabindex", other === each ? "0" : "-1");
    });
  });
  made.addEventListener("keydown", (event) => {
    const at = nodes.indexOf(/** @type {any} */ (document.activeElement));
    const to = at < 0 ? -1 : next(boxes, lines, at, event.key);
    if (to < 0) return;
    event.preventDefault();
    nodes[to].focus();
  });
  made.append(...nodes);
  return made;
}

/** Where an arrow key leads: along a line, or up and down in a column. @param {Box[]} boxes @param {import("./api.js").Way[]} lines @param {number} at @param {string} key */
function next(boxes, lines, at, key) {
  if (key === "ArrowRight") return lines.find((each) => each.below === at)?.above ?? -1;
  if (key === "ArrowLeft") return lines.find((each) => each.above === at)?.below ?? -1;
  const way = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (!way) return -1;
  const column = boxes.map((box, k) => ({ ...box, k })).filter((box) => box.column === boxes[at].column);
  column.sort((a, b) => a.row - b.row);
  return column[column.findIndex((box) => box.k === at) + way]?.k ?? -1;
}

/** @param {Box} box @param {number} x @param {number} y @param {number} wide @param {boolean} isFirst */
function node(box, x, y, wide, isFirst) {
  const look = box.constant ? "constant" : box.given ? "given" : "";
  const middle = x + wide / 2;
  return svg(
    "g",
    {
      class: `node ${look}`,
      tabindex: isFirst ? "0" : "-1",
      role: "img",
      "aria-label": inFull(box),
      "data-light": box.light || null,
      "data-key": `box:${box.name}`,
    },
    svg("rect", { x, y, width: wide, height: HIGH, rx: 6 }),
    svg("text", { class: "name", x: middle, y: y + 15, "text-anchor": "middle" }, equation(box)),
    svg("text", { class: "value", x: middle, y: y + 30, "text-anchor": "middle" }, amount(box.value)),
  );
}

/** @param {Box} box */
const equation = ({ name, formula }) => (formula ? `${name} = ${formula}` : name).replaceAll("*", "·");
/** @param {Box} box */
const longest = (box) => Math.max(equation(box).length, amount(box.value).length);

/** @param {Amount} value */
const amount = (value) =>
  value !== null && typeof value === "object"
    ? `${value.shape.join(" × ")}: ${num(value.min, 2)} … ${num(value.max, 2)}`
    : num(value, 3);

/** What stands beside a line: a number, or a range. @param {Amount} value */
const along = (value) =>
  value !== null && typeof value === "object" ? `${num(value.min, 2)} … ${num(value.max, 2)}` : num(value, 3);

/** A box with all its digits. @param {Box} box */
function inFull(box) {
  const whole = (/** @type {Amount} */ value) => (typeof value === "number" ? exact(value) : amount(value));
  const slope = box.slope === null ? "" : `, ∂L/∂${box.name} = ${whole(box.slope)}`;
  return `${equation(box)} = ${whole(box.value)}${slope}${box.constant ? `, ${t("given")}` : ""}`;
}

/** @param {{x: number, y: number}[]} points */
function curve(points) {
  return points
    .map(({ x, y }, k) => {
      if (!k) return `M${x} ${y}`;
      const half = (points[k - 1].x + x) / 2;
      return `C${half} ${points[k - 1].y} ${half} ${y} ${x} ${y}`;
    })
    .join("");
}
