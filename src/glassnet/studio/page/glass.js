// The glass: a unit, an edge, a layer or a sample, opened to its last number.

import * as api from "./api.js";
import { asItWas } from "./as_it_was.js";
import { el, refill } from "./dom.js";
import { showSample } from "./drawing.js";
import { layerView, sampleView } from "./glass_layer.js";
import { edgeView, unitView } from "./glass_unit.js";
import { nameOf } from "./net.js";
import { lately } from "./run.js";
import { chooseSample, on, select, store, which } from "./store.js";
import { t } from "./words.js";

/** @type {HTMLElement} */
let root;
/** @type {import("./api.js").Sample | null} */
let sample = null;
/** @type {import("./api.js").Unit | null} */
let unit = null;

const refresh = lately(async () => {
  const { state, selection } = store;
  if (!state) return;
  const wanted = selection.kind === "unit" || selection.kind === "edge" ? selection : null;
  const [shown, opened] = await Promise.all([
    api.sample(state.run, which()),
    wanted
      ? api.unit(state.run, wanted.layer, wanted.unit, which(), wanted.kind === "edge" ? wanted.from : undefined)
      : null,
  ]);
  if (state.run !== store.state.run || selection !== store.selection) return refresh();
  [sample, unit] = [shown, opened];
  showSample(shown);
  draw();
}, 250);

/** @param {HTMLElement} element */
export function start(element) {
  root = element;
  for (const topic of /** @type {const} */ (["run", "frame", "select", "sample", "inputs", "look"])) on(topic, refresh);
}

function draw() {
  if (!sample || !store.state) return;
  const at = document.activeElement;
  if (at instanceof HTMLInputElement && root.contains(at) && store.state.playing) return;
  const { kind } = store.selection;
  const ofUnit = { unit: unitView, edge: edgeView };
  const ofSample = { layer: layerView, sample: sampleView };
  if (kind === "layer" || kind === "sample") refill(root, bar(), ofSample[kind](sample));
  else if (unit) refill(root, bar(), ofUnit[kind](unit, sample));
}

/** What is open, the way to what contains it, and the sample. */
function bar() {
  const { selection, state } = store;
  const crumbs = [
    crumb(t("Sample #", store.sample), "sample", () => select({ kind: "sample" }), selection.kind === "sample"),
  ];
  if (selection.kind !== "sample") {
    const { layer } = selection;
    crumbs.push(
      crumb(
        layer === state.layers.length ? t("Output layer") : t("Layer #", layer),
        "layer",
        () => select({ kind: "layer", layer }),
        selection.kind === "layer",
      ),
    );
  }
  if (selection.kind === "unit" || selection.kind === "edge") {
    const { layer, unit: j } = selection;
    crumbs.push(
      crumb(t("Unit #", j + 1), "unit", () => select({ kind: "unit", layer, unit: j }), selection.kind === "unit"),
    );
  }
  if (selection.kind === "edge")
    crumbs.push(
      crumb(t("Weight from {name}", { name: nameOf(selection.layer - 1, selection.from) }), "edge", () => {}, true),
    );
  const m = sample?.m ?? state.m_train + state.m_test;
  const input = el("input", {
    type: "text",
    inputmode: "numeric",
    id: "sample",
    size: "5",
    value: String(store.sample),
    "aria-label": t("Number of the sample"),
    onchange: () => go(Number(input.value)),
  });
  const go = (/** @type {number} */ i) => Number.isInteger(i) && chooseSample(Math.max(0, Math.min(m - 1, i)));
  return el(
    "div",
    { class: "head glass-bar" },
    el("nav", { "aria-label": t("What is open") }, el("ol", { class: "crumbs" }, crumbs)),
    el(
      "div",
      { class: "with-label" },
      asItWas(),
      el("label", { for: "sample" }, t("Sample")),
      el(
        "button",
        {
          type: "button",
          class: "small",
          "data-key": "before",
          "aria-label": t("The sample before"),
          onclick: () => go(store.sample - 1),
        },
        "‹",
      ),
      input,
      el(
        "button",
        {
          type: "button",
          class: "small",
          "data-key": "after",
          "aria-label": t("The next sample"),
          onclick: () => go(store.sample + 1),
        },
        "›",
      ),
      el("span", { class: "quiet" }, t("of #", m)),
    ),
  );
}

/** @param {string} text @param {string} key @param {() => void} open @param {boolean} here */
const crumb = (text, key, open, here) =>
  el(
    "li",
    {},
    el(
      "button",
      { type: "button", "data-key": `crumb:${key}`, "aria-current": here ? "true" : null, onclick: open },
      text,
    ),
  );
