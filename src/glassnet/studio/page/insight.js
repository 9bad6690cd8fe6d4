// What the network does well and badly: a row for each view below the network but the glass.

import * as api from "./api.js";
import { confusion } from "./confusion.js";
import { el, num, refill, svg } from "./dom.js";
import { showError } from "./fields.js";
import { comparison } from "./compare.js";
import { findings } from "./findings.js";
import { graph } from "./graph.js";
import { lately } from "./run.js";
import { on, store } from "./store.js";
import { whatIf } from "./what_if.js";
import { t } from "./words.js";

/** @typedef {"whatif" | "findings" | "confusion" | "comparison" | "distributions" | "graph" | "check"} View */

/** @type {Record<View, () => Promise<HTMLElement> | HTMLElement>} */
const VIEWS = {
  whatif: whatIf,
  findings,
  confusion: () => confusion(refresh),
  comparison,
  distributions,
  graph,
  check,
};
/** @type {HTMLElement} */
let root;
/** @type {View | null} */
let shown = null;
/** @type {{run: string, iteration: number, result: Awaited<ReturnType<typeof api.check>>} | null} */
let checked = null;

const refresh = lately(async () => {
  if (!shown || !store.state) return;
  const view = shown;
  const made = await VIEWS[view]();
  if (view === shown && root.firstElementChild !== made) refill(root, made);
}, 500);

/** @param {HTMLElement} element */
export function start(element) {
  root = element;
  for (const topic of /** @type {const} */ (["run", "frame", "look", "kept", "sample", "inputs", "view"])) on(topic, refresh);
}

/** @param {View | null} view */
export function show(view) {
  shown = view;
  if (view) root.replaceChildren();
  refresh();
}

// ---------------------------------------------------------------- distributions

async function distributions() {
  const { layers } = await api.histograms(store.state.run);
  return el(
    "div",
    { class: "distributions" },
    layers.map((layer, k) =>
      el(
        "section",
        {},
        el("h3", {}, k + 1 === layers.length ? t("Output layer") : t("Layer #", k + 1)),
        Object.entries(layer).map(([name, found]) => histogram(`${name}${k + 1}`, found)),
      ),
    ),
  );
}

/** @param {string} name @param {import("./api.js").Histogram} found */
function histogram(name, { edges, counts }) {
  const [wide, high] = [220, 56];
  const most = Math.max(1, ...counts);
  const [low, top] = [edges[0], edges[edges.length - 1]];
  const across = (/** @type {number} */ value) => ((value - low) / (top - low || 1)) * wide;
  const picture = svg("svg", {
    viewBox: `0 0 ${wide} ${high + 14}`,
    role: "img",
    "aria-label": `${name}: ${num(low)} … ${num(top)}`,
  });
  counts.forEach((count, k) => {
    const tall = (high * count) / most;
    picture.append(
      svg("rect", {
        x: across(edges[k]),
        y: high - tall,
        width: Math.max(0.5, across(edges[k + 1]) - across(edges[k]) - 0.6),
        height: tall,
        class: edges[k] + edges[k + 1] < 0 ? "minus" : "plus",
      }),
    );
  });
  if (low < 0 && top > 0) picture.append(svg("path", { class: "rule", d: `M${across(0)} 0V${high}` }));
  picture.append(
    svg("text", { x: 0, y: high + 12 }, num(low, 2)),
    svg("text", { x: wide, y: high + 12, "text-anchor": "end" }, num(top, 2)),
  );
  return el(
    "figure",
    { class: "histogram", "data-histogram": name, "data-light": `m:${name}` },
    el("figcaption", {}, el("i", {}, name)),
    picture,
  );
}

// ---------------------------------------------------------------- gradient check

function check() {
  const { state } = store;
  const button = el(
    "button",
    { type: "button", class: "button", id: "check-now", onclick: () => void run() },
    t("Check the gradient"),
  );
  const run = async () => {
    button.disabled = true;
    try {
      checked = { run: state.run, iteration: state.iteration, result: await api.check(state.run) };
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      showError(error);
    }
    refresh();
  };
  const about = el(
    "p",
    { class: "quiet" },
    t("Each derivative of backward propagation is compared with a central difference of the cost."),
  );
  if (!checked || checked.run !== state.run) return el("div", {}, about, button);
  const { passed, largest, rows } = checked.result;
  const line = t("after iteration #: the largest difference is {largest}", checked.iteration, {
    largest: num(largest),
  });
  return el(
    "div",
    {},
    about,
    button,
    el(
      "p",
      { class: passed ? "verdict good" : "verdict bad", role: "status" },
      el("b", {}, passed ? `✓ ${t("The gradient is right")}` : `✗ ${t("The gradient is wrong")}`),
      " · ",
      line,
    ),
    el(
      "table",
      { class: "check" },
      el(
        "thead",
        {},
        el("tr", {}, el("th", { scope: "col" }, t("array")), el("th", { scope: "col" }, t("relative difference"))),
      ),
      el(
        "tbody",
        {},
        rows.map((each) =>
          el(
            "tr",
            { "data-light": `m:${each.array.replace(/[[\]]/g, "")}` },
            el("th", { scope: "row" }, each.array),
            el("td", {}, num(each.difference)),
          ),
        ),
      ),
    ),
  );
}
