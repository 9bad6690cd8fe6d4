// A unit and one of its weights, opened: z = Σ w a + b with its numbers, and the way back.

import { diverging, paint, reach } from "./colors.js";
import { el, math, num } from "./dom.js";
import { numberOf } from "./fields.js";
import { ofUnit, picture } from "./weights.js";
import { parts } from "./heat.js";
import { nameOf } from "./net.js";
import { change } from "./run.js";
import { select, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Unit} Unit */
/** @typedef {import("./api.js").Sample} Sample */

/** @param {Unit} unit @param {Sample} sample */
export function unitView(unit, sample) {
  const { selection, state } = store;
  if (selection.kind !== "unit") return el("p");
  const { layer: l, unit: j } = selection;
  const { terms } = unit;
  const largest = Math.max(...terms.map((each) => Math.abs(each.product)), Math.abs(unit.b), 1e-300);
  const table = el(
    "table",
    { class: "terms" },
    el("caption", {}, el("i", {}, "z"), " = Σ ", el("i", {}, "w a"), " + ", el("i", {}, "b")),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        [t("input"), "w", "a", "w a", "", "dw"].map((name) => el("th", { scope: "col" }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      terms.map(({ j: k, ...each }) =>
        el(
          "tr",
          { "data-light": `w:${l}:${j}:${k} a:${l - 1}:${k}` },
          el(
            "th",
            { scope: "row" },
            el(
              "button",
              {
                type: "button",
                class: "link",
                "data-key": `term:${k}`,
                onclick: () => select({ kind: "edge", layer: l, unit: j, from: k }),
              },
              nameOf(l - 1, k),
            ),
          ),
          el("td", {}, num(each.w)),
          el("td", {}, num(each.a)),
          el("td", {}, num(each.product)),
          el("td", { class: "bar" }, barOf(each.product / largest)),
          el("td", {}, num(each.dW)),
        ),
      ),
      el(
        "tr",
        { "data-light": `b:${l}:${j}` },
        el("th", { scope: "row" }, "b"),
        el("td", { class: "edit", colspan: "2" }, numberInput(`b${l}`, j, 0, unit.b)),
        el("td", {}, num(unit.b)),
        el("td", { class: "bar" }, barOf(unit.b / largest)),
        el("td", {}, num(unit.db)),
      ),
      el(
        "tr",
        { class: "sum" },
        el("th", { scope: "row" }, "z"),
        el("td"),
        el("td"),
        el("td", {}, num(unit.z)),
        el("td"),
        el("td"),
      ),
    ),
  );
  return el(
    "div",
    { class: "unit-view" },
    el(
      "div",
      {},
      pictures(unit, sample, l, j),
      el("div", { class: "scroll" }, table),
      unit.n_terms > terms.length
        ? el("p", { class: "quiet" }, t("the # largest of # terms", terms.length, unit.n_terms))
        : null,
    ),
    el("div", { class: "steps" }, steps(unit, l, j, state.layers.length)),
  );
}

/** Where the inputs are pixels: the weights of a unit of layer 1 and the sample, as pictures. @param {Unit} unit @param {Sample} sample @param {number} l @param {number} j */
function pictures(unit, sample, l, j) {
  const shape = picture();
  const W = store.state.layers[0].W_values?.[j];
  const X = sample.arrays.find((each) => each.name === "X")?.values?.map((row) => row[0]);
  if (!shape || l !== 1) return null;
  if (!W || !X || shape[2] !== 1) return ofUnit(j, sample);
  const shown = /** @type {[string, number[]][]} */ ([
    ["w", W],
    ["x", X],
    ["w x", W.map((_, k) => unit.terms.find((each) => each.j === k)?.product ?? 0)],
  ]);
  return el(
    "div",
    { class: "pictures" },
    shown.map(([name, values]) => {
      const canvas = el("canvas", { "aria-hidden": "true" });
      const scale = reach(values);
      paint(canvas, shape[1], shape[0], (k) => diverging(values[k] / scale));
      return el("figure", {}, el("figcaption", {}, el("i", {}, name)), canvas);
    }),
  );
}

/** The formulas of a unit with their numbers, forward and backward. @param {Unit} unit @param {number} l @param {number} j @param {number} L */
function steps(unit, l, j, L) {
  const lights = /** @type {Record<string, string>} */ ({
    z: `w:${l}:${j} m:A${l - 1} m:W${l}`,
    a: `a:${l}:${j} m:Z${l}`,
    dA: l < L ? `m:dZ${l + 1} m:W${l + 1}` : `a:${l}:${j} m:Y`,
    dZ: `a:${l}:${j} m:dA${l}`,
    dW: `w:${l}:${j} m:A${l - 1} m:dZ${l}`,
    db: `a:${l}:${j} m:dZ${l}`,
  });
  const rows = unit.formulas.map((each) =>
    el(
      "li",
      {
        "data-light": lights[parts(each.name)[0]] ?? "",
        tabindex: "0",
        class: /^d/.test(each.name) ? "back" : "forth",
      },
      el("div", { class: "formula", tabindex: "0" }, each.mathml ? math(each.mathml) : null),
      el(
        "div",
        { class: "formula quiet", title: each.text, tabindex: "0" },
        each.mathml_numbers ? math(each.mathml_numbers) : each.text,
      ),
    ),
  );
  return el("ol", {}, rows);
}

/** @param {number} share from -1 to 1 */
function barOf(share) {
  const bar = el("span", { class: share < 0 ? "minus" : "plus" });
  bar.style.width = `${Math.abs(share) * 50}%`;
  bar.style[share < 0 ? "right" : "left"] = "50%";
  return bar;
}

/** @param {string} array @param {number} row @param {number} column @param {number} value */
function numberInput(array, row, column, value) {
  const field = `${array}.${row}.${column}`;
  return el("input", {
    type: "text",
    inputmode: "decimal",
    class: "number",
    id: `number-${field.replaceAll(".", "-")}`,
    "data-field": "value",
    "aria-label": t("{name}: another number", { name: `${array}[${row}, ${column}]` }),
    value: String(Number(value.toPrecision(6))),
    readonly: Boolean(store.state.fitted),
    onchange: (/** @type {any} */ event) =>
      void change({ array, row, column, value: numberOf(event.target.value) }),
  });
}

// ---------------------------------------------------------------- an edge

/** @param {Unit} unit */
export function edgeView(unit) {
  const { selection } = store;
  if (selection.kind !== "edge") return el("p");
  const { layer: l, unit: j, from: i } = selection;
  const term = unit.terms.find((each) => each.j === i);
  if (!term) return el("p", { class: "quiet" }, t("This term is not among the largest of its unit."));
  const name = `W${l}[${j}, ${i}]`;
  const most = Math.max(2, Math.ceil(2 * Math.abs(term.w)));
  const slider = el("input", {
    type: "range",
    id: "weight-slider",
    min: -most,
    max: most,
    step: most / 200,
    disabled: Boolean(store.state.fitted),
    "aria-label": t("{name}: another number", { name }),
    onchange: () => void change({ array: `W${l}`, row: j, column: i, value: Number(slider.value) }),
  });
  slider.value = String(term.w);
  const row = (/** @type {string} */ symbol, /** @type {string} */ text, /** @type {string} */ light) =>
    el("li", { "data-light": light, tabindex: "0" }, el("b", {}, symbol), el("span", {}, text));
  return el(
    "div",
    { class: "unit-view" },
    el(
      "div",
      { class: "weight" },
      el("h3", {}, t("Weight"), " ", el("code", {}, name)),
      el("p", { class: "quiet" }, `${nameOf(l - 1, i)} → ${nameOf(l, j)}`),
      el("div", { class: "with-label" }, numberInput(`W${l}`, j, i, term.w), slider),
      el("p", { class: "error", id: `number-W${l}-${j}-${i}-error`, role: "alert" }),
    ),
    el(
      "ol",
      { class: "steps numbers" },
      row("w a", `${num(term.w)} × ${num(term.a)} = ${num(term.product)}`, `w:${l}:${j}:${i} a:${l - 1}:${i}`),
      row(
        "z",
        t("{part} is this weight's part of the sum {z}", { part: num(term.product), z: num(unit.z) }),
        `w:${l}:${j} a:${l}:${j}`,
      ),
      row(
        "dw",
        `dz a = ${num(unit.dZ)} × ${num(term.a)} = ${num(term.dW)}`,
        `w:${l}:${j}:${i} a:${l}:${j} a:${l - 1}:${i}`,
      ),
    ),
  );
}
