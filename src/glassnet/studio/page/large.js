// An array too large to be sent whole: a heat map of means of blocks, and a window of its numbers, moved by pointer and keys.

import * as api from "./api.js";
import { css, diverging, ink, paint, reach } from "./colors.js";
import { el, exact, num } from "./dom.js";
import { showError } from "./fields.js";
import { changed, store, which } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").ArrayOf} ArrayOf */
/** @typedef {{light?: (row: number, column: number) => string, pick?: (row: number, column: number) => void}} Options */

const ROWS = 6; // of the window
const NARROW = 560; // pixels of the page below which the window has half of its columns
const WIDE = 420; // of the heat map, in pixels
const HIGH = [18, 160]; // of it, at least and at most

/**
 * What is known of an array, kept while the glass is drawn anew: the number that is read, the window, what was answered.
 * @typedef {{row: number, column: number, top: number, left: number, binned: api.Binned | null,
 *   values: (number | null)[][] | null, from: number[], of: string,
 *   whose: string}} Known
 */
/** @type {Map<string, Known>} */
const known = new Map();

/** How many columns the window has. */
const seen = () => (window.innerWidth < NARROW ? 4 : 8);

/**
 * @param {ArrayOf} array
 * @param {Options} options
 * @returns {HTMLElement[]}
 */
