// The left side: where the data come from, and how the network is trained.

import * as api from "./api.js";
import { byId, el, refill } from "./dom.js";
import { choice, field, showError } from "./fields.js";
import * as fitted from "./fitted.js";
import * as recipes from "./recipes.js";
import { change, rebuild } from "./run.js";
import { css, ofClass } from "./colors.js";
import { on, store } from "./store.js";
import * as table from "./table.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Setting} Setting */

const FIRST = ["learning_rate", "optimizer", "batch_size", "l2"]; // the settings that are always seen

/** @param {HTMLElement} root */
export function start(root) {
  const show = () => store.state && draw(root);
  on("fields", show);
  on("run", show);
  on("look", show);
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => (event.preventDefault(), document.body.classList.add("dropping")));
  document.addEventListener(
    "dragleave",
    (event) => event.relatedTarget === null && document.body.classList.remove("dropping"),
  );
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const file = event.dataTransfer?.files[0];
    if (file) void take(file);
  });
}

/** @param {HTMLElement} root */
function draw(root) {
  const open = [...root.querySelectorAll("details")].filter((each) => each.open).map((each) => each.dataset.key);
  const { spec } = store.state;
  const { sources, settings, initializers } = store.choices;
  const source = sources.find((each) => each.name === spec.source.name);
  const file = el("input", {
    type: "file",
    id: "file",
    class: "hidden-file",
    accept: ".csv,.tsv,.txt,.parquet,.xlsx,.json,.arff,.feather",
    onchange: () => file.files?.[0] && take(file.files[0]),
  });
  const ordinary = settings.filter((each) => FIRST.includes(each.name));
  const others = settings.filter((each) => !FIRST.includes(each.name));
  const isFitted = Boolean(store.state.fitted);
  const own = { table: "Own table", model: "Fitted model" }[String(spec.source.name)];
  refill(
    root,
    ...fitted.facts(),
    el("h2", {}, t("Data")),
    labelled(
      "field-source-name",
      t("Data set"),
      choice(
        own ? [...sources, { name: spec.source.name, label: own }] : sources,
        spec.source.name,
        { id: "field-source-name", "data-field": "source.name", "aria-describedby": "field-source-name-error" },
        (name) => rebuild((next) => (next.source = /** @type {any} */ ({ name }))),
      ),
    ),
    ...(source?.settings ?? []).map((each) =>
      field(each, `source.${each.name}`, spec.source[each.name], (value) =>
        rebuild((next) => (next.source[each.name] = value)),
      ),
    ),
    ...(table.isTable() ? table.fields() : []),
    ...store.choices.numbers
      .filter((each) => each.name !== "seed" && !isFitted)
      .map((each) =>
        field(each, each.name, /** @type {any} */ (spec)[each.name], (value) =>
          rebuild((next) => Object.assign(next, { [each.name]: value })),
        ),
      ),
    isFitted ? null : balance(),
    el(
      "p",
      { class: "drop" },
      el("label", { for: "file", class: "button" }, t("Own table…")),
      file,
      el("span", { class: "quiet" }, t("or drop it here")),
    ),
    ...(table.isTable() ? recipes.fields() : []),
    ...(isFitted ? [] : settingsOf(ordinary, others, initializers)),
  );
  for (const each of root.querySelectorAll("details")) each.open = open.includes(each.dataset.key);
}

/** How the network is trained. @param {Setting[]} ordinary @param {Setting[]} others @param {string[]} initializers */
function settingsOf(ordinary, others, initializers) {
  const { spec } = store.state;
  return [
    el("h2", {}, t("Settings")),
    preset(),
    ...ordinary.map((each) => setting(each)),
    el(
      "details",
      { "data-key": "more" },
      el("summary", {}, t("More settings")),
      ...others.map((each) => setting(each)),
      labelled(
        "field-initializer",
        t("First weights"),
        choice(
          [{ name: "", label: t("by activation") }, ...initializers.map((name) => ({ name, label: name }))],
          spec.initializer ?? "",
          { id: "field-initializer", "data-field": "initializer", "aria-describedby": "field-initializer-error" },
          (name) => rebuild((next) => (next.initializer = name || null)),
        ),
      ),
      loss(),
    ),
  ];
}

/** @param {string} id @param {string} label @param {HTMLElement} input */
function labelled(id, label, input) {
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    input,
    el("p", { class: "error", id: `${id}-error` }),
  );
}

/** @param {import("./api.js").Setting} row */
function setting(row) {
  return field(row, `settings.${row.name}`, store.state.spec.settings[row.name], (value) =>
    change({ settings: { [row.name]: value } }),
  );
}

function loss() {
  const { losses } = store.choices;
  const { spec } = store.state;
  return labelled(
    "field-loss",
    t("Loss"),
    choice(
      [{ name: "", label: t("by the target") }, ...losses.map((name) => ({ name, label: name }))],
      spec.loss ?? "",
      { id: "field-loss", "data-field": "loss", "aria-describedby": "field-loss-error" },
      (name) => rebuild((next) => (next.loss = name || null)),
    ),
  );
}

/** Ready-made networks and settings. */
function preset() {
  const { presets } = store.choices;
  const named = Object.keys(presets).map((name) => ({ name, label: name }));
  return labelled(
    "field-preset",
    t("Preset"),
    choice([{ name: "", label: t("choose…") }, ...named], "", { id: "field-preset" }, (name) => {
      if (name) void rebuild((next) => Object.assign(next, presets[name]));
    }),
  );
}

/** How many samples each class has, as one bar. */
function balance() {
  const { state } = store;
  const { counts } = state;
  const total = state.m_train + state.m_test;
  const line = el("p", { class: "quiet" }, t("# training, # test samples", state.m_train, state.m_test));
  if (!counts || !state.classes) return line;
  const bar = el("div", {
    class: "balance",
    role: "img",
    "aria-label": state.classes.map((name, k) => `${name}: ${counts[k]}`).join(", "),
  });
  state.classes.forEach((name, k) => {
    const part = el("span", { title: `${name}: ${counts[k]}` });
    part.style.flexGrow = String(counts[k] / total);
    part.style.background = css(ofClass(k));
    bar.append(part);
  });
  return el("div", {}, bar, line);
}

/** Train on a file of the learner. @param {File} file */
async function take(file) {
  byId("message").textContent = t("Reading {name} …", { name: file.name });
  try {
    await table.take(file);
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    showError(error);
  }
}
