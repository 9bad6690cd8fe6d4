// The network drawn: each unit's map over the plane, edges coloured by weight, the numbers of a sample, pulses.

import { css, diverging, ink, paint, reach, signed } from "./colors.js";
import { num, sharp } from "./dom.js";
import { paintPicture } from "./pictures.js";
import { drawWeights, picture, see } from "./weights.js";
import { store } from "./store.js";

export const HEAD = 86; // pixels above the units
export const AREA = 344; // for the units of a layer
export const FOOT = 26;
export const PICTURE = 120; // side of a picture in place of its pixels

/** @typedef {{x: number, y: number, size: number, element: HTMLElement, canvas: HTMLCanvasElement, value: HTMLElement | null}} Node */

/** What is drawn on: made by `net.js`. */
export const view = {
  net: /** @type {HTMLElement} */ (/** @type {unknown} */ (null)),
  edges: /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (null)),
  pulses: /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (null)),
  /** @type {Map<number, Node>[]} by layer, then unit */
  nodes: [],
  /** @type {import("./api.js").Sample | null} */
  sample: null,
};

/** Show the numbers of a sample beside its units. @param {import("./api.js").Sample} shown */
export function showSample(shown) {
  view.sample = shown;
  writeValues();
}

export function drawMaps() {
  const { state, plane } = store;
  if (!state) return;
  const pixels = picture();
  if (pixels && view.nodes[1]?.size) see(Math.min(...view.nodes[1].keys()), view.nodes[1].size);
  view.nodes.forEach((layer, l) => {
    if (l === 0 && pixels) {
      drawPixels();
      return;
    }
    for (const [unit, { canvas, size, element }] of layer) {
      const map = l === 0 ? null : mapOf(l, unit);
      const isPicture = l === 1 && pixels !== null && drawWeights(canvas, unit);
      if (isPicture) canvas.style.imageRendering = "pixelated";
      else if (map) drawMap(canvas, map, state.layers[l - 1].activation);
      else if (l === 0 && plane && state.sizes[0] > 0 && store.axes.includes(unit))
        ramp(canvas, unit === store.axes[1]);
      else paint(canvas, 1, 1, () => diverging(l === 0 ? 0 : 0.12));
      canvas.style.width = canvas.style.height = `${size}px`;
      element.classList.toggle("mapped", Boolean(map));
    }
  });
}

/** What a unit gives over the plane; null where that is not known. @param {number} l @param {number} unit */
function mapOf(l, unit) {
  const { plane, state } = store;
  const seen = plane?.units[l - 1];
  return (
    seen?.A[unit - seen.first] ?? (l === state.layers.length && plane?.kind !== "class" ? plane?.values : null) ?? null
  );
}

/** @param {HTMLCanvasElement} canvas @param {import("./api.js").Numbers} map @param {string} activation */
function drawMap(canvas, map, activation) {
  const side = Math.round(Math.sqrt(map.length));
  const middle = /^(sigmoid|softmax)/.test(activation) ? 0.5 : 0;
  const scale = middle ? 0.5 : reach(map);
  paint(canvas, side, side, (k) => diverging((map[k] - middle) / scale), true);
}

/** @param {HTMLCanvasElement} canvas @param {boolean} upright */
function ramp(canvas, upright) {
  paint(canvas, 16, 16, (k) => diverging(((upright ? Math.floor(k / 16) : k % 16) - 7.5) / 8), true);
}

function drawPixels() {
  const canvas = view.nodes[0].get(0)?.canvas;
  if (!canvas) return;
  if (view.sample?.picture) paintPicture(canvas, view.sample.picture);
  canvas.style.width = canvas.style.height = `${PICTURE}px`;
}

export function writeValues() {
  if (!view.sample || !store.state) return;
  const arrays = new Map(view.sample.arrays.map((each) => [each.name, each.values]));
  view.nodes.forEach((layer, l) => {
    const A = l === 0 ? (arrays.get("X") ?? arrays.get("A0")) : arrays.get(`A${l}`);
    for (const [unit, { value }] of layer) if (value) value.textContent = A?.[unit] ? num(A[unit][0], 2) : "";
  });
  if (picture()) drawPixels();
}