export function large(array, options) {
  const across = seen();
  const key = array.key ?? array.name;
  const at = known.get(key) ?? {
    row: 0,
    column: 0,
    top: 0,
    left: 0,
    binned: null,
    values: null,
    from: [0, 0],
    of: "",
    whose: "",
  };
  const whose = `${store.state.run} ${store.sample}`;
  if (at.whose !== whose) Object.assign(at, { binned: null, values: null, whose });
  known.set(key, at);
  const [rows, columns] = array.shape;
  fit(at, rows, columns, across);
  const canvas = el("canvas", { "aria-hidden": "true" });
  const frame = el("span", { class: "cursor", hidden: true });
  const rule = el("p", { class: "quiet" }, "\u00a0");
  const place = el("p", { class: "quiet" }, "\u00a0");
  const table = el("table", { class: "window" });
  const number = el("output", { class: "number" }, "\u00a0");
  let isRead = false;

  const drawMap = () => {
    const { binned } = at;
    if (!binned) return;
    const flat = binned.values.flat().map((each) => each ?? NaN);
    const scale = reach(flat);
    const [wide, high] = [binned.values[0].length, binned.values.length];
    paint(canvas, wide, high, (k) => diverging(flat[k] / scale));
    canvas.style.width = `${columns === 1 ? 24 : Math.min(WIDE, window.innerWidth - 70, 8 * wide)}px`;
    canvas.style.height = `${Math.max(HIGH[0], Math.min(HIGH[1], (columns === 1 ? 1 : 8) * high))}px`;
    rule.textContent = t(
      "each cell is the mean of # × # numbers; a click opens that part",
      binned.rows,
      binned.columns,
    );
    Object.assign(frame.style, {
      left: `${(100 * at.left) / columns}%`,
      top: `${(100 * at.top) / rows}%`,
      width: `${(100 * Math.min(across, columns)) / columns}%`,
      height: `${(100 * Math.min(ROWS, rows)) / rows}%`,
      outlineColor: css(ink()),
    });
    frame.hidden = false;
  };
  /** Write a number in full, where it is in the window. @param {number[] | null} which */
  const say = (which) => {
    const value = which && at.values?.[which[0] - at.from[0]]?.[which[1] - at.from[1]];
    number.textContent = value === null || value === undefined ? "\u00a0" : `[${which?.join(", ")}] = ${exact(value)}`;
  };
  const drawNumbers = () => {
    const { values } = at;
    const [top, left] = at.from; // of these numbers: the window may have moved on
    if (!values) return;
    const last = [top + values.length - 1, left + (values[0]?.length ?? 1) - 1];
    place.textContent = t("rows # to #, columns # to #", top, last[0], left, last[1]);
    table.replaceChildren(
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td"),
          (values[0] ?? []).map((_, k) => el("th", { scope: "col" }, `${left + k}`)),
        ),
      ),
      el(
        "tbody",
        {},
        values.map((line, r) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, `${top + r}`),
            line.map((value, c) => {
              const isHere = isRead && top + r === at.row && left + c === at.column;
              return el("td", { class: isHere ? "here" : null, "data-place": `${top + r},${left + c}` }, num(value, 3));
            }),
          ),
        ),
      ),
    );
    say(isRead ? [at.row, at.column] : null);
  };
  const draw = () => (drawMap(), drawNumbers());

  /** Ask for what the window shows, and for the whole where the network has changed. */
  const ask = async () => {
    const { state } = store;
    const shown = which();
    const of = JSON.stringify([state.run, state.iteration, state.change, shown]);
    const part = [at.top, at.left, ROWS, across];
    try {
      const [binned, { values }] = await Promise.all([
        at.of === of && at.binned ? at.binned : api.binned(state.run, shown, key),
        api.numbers(state.run, shown, key, part),
      ]);
      if (part[0] !== at.top || part[1] !== at.left) return; // moved on meanwhile
      Object.assign(at, { binned, values, of, from: [at.top, at.left] });
      draw();
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      if (error.status !== 404) showError(error);
    }
  };
  /** Read a number; the window follows. @param {number} row @param {number} column @param {boolean} [isMiddle] */
  const go = (row, column, isMiddle = false) => {
    const before = `${at.top} ${at.left}`;
    isRead = true;
    at.row = Math.max(0, Math.min(rows - 1, row));
    at.column = Math.max(0, Math.min(columns - 1, column));
    if (isMiddle) [at.top, at.left] = [at.row - ROWS / 2, at.column - across / 2];
    fit(at, rows, columns, across);
    if (`${at.top} ${at.left}` !== before) void ask();
    draw();
    if (options.light) {
      store.light = new Set(options.light(at.row, at.column).split(" "));
      changed("light");
    }
  };
  const keys = /** @type {Record<string, () => [number, number]>} */ ({
    ArrowUp: () => [at.row - 1, at.column],
    ArrowDown: () => [at.row + 1, at.column],
    ArrowLeft: () => [at.row, at.column - 1],
    ArrowRight: () => [at.row, at.column + 1],
    PageUp: () => (columns > 1 ? [at.row, at.column - across] : [at.row - ROWS, 0]),
    PageDown: () => (columns > 1 ? [at.row, at.column + across] : [at.row + ROWS, 0]),
    Home: () => (columns > 1 ? [at.row, 0] : [0, 0]),
    End: () => (columns > 1 ? [at.row, columns - 1] : [rows - 1, 0]),
  });
  const grid = el(
    "div",
    {
      class: "grid pick",
      tabindex: "0",
      role: "group",
      "data-key": `heat:${array.name}`,
      "aria-label": t("{name}, # × #; arrow keys go from number to number", rows, columns, { name: array.name }),
      onclick: (/** @type {MouseEvent} */ event) => {
        const box = canvas.getBoundingClientRect();
        const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
        go(Math.floor(y * rows), Math.floor(x * columns), true);
      },
      onfocus: (/** @type {any} */ event) => event.target.matches(":focus-visible") && go(at.row, at.column),
      onblur: () => {
        isRead = false;
        table.querySelector(".here")?.classList.remove("here"); // not drawn anew: a press on it goes on
        say(null);
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") options.pick?.(at.row, at.column);
        const to = keys[event.key];
        if (!to || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        go(...to());
      },
    },
    canvas,
    frame,
  );
  table.addEventListener("pointerover", (event) => {
    const found = /** @type {Element} */ (event.target).getAttribute("data-place");
    if (found) say(found.split(",").map(Number));
  });
  table.addEventListener("click", (event) => {
    const found = /** @type {Element} */ (event.target).getAttribute("data-place");
    if (found) options.pick?.(Number(found.split(",")[0]), Number(found.split(",")[1]));
  });
  draw();
  void ask();
  return [grid, rule, place, table, number];
}

/** Keep the number in the array and in the window. @param {Known} at @param {number} rows @param {number} columns @param {number} wide columns of the window */
function fit(at, rows, columns, wide) {
  at.row = Math.min(at.row, rows - 1);
  at.column = Math.min(at.column, columns - 1);
  const first = (
    /** @type {number} */ start,
    /** @type {number} */ here,
    /** @type {number} */ seen,
    /** @type {number} */ size,
  ) => Math.max(0, Math.min(size - seen, Math.max(here - seen + 1, Math.min(here, start))));
  at.top = first(at.top, at.row, ROWS, rows);
  at.left = first(at.left, at.column, wide, columns);
}
