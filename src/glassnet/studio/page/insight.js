// What the network does well and badly: findings, a table of confusions, distributions by layer, the gradient checked.

import * as api from "./api.js";
import { css, isDark, signed } from "./colors.js";
import { el, num, refill, svg } from "./dom.js";
import { showError } from "./fields.js";
import { lately } from "./run.js";
import { chooseSample, on, select, store } from "./store.js";
import { whatIf } from "./what_if.js";
import { inWords, t } from "./words.js";

/** @typedef {"whatif" | "findings" | "confusion" | "distributions" | "check"} View */

/** @type {Record<View, () => Promise<HTMLElement> | HTMLElement>} */
const VIEWS = { whatif: whatIf, findings, confusion, distributions, check };
/** @type {HTMLElement} */
let root;
/** @type {View | null} */
let shown = null;
/** @type {{run: string, iteration: number, result: Awaited<ReturnType<typeof api.check>>} | null} */
let checked = null;
/** @type {[number, number] | null} */
let cell = null;

const refresh = lately(async () => {
  if (!shown || !store.state) return;
  const view = shown;
  const made = await VIEWS[view]();
  if (view === shown && root.firstElementChild !== made) refill(root, made);
}, 500);

/** @param {HTMLElement} element */
export function start(element) {
  root = element;
  for (const topic of /** @type {const} */ (["run", "frame", "look"])) on(topic, refresh);
}

/** @param {View | null} view */
export function show(view) {
  shown = view;
  if (view) root.replaceChildren();
  refresh();
}

// ---------------------------------------------------------------- findings

function findings() {
  const { findings: found, iteration } = store.state;
  if (!found?.length)
    return el(
      "p",
      { class: "quiet" },
      iteration
        ? t("Nothing stands out: no finding so far.")
        : t("Train a little: findings appear here as they arise."),
    );
  return el(
    "ul",
    { class: "findings" },
    found.map((each) =>
      el(
        "li",
        {},
        el("b", {}, inWords(each.title, each.zh?.title)),
        el("p", {}, inWords(each.text, each.zh?.text)),
        each.change ? el("p", { class: "change" }, inWords(each.change, each.zh?.change)) : null,
      ),
    ),
  );
}

// ---------------------------------------------------------------- confusions

async function confusion() {
  if (!store.state.classes)
    return el("p", { class: "quiet" }, t("There are no classes to confuse: the target is a number."));
  const { classes, counts: of, rows, worst } = await api.confusion(store.state.run);
  /** @type {number[][]} */
  const counts = of.train.map((/** @type {number[]} */ row, /** @type {number} */ i) =>
    row.map((count, j) => count + of.test[i][j]),
  );
  const most = Math.max(1, ...counts.flat());
  if (cell && !(counts[cell[0]]?.[cell[1]] >= 0)) cell = null;
  const table = el(
    "table",
    { class: "confusion" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td"),
        classes.map((/** @type {string} */ name) => el("th", { scope: "col" }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      classes.map((/** @type {string} */ name, /** @type {number} */ i) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, name),
          classes.map((/** @type {string} */ answer, /** @type {number} */ j) => {
            const count = counts[i][j];
            const button = el(
              "button",
              {
                type: "button",
                "data-key": `cell:${i}:${j}`,
                "aria-pressed": String(cell?.[0] === i && cell?.[1] === j),
                "aria-label": t("label {name}, answer {answer}: # samples", count, { name, answer }),
                onclick: () => ((cell = [i, j]), refresh()),
              },
              String(count),
              of.test[i][j] ? el("small", {}, ` (${of.test[i][j]})`) : null,
            );
            button.style.background = count
              ? css(signed(i === j ? 1 : -1), 0.08 + (isDark() ? 0.3 : 0.45) * (count / most))
              : "";
            return el("td", {}, button);
          }),
        ),
      ),
    ),
  );
  const chosen = cell ? (rows?.[cell[0]]?.[cell[1]] ?? []) : (worst ?? []);
  const title = cell
    ? t("label {name}, answer {answer}: # samples", counts[cell[0]][cell[1]], {
        name: classes[cell[0]],
        answer: classes[cell[1]],
      })
    : t("Worst answers");
  return el(
    "div",
    { class: "unit-view" },
    el(
      "div",
      {},
      el("p", { class: "quiet" }, t("rows: the label; columns: the answer; in brackets: of them in the test set")),
      el("div", { class: "scroll" }, table),
    ),
    el(
      "div",
      {},
      el("h3", {}, title),
      chosen.length
        ? el(
            "p",
            { class: "samples" },
            chosen.map((/** @type {any} */ each) => sampleButton(each)),
          )
        : el("p", { class: "quiet" }, t("no sample")),
    ),
  );
}

/** @param {any} each */
function sampleButton(each) {
  const i = typeof each === "number" ? each : (each.i ?? each.index);
  return el(
    "button",
    {
      type: "button",
      class: "small",
      "data-key": `sample:${i}`,
      onclick: () => (chooseSample(i), select({ kind: "sample" })),
    },
    `${i}`,
  );
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
  return el("figure", { class: "histogram" }, el("figcaption", {}, el("i", {}, name)), picture);
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
