// Runs that were kept, beside the one that is shown: their curves over each other, and where their settings differ.

import * as api from "./api.js";
import { css, ink, ofClass } from "./colors.js";
import { byId, el, num, percent, svg } from "./dom.js";
import { choice } from "./fields.js";
import { forget, keepButton, reopen } from "./keeping.js";
import { plot } from "./plot.js";
import { changed, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Comparison} Comparison */

const [WIDE, HIGH, RIGHT] = [620, 250, 74];
const DASHES = ["none", "6 3", "2 2", "8 3 2 3"];
const OF = /** @type {const} */ ([
  ["test", "cost of the test samples"],
  ["train", "cost of the training samples"],
  ["score_test", "score of the test samples"],
  ["score_train", "score of the training samples"],
]);

/** @type {typeof OF[number][0]} */
let of = "test";
let isLog = false;
/** @type {Comparison | null} */
let found = null;
let foundOf = "";

/** Ask again only where something was kept, or the settings have changed. */
async function compared() {
  const { run, spec } = store.state;
  const wanted = `${run} ${JSON.stringify(spec)} ${store.keptVersion}`;
  if (wanted !== foundOf) [found, foundOf] = [await api.kept(run), wanted];
  return /** @type {Comparison} */ (found);
}

export async function comparison() {
  const { kept, settings, same_data: sameData, same_loss: sameLoss } = await compared();
  const { state } = store;
  if (!kept.length)
    return el(
      "div",
      { class: "comparison" },
      el("p", { class: "quiet" }, t("Nothing is kept yet. Keep this run, change something, and compare.")),
      keepButton("button"),
    );
  const { costs, scores, iteration } = state;
  const columns = [
    { name: t("this run"), iteration, costs, metric: scores.metric, kept: 0 },
    ...kept.map((each) => ({ ...each, name: t("run #", each.kept) })),
  ];
  const looks = columns.map(({ kept: k }) => ({
    color: k ? css(ofClass(k)) : css(ink()),
    dash: k ? DASHES[k % DASHES.length] : "none",
  }));
  const wide = Math.min(WIDE, byId("below").clientWidth - 24);
  const picture = svg("svg", { class: "curves", viewBox: `0 0 ${wide} ${HIGH}`, role: "img" });
  const series = columns.map((each, k) => ({
    name: each.kept ? "other" : "own",
    shown: each.name,
    iterations: each.costs.iterations,
    values: each.costs[of],
    ...looks[k],
  }));
  plot(picture, series.reverse(), { wide, high: HIGH, right: RIGHT, isLog });
  picture.setAttribute("aria-label", columns.map((each) => `${each.name}: ${num(each.costs[of].at(-1))}`).join(", "));
  const log = el(
    "button",
    {
      type: "button",
      class: "small",
      "data-key": "compare-log",
      "aria-pressed": String(isLog),
      onclick: () => ((isLog = !isLog), changed("view")),
    },
    t("log scale"),
  );
  const which = choice(
    OF.filter(([name]) => state.m_test || !name.endsWith("test")).map(([name, label]) => ({ name, label })),
    of,
    { id: "compare-of", "aria-label": t("Which curve") },
    (name) => ((of = /** @type {typeof of} */ (name)), changed("view")),
  );
  return el(
    "div",
    { class: "comparison" },
    el("div", {}, el("div", { class: "head" }, which, log, keepButton("small")), picture, notes(sameData, sameLoss)),
    el(
      "div",
      { class: "scroll", "data-scroll": "comparison", tabindex: "0", role: "region", "aria-label": t("Kept runs") },
      table(columns, looks, settings),
    ),
  );
}

/** What keeps costs from being compared. @param {boolean} sameData @param {boolean} sameLoss */
function notes(sameData, sameLoss) {
  const lines = [
    sameData ? null : t("Not all learned from the same data, so their costs are not of the same samples."),
    sameLoss ? null : t("Not all have the same loss, so their costs cannot be compared."),
  ];
  return el("p", { class: "quiet" }, lines.filter(Boolean).join(" "));
}

/**
 * @param {{name: string, kept: number, iteration: number, costs: api.Costs, metric: string}[]} columns
 * @param {{color: string, dash: string}[]} looks
 * @param {import("./api.js").Difference[]} settings
 */
function table(columns, looks, settings) {
  const last = (/** @type {"train" | "test" | "score_train" | "score_test"} */ name) =>
    columns.map(({ costs, metric }) => {
      const value = costs[name].at(-1);
      return name.startsWith("score") && metric === "accuracy" && value !== null && value !== undefined
        ? percent(value)
        : num(value);
    });
  const metric = t([...new Set(columns.map((each) => each.metric))].join(", "));
  const rows = [
    [t("Iteration"), columns.map((each) => String(each.iteration))],
    [`${t("Cost J")}, ${t("training")}`, last("train")],
    [`${t("Cost J")}, ${t("test")}`, last("test")],
    [`${metric}, ${t("training")}`, last("score_train")],
    [`${metric}, ${t("test")}`, last("score_test")],
    ...settings.map(({ label, values }) => [t(label), values.map((each) => t(each) || "–")]),
  ];
  return el(
    "table",
    { class: "runs" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td"),
        columns.map((each, k) => head(each, looks[k])),
      ),
    ),
    el(
      "tbody",
      {},
      rows.map(([label, values], k) =>
        el(
          "tr",
          { class: k === 5 ? "first-setting" : null },
          el("th", { scope: "row" }, /** @type {string} */ (label)),
          /** @type {string[]} */ (values).map((each) => el("td", {}, each)),
        ),
      ),
    ),
  );
}

/** The head of a column: how its curve looks, its name, what can be done with it. @param {{name: string, kept: number}} run @param {{color: string, dash: string}} look */
function head({ name, kept }, { color, dash }) {
  const line = svg("path", { d: "M0 4H26", "stroke-width": kept ? 2 : 3, stroke: color, "stroke-dasharray": dash });
  const sign = svg("svg", { viewBox: "0 0 26 8", width: 26, height: 8, "aria-hidden": "true" }, line);
  const acts = kept
    ? [
        el(
          "button",
          {
            type: "button",
            class: "link",
            "data-key": `open:${kept}`,
            "aria-label": t("Open run #", kept),
            onclick: () => void reopen(kept),
          },
          t("Open"),
        ),
        el(
          "button",
          {
            type: "button",
            class: "link",
            "data-key": `forget:${kept}`,
            "aria-label": t("Delete run #", kept),
            onclick: () => void forget(kept),
          },
          t("Delete"),
        ),
      ]
    : [];
  return el("th", { scope: "col" }, el("div", {}, sign, " ", name), el("div", { class: "acts" }, acts));
}
