// An array as a heat map: its shape, its formula, and each number where the pointer or the arrow keys are.

import { css, diverging, ink, paint, reach } from "./colors.js";
import { el, exact, math, num } from "./dom.js";
import { large } from "./large.js";
import { changed, store } from "./store.js";
import { inWords, t } from "./words.js";

const [WIDEST, HIGHEST] = [280, 200];
const MOST_WRITTEN = [16, 5]; // rows and columns of an array whose numbers are all written
const CELL = [58, 22];

/** @typedef {import("./api.js").ArrayOf} ArrayOf */

/**
 * Draw an array.
 * @param {ArrayOf} array
 * @param {{light?: (row: number, column: number) => string, pick?: (row: number, column: number) => void, plain?: boolean}} [options]
 * @returns {HTMLElement}
 */
export function heat(array, options = {}) {
  const [letter, l] = parts(array.name);
  const rows = array.shape[0] ?? 1;
  const columns = array.shape[1] ?? 1;
  const title = el(
    "figcaption",
    {},
    el("i", {}, letter),
    el("sub", {}, l),
    el("span", { class: "quiet" }, ` ${rows} × ${columns}`),
  );
  const box = el("figure", { class: "heat", "data-light": `m:${letter}${l}`, "data-array": array.name }, title);
  if (!array.values) {
    const { min, max, mean, std } = array.summary ?? { min: NaN, max: NaN, mean: NaN, std: NaN };
    box.append(el("p", { class: "quiet" }, `${num(min)} … ${num(max)}, ${t("mean")} ${num(mean)}, σ ${num(std)}`));
    box.append(...large(array, options));
  } else box.append(...map(array, array.values, rows, columns, options));
  if (!options.plain)
    box.append(
      el("p", { class: "formula" }, array.mathml ? math(array.mathml) : inWords(array.formula, array.formula_zh)),
    );
  return box;
}

/** @param {string} name @returns {[string, string]} the letter of an array, and its layer */
export function parts(name) {
  const found = /^([A-Za-z]+?)\[?(\d*)\]?$/.exec(name);
  return found ? [found[1], found[2]] : [name, ""];
}

/**
 * @param {ArrayOf} array
 * @param {number[][]} values
 * @param {number} rows
 * @param {number} columns
 * @param {{light?: (row: number, column: number) => string, pick?: (row: number, column: number) => void}} options
 * @returns {HTMLElement[]}
 */
function map(array, values, rows, columns, { light, pick }) {
  const flat = values.flat();
  const scale = reach(flat);
  const canvas = el("canvas", { "aria-hidden": "true" });
  paint(canvas, columns, rows, (k) => diverging(flat[k] / scale));
  const isSmall = columns <= MOST_WRITTEN[1] && rows <= MOST_WRITTEN[0];
  const cell = Math.max(1, Math.min(16, WIDEST / columns, HIGHEST / rows));
  canvas.style.width = `${isSmall ? columns * CELL[0] : Math.min(WIDEST, Math.max(14, columns * cell))}px`;
  canvas.style.height = `${isSmall ? rows * CELL[1] : Math.min(HIGHEST, Math.max(rows === 1 ? 18 : 1, rows * cell))}px`;
  const written = isSmall
    ? el(
        "div",
        { class: "written", "aria-hidden": "true" },
        flat.map((value) => writtenCell(value, scale)),
      )
    : null;
  if (written) written.style.gridTemplateColumns = `repeat(${columns}, ${CELL[0]}px)`;
  const cursor = el("span", { class: "cursor", hidden: true });
  const number = el("output", { class: "number" }, "\u00a0");
  let [row, column] = [0, 0];
  const show = () => {
    cursor.hidden = false;
    cursor.style.left = `${(100 * column) / columns}%`;
    cursor.style.top = `${(100 * row) / rows}%`;
    cursor.style.width = `${100 / columns}%`;
    cursor.style.height = `${100 / rows}%`;
    cursor.style.outlineColor = css(ink());
    number.textContent = `[${row}, ${column}] = ${exact(values[row][column])}`;
    if (light) store.light = new Set(light(row, column).split(" "));
    if (light) changed("light");
  };
  const hide = () => {
    cursor.hidden = true;
    number.textContent = "\u00a0";
  };
  const grid = el(
    "div",
    {
      class: pick ? "grid pick" : "grid",
      tabindex: "0",
      role: "group",
      "data-key": `heat:${array.name}`,
      "aria-label": t("{name}, # × #; arrow keys go from number to number", rows, columns, { name: array.name }),
      onpointermove: (/** @type {PointerEvent} */ event) => {
        const box = canvas.getBoundingClientRect();
        column = Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns)));
        row = Math.max(0, Math.min(rows - 1, Math.floor(((event.clientY - box.top) / box.height) * rows)));
        show();
      },
      onpointerleave: hide,
      onblur: hide,
      onfocus: (/** @type {any} */ event) => event.target.matches(":focus-visible") && show(),
      onclick: () => pick?.(row, column),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (event.key === "Enter") pick?.(row, column);
        if (!way) return;
        event.preventDefault();
        row = Math.max(0, Math.min(rows - 1, row + way[0]));
        column = Math.max(0, Math.min(columns - 1, column + way[1]));
        show();
      },
    },
    canvas,
    written,
    cursor,
  );
  return [grid, number];
}

/** A number on its colour, in the ink that can be read there. @param {number} value @param {number} scale */
function writtenCell(value, scale) {
  const [red, green, blue] = diverging(value / scale);
  const made = el("span", {}, num(value, 3));
  made.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 135 ? "#111" : "#fff";
  return made;
}
