// A table of the learner: which column is predicted, and what each column is taken for.

import * as api from "./api.js";
import { el } from "./dom.js";
import { choice } from "./fields.js";
import { rebuild } from "./run.js";
import { changed, on, store } from "./store.js";
import { t } from "./words.js";

const KINDS = ["number", "category", "text", "date", "id", "keep", "drop"];

/** @type {any} what was read of the table of `lookedAt` */
let look = null;
let lookedAt = "";
/** @type {any} what a file begins with that was refused so far, until something else is said of it or another run opened */
let waiting = null;
on("run", () => (waiting = null));

/** The specification that the fields show. @returns {import("./api.js").Spec} */
export const spec = () => (waiting ? { ...store.state.spec, ...waiting } : store.state.spec);

/** Whether the data are a table. */
export const isTable = () => spec().source.name === "table";

/** Whether the fields show a file that nothing was trained on yet. */
export const isWaiting = () => waiting !== null;

/** Read a file, and begin with what is suggested for it. @param {File} file */
export async function take(file) {
  const found = await api.upload(file);
  [look, lookedAt] = [found.look, JSON.stringify(found.spec.source)];
  offer({ loss: null, initializer: null, ...found.spec });
  await say(() => {});
}

/** Show the fields of a table before anything is trained on it, so that what is refused is mended there. @param {any} begun */
export function offer(begun) {
  waiting = structuredClone(begun);
  changed("fields");
}

/** Say something of the table, and start anew with it. @param {(source: any) => void} change */
function say(change) {
  if (waiting) change(waiting.source);
  const begun = structuredClone(waiting);
  return rebuild((next) => {
    if (begun) Object.assign(next, begun);
    else change(next.source);
  });
}

/** Ask what is read of the table, where that is not known yet. */
async function read() {
  const { source } = spec();
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
  const { source } = spec();
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
        say((next) => {
          next.target = target;
          delete next.columns[target]; // what is said of columns is said of the others
        }),
      ),
    ),
    row(
      "source-task",
      t("Predicted as"),
      choice(tasks, source.task ?? "", { id: "field-source-task", "data-field": "source.task" }, (task) =>
        say((next) => (next.task = task || null)),
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
  const { columns } = spec().source;
  const options = [{ name: "", label: t(kind) }, ...KINDS.map((each) => ({ name: each, label: t(each) }))];
  const said = Object.hasOwn(columns, name) ? columns[name] : ""; // a column may be called "constructor"
  const path = `source.columns.${name}`;
  const made = row(
    path,
    name,
    choice(options, said, { id: `field-${path}`, "data-field": path }, (wanted) =>
      say((next) => {
        if (wanted) next.columns = { ...next.columns, [name]: wanted };
        else delete next.columns[name];
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
