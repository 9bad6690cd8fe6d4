// The left side: where the data come from, and how the network is trained.

import * as api from "./api.js";
import { byId, el, refill } from "./dom.js";
import { choice, field, showError } from "./fields.js";
import * as fitted from "./fitted.js";
import { named } from "./named.js";
import * as recipes from "./recipes.js";
import * as files from "./files.js";
import { change, rebuild } from "./run.js";
import { css, ofClass } from "./colors.js";
import { on, store } from "./store.js";
import * as table from "./table.js";
import { inWords, t } from "./words.js";

/** @typedef {import("./api.js").Setting} Setting */

const FIRST = ["learning_rate", "optimizer", "batch_size", "l2"]; // the settings that are always seen
const ACCEPTED =
  ".csv,.tsv,.txt,.parquet,.xlsx,.json,.arff,.feather,.zip,.h5,.hdf5,.npz,.png,.jpg,.jpeg,.bmp,.gif,.webp,.tif,.tiff";
const MOST_CLASSES = 10; // that are named
const MOST_BYTES = 200_000_000; // of an upload

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
    void files.dropped(event.dataTransfer).then(take);
  });
}

/** @param {HTMLElement} root */
function draw(root) {
  const open = [...root.querySelectorAll("details")].filter((each) => each.open).map((each) => each.dataset.key);
  const { spec } = store.state;
  const { sources, settings, initializers } = store.choices;
  const given = table.spec().source;
  const source = sources.find((each) => each.name === given.name);
  const chooser = (/** @type {string} */ id, /** @type {Record<string, any>} */ more) => {
    const input = el("input", {
      type: "file",
      id,
      class: "hidden-file",
      multiple: true,
      onchange: () => void take(files.chosen(input.files)),
      ...more,
    });
    return input;
  };
  const ordinary = settings.filter((each) => FIRST.includes(each.name));
  const others = settings.filter((each) => !FIRST.includes(each.name));
  const isFitted = Boolean(store.state.fitted);
  const own = { table: "Own data", model: "Fitted model" }[String(given.name)];
  refill(
    root,
    ...fitted.facts(),
    el("h2", {}, t("Data")),
    labelled(
      "field-source-name",
      t("Data set"),
      choice(
        own ? [...sources, { name: given.name, label: t(own) }] : sources,
        given.name,
        { id: "field-source-name", "data-field": "source.name", "aria-describedby": "field-source-name-error" },
        (name) => rebuild((next) => (next.source = /** @type {any} */ ({ name }))),
      ),
    ),
    ...(source?.settings ?? []).map((each) =>
      field(each, `source.${each.name}`, given[each.name], (value) =>
        rebuild((next) => (next.source[each.name] = value)),
      ),
    ),
    ...(table.isTable() ? table.fields() : []),
    ...store.choices.numbers
      .filter((each) => each.name !== "seed" && !isFitted && !store.state.comes_with_test)
      .map((each) =>
        field(each, each.name, /** @type {any} */ (spec)[each.name], (value) =>
          rebuild((next) => Object.assign(next, { [each.name]: value })),
        ),
      ),
    ...(isFitted || table.isWaiting() ? [] : [balance(), notes()]),
    el(
      "div",
      { class: "drop" },
      el(
        "span",
        {},
        chooser("file", { accept: ACCEPTED, "aria-describedby": "drop-hint" }),
        el("label", { for: "file", class: "small" }, t("Own file…")),
      ),
      el(
        "span",
        {},
        chooser("folder", { webkitdirectory: true, "aria-describedby": "drop-hint" }),
        el("label", { for: "folder", class: "small" }, t("Folder of pictures…")),
      ),
      el(
        "p",
        { class: "quiet", id: "drop-hint" },
        t("a table, or pictures in a folder for each class; or drop them here"),
      ),
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

/** How many samples each class has, as one bar, and in words. */
function balance() {
  const { state } = store;
  const { counts } = state;
  const total = state.m_train + state.m_test;
  const line = el(
    "p",
    { class: "quiet" },
    t("# training, # test samples", state.m_train, state.m_test),
    state.comes_with_test ? ` · ${t("the test set came with the data")}` : "",
  );
  if (!counts || !state.classes) return line;
  const bar = el("div", { class: "balance", "aria-hidden": "true" });
  const key = el("ul", { class: "classes" });
  state.classes.forEach((name, k) => {
    const part = el("span");
    part.style.flexGrow = String(counts[k] / total);
    part.style.background = css(ofClass(k));
    bar.append(part);
    if (k === MOST_CLASSES)
      key.append(el("li", { class: "quiet" }, t("and # more classes", counts.length - MOST_CLASSES)));
    if (k >= MOST_CLASSES) return;
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = css(ofClass(k));
    key.append(el("li", { title: named(name) }, swatch, el("span", { class: "name" }, named(name)), ` ${counts[k]}`));
  });
  return el("div", {}, bar, key, line);
}

/** What was noticed when files were read, such as pictures that are broken. */
function notes() {
  const { notes: found } = store.state;
  if (!found?.length) return null;
  return el(
    "ul",
    { class: "notes quiet", tabindex: "0", role: "group", "aria-label": t("Noticed while reading") },
    found.map((each) => el("li", {}, inWords(each.text, each.zh))),
  );
}

/** Train on files of the learner. @param {import("./files.js").Found[]} found */
async function take(found) {
  if (!found.length) return;
  const size = found.reduce((sum, { file }) => sum + file.size, 0);
  if (size > MOST_BYTES) {
    byId("message").textContent = t("At most # MB; these files have # MB.", MOST_BYTES / 1e6, Math.ceil(size / 1e6));
    return;
  }
  const name = found[0].path.split("/")[0];
  byId("message").textContent = t("Reading {name} …", { name });
  try {
    await table.take(await files.asOne(found));
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    showError(error);
  }
}
