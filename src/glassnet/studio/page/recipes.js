// A preset of the models for tables, trained on the table that is open: chosen, watched, stopped, and then looked at.

import * as api from "./api.js";
import { el, num, refill, svg } from "./dom.js";
import { choice, showError } from "./fields.js";
import { rebuild, settled } from "./run.js";
import { on, store } from "./store.js";
import * as table from "./table.js";
import { inWords, t } from "./words.js";

const PAUSE = 250; // milliseconds between two questions how far it is
const [WIDE, HIGH] = [96, 22]; // of a curve

const box = el("div", { class: "fits", id: "fits" });
let preset = "default";
/** @type {import("./api.js").Fit | null} */
let fit = null;
/** @type {{label: string, source: any}[]} the models that were trained from this page */
const trained = [];

/** What is chosen and how far it is. @returns {Node[]} */
export function fields() {
  draw();
  return [box];
}

on("look", draw);

function draw() {
  if (!store.state || !store.choices) return;
  const isTraining = fit?.state === "training";
  const named = store.choices.table_presets.map((name) => ({ name, label: name }));
  refill(
    box,
    el("h2", {}, t("Model for tables")),
    el("p", { class: "quiet" }, t("Several networks by the recipes of a preset, as glassnet train makes them")),
    el(
      "div",
      { class: "field" },
      el("label", { for: "field-table-preset" }, t("Preset")),
      choice(
        named,
        preset,
        { id: "field-table-preset", "data-field": "preset", disabled: isTraining },
        (name) => (preset = name),
      ),
    ),
    isTraining
      ? el("button", { type: "button", class: "button", id: "fit-stop", onclick: () => void stop() }, t("Stop"))
      : el(
          "button",
          { type: "button", class: "button main", id: "fit-start", onclick: () => void train() },
          t("Train the model"),
        ),
    fit ? progress(fit) : null,
    trained.length
      ? el(
          "ul",
          { class: "trained" },
          trained.map(({ label, source }, k) =>
            el(
              "li",
              {},
              el(
                "button",
                { type: "button", class: "link", "data-key": `trained:${k}`, onclick: () => open(source) },
                label,
              ),
            ),
          ),
        )
      : null,
  );
}

/** @param {import("./api.js").Fit} found */
function progress(found) {
  const { state, error, zh, recipes } = found;
  if (state === "done") return null;
  const line = { training: recipes.length ? "" : t("Reading the table …"), stopped: t("Stopped."), failed: inWords(error, zh) }[
    state
  ];
  return el(
    "div",
    { class: "progress", role: "status" },
    line ? el("p", { class: state === "failed" ? "error" : "quiet" }, line) : null,
    el(
      "ol",
      {},
      recipes.map((each, k) => {
        const epoch = each.epoch.at(-1) ?? 0;
        return el(
          "li",
          {},
          el("span", {}, t("Recipe #", k + 1)),
          curve(each.cost),
          el("span", { class: "quiet" }, `${epoch}/${each.epochs} · ${num(each.cost.at(-1), 3)}`),
        );
      }),
    ),
  );
}

/** @param {number[]} cost */
function curve(cost) {
  const [low, high] = [Math.min(...cost), Math.max(...cost)];
  const at = cost.map(
    (J, k) =>
      `${((WIDE * k) / Math.max(1, cost.length - 1)).toFixed(1)} ${(1 + (HIGH - 2) * (1 - (J - low) / (high - low || 1))).toFixed(1)}`,
  );
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, "aria-hidden": "true" },
    svg("path", { class: "line train", d: at.length > 1 ? `M${at.join("L")}` : "" }),
  );
}

async function train() {
  await settled(); // what was said of columns a moment ago counts
  try {
    fit = await api.startFit(table.spec(), preset);
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    showError(error);
    return;
  }
  draw();
  await watch(fit.fit);
}

/** Ask how far it is until it has ended; then look at the model. @param {string} name */
async function watch(name) {
  while (fit?.fit === name && fit.state === "training") {
    await new Promise((done) => setTimeout(done, PAUSE));
    try {
      const found = await api.fitStands(name);
      if (fit?.fit !== name || fit.state !== "training") return;
      fit = found;
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      if (error.status === 404) fit = null;
    }
    draw();
  }
  if (fit?.fit !== name || fit.state !== "done") return;
  trained.push({ label: fit.label, source: fit.source });
  fit = null;
  await open(trained[trained.length - 1].source);
}

async function stop() {
  if (!fit) return;
  try {
    fit = await api.stopFit(fit.fit);
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    showError(error);
  }
  draw();
}

/** @param {any} source */
const open = (source) => rebuild((spec) => Object.assign(spec, { source }));
