// The answers over the plane of two features, and the samples on it.

import * as api from "./api.js";
import { css, diverging, ink, isDark, ofClass, outline, paint, paleClass, panel, reach } from "./colors.js";
import { el, num, onceAFrame, sharp } from "./dom.js";
import { view } from "./drawing.js";
import { choice } from "./fields.js";
import { named } from "./named.js";
import { lately } from "./run.js";
import { changed, chooseSample, on, select, store } from "./store.js";
import { hideTip, showTip } from "./tip.js";
import { t } from "./words.js";

const SIDE = 60; // pixels of the surface, each the answer for one point

/** @type {HTMLCanvasElement} */
let surface;
/** @type {HTMLCanvasElement} */
let dots;
/** @type {HTMLElement} */
let key;
let side = 300;

export const refresh = lately(async () => {
  const { state, axes } = store;
  if (!state) return;
  const first = view.nodes.slice(1).map((layer) => Math.min(...layer.keys()));
  const found = await api.plane(state.run, axes[0], axes[1], SIDE, first);
  if (state.run !== store.state.run) return;
  store.plane = found;
  changed("plane");
}, 100);

/** @param {HTMLElement} root */
export function start(root) {
  surface = el("canvas", { class: "surface", "aria-hidden": "true" });
  dots = el("canvas", { class: "dots", role: "img" });
  key = el("p", { class: "key" });
  const box = el("div", { class: "plane" }, surface, dots);
  const title = el("h2");
  const axes = el("div", { class: "axes" });
  root.append(el("div", { class: "head" }, title, axes), box, key);
  const show = onceAFrame(draw);
  const relabel = () => {
    title.textContent = t("Answers");
    if (store.state) (chooseAxes(axes), show());
  };
  on("look", relabel);
  on("run", relabel);
  on("plane", show);
  on("sample", show);
  new ResizeObserver(() => ((side = Math.min(330, root.clientWidth)), show())).observe(root);
  dots.addEventListener("pointermove", (event) => {
    const found = pointAt(event);
    dots.style.cursor = found ? "pointer" : "default";
    if (!found) return hideTip();
    showTip(
      event,
      `${found.wrong ? `${t("wrong")}: ` : ""}${nameOf(found.label)} (${num(found.x, 3)}, ${num(found.y, 3)})${found.test ? ` ${t("test")}` : ""}`,
    );
  });
  dots.addEventListener("pointerleave", hideTip);
  dots.addEventListener("click", (event) => {
    const found = pointAt(event);
    if (!found) return;
    chooseSample(indexOf(found));
    if (store.selection.kind !== "unit") select({ kind: "sample" });
  });
}

/** @param {HTMLElement} axes */
function chooseAxes(axes) {
  const { features } = store.state;
  axes.replaceChildren();
  if (features.length <= 2 || features.length > 1000) return;
  const rows = features.map((label, k) => ({ name: String(k), label: named(label) }));
  for (const k of [0, 1]) {
    if (k) axes.append("×");
    axes.append(
      choice(
        rows,
        String(store.axes[k]),
        { id: `axis-${k}`, "aria-label": t(k ? "Feature upwards" : "Feature across") },
        (value) => {
          store.axes = /** @type {[number, number]} */ (
            k ? [store.axes[0], Number(value)] : [Number(value), store.axes[1]]
          );
          refresh();
        },
      ),
    );
  }
}

/** @param {any} label */
const classOf = (label) => (typeof label === "number" ? label : (store.state.classes ?? []).indexOf(label));
/** @param {any} label */
const nameOf = (label) => (store.state.classes ? named(store.state.classes[classOf(label)] ?? label) : num(label));
/** @param {import("./api.js").Point} point */
const indexOf = (point) => point.i ?? store.plane?.points.indexOf(point) ?? 0;

/** How a value of the surface, or the label of a sample, is coloured. */
function coloring() {
  const { state, plane } = store;
  const { classes } = state;
  if (plane?.kind === "class")
    return { surface: (/** @type {number} */ v) => paleClass(v), point: (/** @type {any} */ v) => ofClass(classOf(v)) };
  if (classes)
    return {
      surface: (/** @type {number} */ v) => diverging((isDark() ? 0.5 : 0.75) * (2 * v - 1)),
      point: (/** @type {any} */ v) => ofClass(classOf(v)),
    };
  const values = /** @type {import("./api.js").Plane} */ (plane).points.map((each) => Number(each.label));
  const middle = values.length ? (Math.min(...values) + Math.max(...values)) / 2 : 0;
  const scale = reach(values, middle);
  const color = (/** @type {any} */ v) => diverging((Number(v) - middle) / scale);
  return { surface: color, point: color };
}

