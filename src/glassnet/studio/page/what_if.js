// What if: the row of a fitted model as a form; each edit is asked, and the answer stands beside it.

import * as api from "./api.js";
import { el, num, refill } from "./dom.js";
import { choice } from "./fields.js";
import { lately } from "./run.js";
import { changed, chooseSample, on, store } from "./store.js";
import { draw } from "./what_answer.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Form} Form */
/** @typedef {import("./api.js").Field} Field */
/** @typedef {import("./api.js").Answered} Answered */

const SEARCHED = 24; // fields from which on one can be searched for

const fieldsBox = el("div", { class: "what-fields" });
const answerBox = el("div", { class: "what-answer", "aria-live": "polite" });
const view = el("div", { class: "what-if" }, fieldsBox, answerBox);
/** @type {Form | null} */
let form = null;
let formOf = "";
let row = -1;
let coverage = 0.9;
/** No cells; a column may be called "constructor", which every other object has. @returns {Record<string, string | null>} */
const none = () => Object.create(null);
/** cells that were written, by column */
let cells = none();
/** @type {Answered | null} */
let answer = null;
/** @type {import("./api.js").Why | null} */
let why = null;

const ask = lately(async () => {
  const { state } = store;
  if (!state?.fitted || !form || formOf !== state.run) return;
  const asked = { i: store.sample, cells: { ...cells }, coverage };
  let found;
  try {
    found = await api.askModel(state.run, asked);
  } catch (error) {
    if (!(error instanceof api.Refused) || !error.field?.startsWith("cells.")) throw error;
    blame(error.field.slice("cells.".length), error.message);
    return;
  }
  if (state.run !== store.state.run || asked.i !== store.sample) return;
  blame("", "");
  answer = found;
  if (row !== asked.i) {
    row = asked.i;
    drawFields();
  }
  drawAnswer();
  explain();
  if (JSON.stringify(store.inputs) !== JSON.stringify(found.inputs)) {
    store.inputs = found.inputs;
    changed("inputs");
  }
}, 100);

const explain = lately(async () => {
  const { state } = store;
  if (!state?.fitted || formOf !== state.run || !answer) return;
  const asked = { i: store.sample, cells: { ...cells } };
  const found = await api.whyModel(state.run, asked);
  if (state.run !== store.state.run || JSON.stringify([asked.i, asked.cells]) !== JSON.stringify([store.sample, cells]))
    return;
  why = found;
  drawAnswer();
}, 100);

/** The view, brought up to date. */
export async function whatIf() {
  const { state } = store;
  if (!state.fitted)
    return el(
      "p",
      { class: "quiet" },
      t("This is asked of fitted models: train a preset on a table of yours, or open one: glassnet studio MODEL DATA"),
    );
  if (formOf !== state.run) {
    form = await api.form(state.run);
    [formOf, row, cells, answer, why] = [state.run, -1, none(), null, null];
    fieldsBox.replaceChildren();
    answerBox.replaceChildren();
  }
  ask();
  return view;
}

on("sample", () => {
  cells = none();
  row = -1;
  ask();
});
on("look", () => {
  if (!answer) return;
  drawFields();
  drawAnswer();
});

