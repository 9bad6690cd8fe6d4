// Weights of the first layer as pictures, where the features are pixels; those of large or coloured pictures are asked for.

import * as api from "./api.js";
import { diverging, paint, reach } from "./colors.js";
import { el } from "./dom.js";
import { paintPicture } from "./pictures.js";
import { lately } from "./run.js";
import { changed, on, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Pictures} Pictures */

const SIDE = 32; // points along a side of a picture in the network

/** @type {Pictures | null} what was answered last, */
let found = null;
let foundOf = "";
/** @type {[number, number]} the first unit of layer 1 that is seen, and how many are */
let seen = [0, 1];

/** @returns {[number, number, number] | null} height, width and channels where the features are pixels */
export function picture() {
  const { picture: shape } = store.state;
  return shape ? [shape[0], shape[1], shape[2] ?? 1] : null;
}

/** Whether the state does not hold what has to be drawn. */
function isAsked() {
  const shape = picture();
  return Boolean(shape && (shape[2] === 3 || !store.state.layers[0].W_values || shape[0] * shape[1] > 5000));
}

const refresh = lately(async () => {
  const { state } = store;
  if (!state || !isAsked()) return;
  const answered = await api.pictures(state.run, seen[0], seen[1], SIDE);
  if (state.run !== store.state.run) return;
  [found, foundOf] = [answered, state.run];
  changed("plane");
}, 500);

export function start() {
  for (const topic of /** @type {const} */ (["run", "frame"])) on(topic, refresh);
}

/** Say which units of layer 1 are seen. @param {number} first @param {number} count */
export function see(first, count) {
  if (seen[0] === first && seen[1] === count) return;
  seen = [first, count];
  refresh();
}

/** Draw the weights of a unit of layer 1; false where they are not known. @param {HTMLCanvasElement} canvas @param {number} unit */
export function drawWeights(canvas, unit) {
  const shape = picture();
  const W = store.state.layers[0].W_values?.[unit];
  if (shape?.[2] === 1 && W) {
    paintWeights(canvas, W, shape);
    return true;
  }
  const values = found && foundOf === store.state.run ? found.units[unit - found.first] : null;
  if (!found || !values) return false;
  paintWeights(canvas, values, found.shape);
  return true;
}

/** @param {HTMLCanvasElement} canvas @param {import("./api.js").Numbers} values @param {number[]} shape */
export function paintWeights(canvas, values, shape) {
  const scale = reach(values);
  const share = (/** @type {number} */ k) => 127.5 * (1 + Math.max(-1, Math.min(1, values[k] / scale)));
  paint(canvas, shape[1], shape[0], (k) =>
    shape[2] === 3 ? [share(3 * k), share(3 * k + 1), share(3 * k + 2)] : diverging(values[k] / scale),
  );
}

/** @type {{of: string, answered: Pictures} | null} what was answered for the unit that is open */
let open = null;

/** The weights of a unit of layer 1, drawn when they are answered, and the sample. @param {number} unit @param {import("./api.js").Sample} sample */
export function ofUnit(unit, sample) {
  const [w, x] = [el("canvas", { "aria-hidden": "true" }), el("canvas", { "aria-hidden": "true" })];
  const rule = el("p", { class: "quiet" }, "\u00a0");
  const { state } = store;
  const of = `${state.run} ${unit}`;
  if (sample.picture) paintPicture(x, sample.picture);
  const draw = () => {
    if (!open || open.of !== of) return;
    const { units, shape, block } = open.answered;
    paintWeights(w, units[0], shape);
    rule.textContent = [
      shape[2] === 3 ? t("grey is 0; brighter in a colour: a positive weight of that colour") : "",
      block > 1 ? t("each point is the mean of # × #", block, block) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  };
  draw();
  void api.pictures(state.run, unit, 1, 64).then(
    (answered) => ((open = { of, answered }), draw()),
    () => {}, // the run has ended
  );
  const figure = (/** @type {string} */ name, /** @type {HTMLElement} */ canvas) =>
    el("figure", {}, el("figcaption", {}, el("i", {}, name)), canvas);
  return el("div", {}, el("div", { class: "pictures" }, figure("w", w), figure("x", x)), rule);
}