function draw() {
  const { plane, state } = store;
  surface.parentElement?.classList.toggle("empty", !plane);
  if (!plane || !state) return;
  const color = coloring();
  const { values } = plane;
  paint(surface, plane.x.length, plane.y.length, (k) => color.surface(values[k]), true);
  surface.style.width = surface.style.height = `${side}px`;
  const context = sharp(dots, side, side);
  context.clearRect(0, 0, side, side);
  const shown =
    plane.points.length > 1200
      ? plane.points.filter((_, k) => k % Math.ceil(plane.points.length / 1200) === 0)
      : plane.points;
  const r = shown.length > 500 ? 2.6 : shown.length > 150 ? 3.4 : 4.6;
  let wrong = 0;
  for (const point of shown) {
    const [x, y] = at(point);
    outline(context, state.classes ? classOf(point.label) : 0, x, y, r);
    context.fillStyle = point.test ? css(panel()) : css(color.point(point.label));
    context.fill();
    context.lineWidth = point.test ? 1.6 : 1;
    context.strokeStyle = point.test ? css(color.point(point.label)) : css(panel(), 0.9);
    context.stroke();
    if (point.wrong) {
      wrong += 1;
      context.beginPath();
      context.arc(x, y, r + 3, 0, 7);
      context.lineWidth = 1.4;
      context.strokeStyle = css(ink());
      context.stroke();
    }
    if (indexOf(point) === store.sample) mark(context, x, y, r + 6);
  }
  dots.setAttribute(
    "aria-label",
    t("Answers over {x} and {y}; # samples, # of them wrong", shown.length, wrong, {
      x: named(state.features[store.axes[0]]),
      y: named(state.features[store.axes[1]] ?? ""),
    }),
  );
  writeKey(wrong > 0);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function mark(context, x, y, r) {
  for (const [color, wide] of /** @type {[string, number][]} */ ([
    [css(panel()), 4],
    [css(ink()), 2],
  ])) {
    context.beginPath();
    context.arc(x, y, r, 0, 7);
    context.lineWidth = wide;
    context.strokeStyle = color;
    context.stroke();
  }
}

/** @param {import("./api.js").Point} point @returns {[number, number]} */
function at(point) {
  const { x, y } = /** @type {import("./api.js").Plane} */ (store.plane);
  const [left, right, low, high] = [x[0], x[x.length - 1], y[0], y[y.length - 1]];
  return [((point.x - left) / (right - left || 1)) * side, (1 - (point.y - low) / (high - low || 1)) * side];
}

/** @param {MouseEvent} event */
function pointAt(event) {
  const box = dots.getBoundingClientRect();
  let best = null;
  let nearest = 10;
  for (const point of store.plane?.points ?? []) {
    const [x, y] = at(point);
    const distance = Math.hypot(x - event.clientX + box.left, y - event.clientY + box.top);
    if (distance < nearest) [nearest, best] = [distance, point];
  }
  return best;
}

/** @param {boolean} anyWrong */
function writeKey(anyWrong) {
  const { classes } = store.state;
  const rows = (classes ?? []).slice(0, 10).map((name, k) => sign(named(name), k, false, false));
  if (store.state.m_test) rows.push(sign(t("test"), 0, true, false));
  if (anyWrong) rows.push(sign(t("wrong"), 0, true, true));
  const text = rows.map((each) => each.textContent).join();
  if (key.dataset.shown === text + document.documentElement.dataset.theme) return;
  key.dataset.shown = text + document.documentElement.dataset.theme;
  key.replaceChildren(...rows);
}

/** @param {string} name @param {number} k @param {boolean} hollow @param {boolean} ringed */
function sign(name, k, hollow, ringed) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const context = sharp(canvas, 16, 16);
  outline(context, k, 8, 8, 4.2);
  context.fillStyle = css(ofClass(k));
  context.strokeStyle = css(ink());
  if (!hollow) context.fill();
  else if (!ringed) context.stroke();
  else {
    context.beginPath();
    context.arc(8, 8, 6.4, 0, 7);
    context.lineWidth = 1.4;
    context.stroke();
  }
  return el("span", {}, canvas, String(name));
}