/** Say under its field what is wrong with a cell; of none, that nothing is. @param {string} column @param {string} why */
function blame(column, why) {
  for (const line of fieldsBox.querySelectorAll(".error")) line.textContent = "";
  for (const input of fieldsBox.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const at = form?.fields.findIndex((each) => each.name === column) ?? -1;
  const input = document.getElementById(`cell-${at}`);
  const line = document.getElementById(`cell-${at}-error`);
  if (!input || !line) return;
  input.setAttribute("aria-invalid", "true");
  line.textContent = why;
}

// ---------------------------------------------------------------- the row

function drawFields() {
  if (!form) return;
  const { rows, fields } = form;
  const go = (/** @type {number} */ i) => Number.isInteger(i) && chooseSample(Math.max(0, Math.min(rows - 1, i)));
  const number = el("input", {
    type: "text",
    inputmode: "numeric",
    id: "what-row",
    size: "5",
    value: String(store.sample),
    onchange: () => go(Number(number.value)),
  });
  const chooser = form.is_typical
    ? el("p", { class: "quiet" }, t("typical values, as far as the model knows them; open it with its data for rows"))
    : el(
        "div",
        { class: "with-label" },
        el("label", { for: "what-row" }, t("Row")),
        step("what-before", t("The row before"), "‹", () => go(store.sample - 1)),
        number,
        step("what-after", t("The next row"), "›", () => go(store.sample + 1)),
        el("span", { class: "quiet" }, t("of #", rows)),
      );
  const grid = el("div", { class: "cells" }, fields.map(cell));
  const search = el("input", {
    type: "text",
    id: "what-search",
    placeholder: t("Find a column"),
    "aria-label": t("Find a column"),
    oninput: () => {
      for (const each of /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll(".cell")))
        each.hidden = !(each.dataset.column ?? "").toLowerCase().includes(search.value.trim().toLowerCase());
    },
  });
  refill(
    fieldsBox,
    el(
      "div",
      { class: "head" },
      chooser,
      fields.length > SEARCHED ? search : null,
      el("button", { type: "button", class: "small", id: "what-undo", onclick: back }, t("The row as it was")),
    ),
    fields.length ? grid : el("p", { class: "quiet" }, t("There are no columns: this model takes pictures.")),
  );
}

/** @param {string} id @param {string} label @param {string} sign @param {() => void} go */
const step = (id, label, sign, go) =>
  el("button", { type: "button", class: "small", id, "aria-label": label, onclick: go }, sign);

function back() {
  cells = none();
  drawFields();
  ask();
}

/** @param {Field} field @param {number} k */
function cell(field, k) {
  const shown = field.name in cells ? cells[field.name] : (answer?.cells[field.name] ?? null);
  const write = (/** @type {string} */ text) => {
    const given = text === "" ? null : text;
    if (given === (answer?.cells[field.name] ?? null)) delete cells[field.name];
    else cells[field.name] = given;
    box.classList.toggle("changed", field.name in cells);
    ask();
  };
  const shared = { id: `cell-${k}`, "aria-describedby": `cell-${k}-error`, "data-cell": field.name };
  const box = el(
    "div",
    { class: field.name in cells ? "cell changed" : "cell", "data-column": field.label },
    el("label", { for: `cell-${k}`, title: field.label }, field.label),
    control(field, shown, shared, write),
    el("p", { class: "error", id: `cell-${k}-error`, role: "alert" }),
  );
  return box;
}

/** @param {Field} field @param {string | null} shown @param {Record<string, any>} shared @param {(text: string) => void} write */
function control(field, shown, shared, write) {
  if (field.kind === "choice") {
    return choice([{ name: "", label: "missing" }, ...field.choices], shown ?? "", shared, write);
  }
  const isLong = field.kind === "text" && (shown ?? "").length > 60;
  const hint = field.low !== null && field.high !== null ? `${num(field.low)} … ${num(field.high)}` : null;
  const input = el(isLong ? "textarea" : "input", {
    ...shared,
    type: isLong ? null : "text",
    rows: isLong ? "3" : null,
    inputmode: field.kind === "number" ? "decimal" : null,
    autocomplete: "off",
    spellcheck: "false",
    value: shown ?? "",
    placeholder: t("missing"),
    title: hint ? t("in training {range}", { range: hint }) : null,
    oninput: () => write(/** @type {any} */ (input).value.trim().replace("−", "-")),
  });
  return input;
}

function drawAnswer() {
  if (!answer || !form) return;
  draw(answerBox, form, answer, why, {
    isEdited: Object.keys(cells).length > 0,
    coverage,
    cover: (share) => ((coverage = share), ask()),
  });
}
