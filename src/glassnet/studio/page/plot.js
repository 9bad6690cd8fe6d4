// Curves by iteration on one pair of axes: ticks, lines, names at their ends, and the points nearest to a place.

import { svg } from "./dom.js";

const LEFT = 44;
const [TOP, BOTTOM] = [8, 22];
const APART = 12; // pixels between two names

/**
 * @typedef {{name: string, shown?: string, iterations: number[], values: (number | null)[], color?: string,
 *   dash?: string}} Series a curve; `shown` stands at its end
 * @typedef {{series: Series[], across: (iteration: number) => number, up: (value: number) => number, wide: number,
 *   high: number}} Plotted
 */

/** @param {number | null} value @param {boolean} isLog */
const isDrawn = (value, isLog) => value !== null && Number.isFinite(value) && (!isLog || value > 0);

/**
 * Draw curves into a picture.
 * @param {SVGElement} picture
 * @param {Series[]} series
 * @param {{isLog: boolean, wide: number, high: number, right: number}} options
 * @returns {Plotted}
 */
export function plot(picture, series, { isLog, wide, high, right }) {
  const seen = series.flatMap((each) => each.values.filter((value) => isDrawn(value, isLog)).map(Number));
  const [low, highest] = seen.length ? [Math.min(...seen), Math.max(...seen)] : [0, 1];
  const isShort = series.every((each) => each.iterations.length < 3);
  const ticks = isLog ? decades(low, highest) : plain(Math.max(0, isShort || low < highest / 3 ? 0 : low), highest);
  const [bottom, top] = [ticks[0], ticks[ticks.length - 1]];
  const share = (/** @type {number} */ value) =>
    isLog ? Math.log(value / bottom) / Math.log(top / bottom) : (value - bottom) / (top - bottom || 1);
  const last = Math.max(1, ...series.map((each) => each.iterations.at(-1) ?? 1));
  const across = (/** @type {number} */ iteration) => LEFT + ((wide - LEFT - right) * iteration) / last;
  const up = (/** @type {number} */ value) => TOP + (high - TOP - BOTTOM) * (1 - share(value));
  picture.replaceChildren();
  for (const tick of ticks) {
    picture.append(
      svg("path", { class: "rule", d: `M${LEFT} ${up(tick)}H${wide - right}` }),
      svg("text", { x: LEFT - 6, y: up(tick) + 3.5, "text-anchor": "end" }, short(tick)),
    );
  }
  for (const tick of [0, last])
    picture.append(
      svg("text", { x: across(tick), y: high - 6, "text-anchor": tick ? "end" : "start" }, String(Math.round(tick))),
    );
  /** @type {{each: Series, y: number}[]} */
  const ends = [];
  for (const each of series) {
    const d = lineOf(each, isLog, across, up);
    if (!d) continue;
    const line = svg("path", { class: `line ${each.name}`, d });
    if (each.color) Object.assign(line.style, { stroke: each.color, strokeDasharray: each.dash ?? "none" });
    picture.append(line);
    const end = each.values.filter((value) => isDrawn(value, isLog)).at(-1);
    if (each.shown) ends.push({ each, y: up(Number(end)) });
  }
  spread(ends, high);
  for (const { each, y } of ends) {
    picture.append(svg("text", { class: each.name, x: wide - right + 5, y: y + 3.5 }, each.shown));
  }
  return { series, across, up, wide, high };
}

/** The path of a curve; where a value is missing it begins anew. @param {Series} each @param {boolean} isLog @param {(iteration: number) => number} across @param {(value: number) => number} up */
function lineOf({ iterations, values }, isLog, across, up) {
  let d = "";
  let isPen = false;
  values.forEach((value, k) => {
    if (!isDrawn(value, isLog)) return void (isPen = false);
    d += `${isPen ? "L" : "M"}${across(iterations[k]).toFixed(1)} ${up(Number(value)).toFixed(1)}`;
    isPen = true;
  });
  return d;
}

/** Move names apart, down from the highest, then up again where they would leave the picture. @param {{y: number}[]} ends @param {number} high */
function spread(ends, high) {
  ends.sort((a, b) => a.y - b.y);
  ends.forEach((end, k) => (end.y = Math.max(end.y, k ? ends[k - 1].y + APART : TOP)));
  for (let k = ends.length - 1; k >= 0; k--)
    ends[k].y = Math.min(ends[k].y, k + 1 < ends.length ? ends[k + 1].y - APART : high - BOTTOM);
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

/** The places of all points, in their order, each once. @param {Plotted} plotted @returns {number[]} */
export const places = ({ series }) => [...new Set(series.flatMap((each) => each.iterations))].sort((a, b) => a - b);

/** The iteration of a point that is nearest to a pixel of the picture. @param {Plotted} plotted @param {number} x */
export function nearest(plotted, x) {
  const distance = (/** @type {number} */ iteration) => Math.abs(plotted.across(iteration) - x);
  return places(plotted).reduce((best, each) => (distance(each) < distance(best) ? each : best), 0);
}

/** Mark the points at an iteration, and return their values by the names of the curves. @param {SVGElement} picture @param {Plotted} plotted @param {number} iteration @returns {Record<string, number | null>} */
export function mark(picture, { series, across, up, high }, iteration) {
  picture.querySelector(".marked")?.remove();
  const x = across(iteration);
  const group = svg("g", { class: "marked" }, svg("path", { class: "rule", d: `M${x} ${TOP}V${high - BOTTOM}` }));
  /** @type {Record<string, number | null>} */
  const values = {};
  for (const { name, iterations, values: of, color } of series) {
    const k = iterations.indexOf(iteration);
    values[name] = k < 0 ? null : of[k];
    const y = k < 0 || of[k] === null ? NaN : up(Number(of[k]));
    if (!Number.isFinite(y)) continue;
    const dot = svg("circle", { class: name, cx: x, cy: y, r: 3 });
    if (color) dot.style.fill = color;
    group.append(dot);
  }
  picture.append(group);
  return values;
}

/** @param {SVGElement} picture */
export const unmark = (picture) => picture.querySelector(".marked")?.remove();