/** Which edges stand out: those that are lit, else those of the part of a step, else those of the chosen edge. */
function emphasis() {
  const { light, state, selection } = store;
  if ([...light].some((each) => /^(w:|m:d?W)/.test(each))) return (/** @type {number} */ l, /** @type {number} */ j, /** @type {number} */ i) =>
      light.has(`w:${l}:${j}:${i}`) || light.has(`w:${l}:${j}`) || light.has(`m:W${l}`) || light.has(`m:dW${l}`); // prettier-ignore
  if (state.part && state.part.pass !== "cost") {
    const { pass, layer } = state.part;
    return (/** @type {number} */ l) => pass === "update" || l === layer;
  }
  if (selection.kind === "edge")
    return (/** @type {number} */ l, /** @type {number} */ j, /** @type {number} */ i) =>
      l === selection.layer && j === selection.unit && i === selection.from;
  return null;
}

export function drawEdges() {
  if (!store.state) return;
  const context = sharp(view.edges, parseFloat(view.net.style.width), HEAD + AREA + FOOT);
  context.clearRect(0, 0, parseFloat(view.net.style.width), HEAD + AREA + FOOT);
  const standsOut = emphasis();
  store.state.layers.forEach((layer, k) => {
    const [before, after] = [view.nodes[k], view.nodes[k + 1]];
    const values = layer.W_values;
    const pixels = k === 0 && picture();
    const largest = values && !pixels ? Math.max(...values.map((each) => reach(each))) : 1;
    const faint = before.size * after.size > 150 ? 0.5 : 0.9;
    for (const [j, to] of after) {
      if (pixels) {
        line(
          context,
          {
            ...to,
            x: before.get(0)?.x ?? 0,
            y: HEAD + AREA / 2 + (j - Math.min(...after.keys()) - after.size / 2) * 6,
            size: 0,
          },
          to,
          css(ink(), 0.16),
          1.5,
        );
        continue;
      }
      for (const [i, from] of before) {
        const w = values?.[j]?.[i];
        const out = standsOut ? standsOut(k + 1, j, i) : null;
        const alpha = out === null ? faint : out ? 1 : 0.1;
        const color =
          w === undefined
            ? css(ink(), 0.12)
            : css(signed(w), alpha * (0.25 + 0.75 * Math.min(1, Math.abs(w) / largest)));
        line(context, from, to, color, (w === undefined ? 1 : 0.6 + (5 * Math.abs(w)) / largest) + (out ? 1 : 0));
      }
    }
  });
}

/** @param {CanvasRenderingContext2D} context @param {Node} from @param {Node} to @param {string} color @param {number} wide */
function line(context, from, to, color, wide) {
  const [x, end] = [from.x + from.size / 2 + 2, to.x - to.size / 2 - 2];
  const third = (end - x) / 3;
  context.beginPath();
  context.moveTo(x, from.y);
  context.bezierCurveTo(x + third, from.y, x + 2 * third, to.y, end, to.y);
  context.strokeStyle = color;
  context.lineWidth = wide;
  context.stroke();
}

/** Let dots run along the edges of a layer: forward to the right, backward to the left. @param {import("./api.js").Part} part */
export function pulse(part) {
  if (!["forward", "backward"].includes(part.pass) || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const context = sharp(view.pulses, parseFloat(view.net.style.width), HEAD + AREA + FOOT);
  const pairs = [...(view.nodes[part.layer] ?? [])].flatMap(([, to]) =>
    [...view.nodes[part.layer - 1]].map(([, from]) => ({ from, to })),
  );
  const shown = pairs.filter((_, k) => k % Math.ceil(pairs.length / 150) === 0);
  const began = performance.now();
  const step = () => {
    const u = Math.min(1, (performance.now() - began) / 650);
    const at = part.pass === "forward" ? u : 1 - u;
    context.clearRect(0, 0, view.pulses.width, view.pulses.height);
    if (u >= 1) return;
    context.fillStyle = css(ink(), 0.85);
    for (const { from, to } of shown) {
      const x = from.x + from.size / 2 + (to.x - to.size / 2 - from.x - from.size / 2) * at;
      context.beginPath();
      context.arc(x, from.y + (to.y - from.y) * (3 * at * at - 2 * at ** 3), 2.2, 0, 7);
      context.fill();
    }
    requestAnimationFrame(step);
  };
  step();
}
