// The arrays of a layer, and the whole way of one sample, as heat maps.

import { Refused } from "./api.js";
import { el, num } from "./dom.js";
import { clearErrors, numberOf, showError } from "./fields.js";
import { named } from "./named.js";
import { picture } from "./weights.js";
import { heat, parts } from "./heat.js";
import { changed, select, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Sample} Sample */

const MOST_INPUTS = 60; // features that can be changed
const LARGEST = 1e100; // value of one

/** @param {Sample} sample @param {number} l @param {boolean} plain */
function arraysOf(sample, l, plain) {
  const { state } = store;
  return (/** @type {string[]} */ letters) =>
    letters.flatMap((letter) => {
      const found = sample.arrays.find(
        (each) =>
          parts(each.name).join() === [letter, l || ""].join() || (l === 0 && letter === "A" && each.name === "X"),
      );
      if (!found) return [];
      const weights = letter === "W" || letter === "dW";
      return heat(found, {
        plain,
        light: (row, column) =>
          weights ? `w:${l}:${row}:${column} a:${l - 1}:${column} a:${l}:${row}` : `a:${l}:${row}`,
        pick:
          l === 0
            ? undefined
            : (row, column) =>
                select(
                  weights && column < state.sizes[l - 1]
                    ? { kind: "edge", layer: l, unit: row, from: column }
                    : { kind: "unit", layer: l, unit: row },
                ),
      });
    });
}

/** @param {Sample} sample */
export function layerView(sample) {
  const { selection } = store;
  if (selection.kind !== "layer") return el("p");
  const of = arraysOf(sample, selection.layer, false);
  return el(
    "div",
    { class: "layer-view" },
    el("section", {}, el("h3", {}, t("Forward"), " →"), el("div", { class: "heats" }, of(["W", "b", "Z", "A"]))),
    el("section", {}, el("h3", {}, "← ", t("Backward")), el("div", { class: "heats" }, of(["dW", "db", "dZ", "dA"]))),
  );
}

/** @param {Sample} sample */
export function sampleView(sample) {
  const { state } = store;
  const layers = state.sizes.map((_, l) =>
    el(
      "section",
      { class: "stack" },
      el("h3", {}, l === 0 ? t("Input") : l === state.layers.length ? t("Output") : t("Layer #", l)),
      el("div", { class: l ? "four" : "" }, arraysOf(sample, l, true)(l === 0 ? ["X"] : ["Z", "A", "dZ", "dA"])),
    ),
  );
  return el("div", { class: "sample-view" }, facts(sample), el("div", { class: "flow" }, layers));
}

/** What a sample is, and what the network answers. @param {Sample} sample */
function facts(sample) {
  const { features, cells, label, prediction, probabilities } = sample;
  const known = picture() ? [] : features.slice(0, MOST_INPUTS);
  const ofCells = Object.entries(cells ?? {}).map(([name, value]) => row({}, name, value));
  const ofInputs = known.map(([name, value], k) =>
    row({ "data-feature": String(k), "data-light": `a:0:${k}` }, named(name), input(named(name), k, value)),
  );
  const rows = [...ofCells, ...ofInputs];
  const shares = Array.isArray(probabilities)
    ? probabilities.map((p, k) => /** @type {[string, number]} */ ([store.state.classes?.[k] ?? String(k), p]))
    : Object.entries(probabilities ?? {});
  return el(
    "div",
    { class: "facts" },
    el(
      "p",
      {},
      t("Label"),
      " ",
      el("b", { class: "label" }, said(label)),
      " · ",
      t("answer"),
      " ",
      el(
        "b",
        { class: `answer ${store.state.classes && said(label) !== said(prediction) ? "wrong" : ""}` },
        said(prediction),
      ),
    ),
    shares.length
      ? el(
          "table",
          { class: "shares" },
          el(
            "tbody",
            {},
            shares.map(([name, p]) =>
              el(
                "tr",
                {},
                el("th", { scope: "row" }, named(name)),
                el("td", { class: "bar" }, share(p)),
                el("td", {}, num(p)),
              ),
            ),
          ),
        )
      : null,
    rows.length ? el("div", { class: "scroll short" }, el("table", {}, el("tbody", {}, rows))) : null,
  );
}

/** @param {Record<string, string>} lights @param {string} name @param {string | HTMLElement} value */
const row = (lights, name, value) => el("tr", lights, el("th", { scope: "row" }, name), el("td", {}, value));

/** A feature that can be changed, to see what follows. @param {string} name @param {number} k @param {number} value */
function input(name, k, value) {
  return el("input", {
    type: "text",
    inputmode: "decimal",
    class: `number ${k in store.inputs ? "changed" : ""}`,
    id: `input-${k}`,
    "data-field": `values.${k}`,
    "aria-label": t("{name}: another number", { name }),
    value: String(Number(Number(value).toPrecision(6))),
    onchange: (/** @type {any} */ event) => {
      const given = numberOf(event.target.value);
      if (typeof given !== "number" || !(Math.abs(given) <= LARGEST))
        return showError(
          new Refused(t("expected a number; got {given}", { given: event.target.value }), `values.${k}`),
        );
      clearErrors();
      store.inputs = { ...store.inputs, [k]: given };
      changed("inputs");
    },
  });
}

/** @param {any} value */
const said = (value) =>
  typeof value === "number" && !store.state.classes
    ? num(value)
    : named(typeof value === "number" ? (store.state.classes?.[value] ?? value) : value);

/** @param {number} p */
function share(p) {
  const bar = el("span", { class: "plus" });
  bar.style.left = "0";
  bar.style.width = `${100 * p}%`;
  return bar;
}
