// A table of the learner: which column is predicted, and what each column is taken for.

import * as api from "./api.js";
import { el } from "./dom.js";
import { choice } from "./fields.js";
import { rebuild } from "./run.js";
import { changed, store } from "./store.js";
import { t } from "./words.js";

const KINDS = ["number", "category", "text", "date", "id", "keep", "drop"];

/** @type {any} what was read of the table of `lookedAt` */
let look = null;
let lookedAt = "";

/** Whether the data are a table. */
export const isTable = () => store.state.spec.source.name === "table";

/** Read a file, and begin with what is suggested for it. @param {File} file */
export async function take(file) {
  const found = await api.upload(file);
  [look, lookedAt] = [found.look, JSON.stringify(found.spec.source)];
  await rebuild((spec) => Object.assign(spec, { loss: null, initializer: null }, found.spec));
}

/** Ask what is read of the table, where that is not known yet. */
async function read() {
  const { source } = store.state.spec;
  const wanted = JSON.stringify(source);
  if (lookedAt === wanted) return;
  lookedAt = wanted;
  try {
    look = (await api.look(source)).look;
    changed("fields");
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
  }
}

/** The fields of a table. @returns {(Node | null)[]} */
export function fields() {
  void read();
  const { source } = store.state.spec;
  if (!look) return [el("p", { class: "quiet" }, "…")];
  if (look.pictures) {
    const [high, wide] = store.state.picture ?? [0, 0];
    return [
      el("p", { class: "quiet file" }, `${look.source}: `, t("pictures of # × # pixels", high, wide)),
      el("p", { class: "error", id: "field-source-error" }),
    ];
  }
  const names = look.columns.map((/** @type {any} */ each) => each.name);
  const tasks = [
    { name: "", label: t("as the column is") },
    { name: "classes", label: t("categories") },
    { name: "numbers", label: t("values") },
  ];
  return [
    el("p", { class: "quiet" }, `${look.source}: `, t("# rows, # columns", look.rows, names.length)),
    row(
      "source-target",
      t("Target"),
      choice(names, source.target, { id: "field-source-target", "data-field": "source.target" }, (target) =>
        rebuild((spec) => (spec.source.target = target)),
      ),
    ),
    row(
      "source-task",
      t("Predicted as"),
      choice(tasks, source.task ?? "", { id: "field-source-task", "data-field": "source.task" }, (task) =>
        rebuild((spec) => (spec.source.task = task || null)),
      ),
    ),
    el(
      "details",
      { "data-key": "columns" },
      el("summary", {}, t("Columns")),
      ...look.columns.filter((/** @type {any} */ each) => each.name !== source.target).map(column),
    ),
  ];
}

/** @param {any} each */
function column({ name, kind, reason }) {
  const { columns } = store.state.spec.source;
  const options = [{ name: "", label: t(kind) }, ...KINDS.map((each) => ({ name: each, label: t(each) }))];
  const path = `source.columns.${name}`;
  const made = row(
    path,
    name,
    choice(options, columns[name] ?? "", { id: `field-${path}`, "data-field": path }, (wanted) =>
      rebuild((spec) => {
        if (wanted) spec.source.columns[name] = wanted;
        else delete spec.source.columns[name];
      }),
    ),
  );
  made.title = reason ?? "";
  return made;
}

/** @param {string} path @param {string} label @param {HTMLElement} input */
function row(path, label, input) {
  return el(
    "div",
    { class: "field" },
    el("label", { for: `field-${path}` }, label),
    input,
    el("p", { class: "error", id: `field-${path}-error` }),
  );
}
