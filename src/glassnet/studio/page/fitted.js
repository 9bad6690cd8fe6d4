// A fitted model: what is known of it on the left, and which of its networks is in the middle. It is not trained further.

import * as api from "./api.js";
import { el, num, percent, refill } from "./dom.js";
import { choice } from "./fields.js";
import { inTurn } from "./run.js";
import { changed, on, store } from "./store.js";
import { inWords, t } from "./words.js";

const PER_CENT = new Set(["accuracy", "balanced accuracy"]);
/** @type {{run: string, form: import("./api.js").Form} | null} */
let known = null;

/** Open the view "What if" with every model that is opened. */
export function start() {
  let before = "";
  on("run", () => {
    const { fitted, run } = store.state;
    document.body.classList.toggle("looked-at", Boolean(fitted));
    if (fitted && run !== before) document.getElementById("tab-whatif")?.click();
    before = run;
  });
}

/** Show another network of the model. @param {number} network */
export async function show(network) {
  await inTurn(() => api.showNetwork(store.state.run, network));
  changed("run");
}

/** Ask what is known of the model, once. */
async function read() {
  const { run } = store.state;
  if (known?.run === run) return;
  try {
    known = { run, form: await api.form(run) };
    changed("fields");
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
  }
}

/** What stands on the left. @returns {(Node | null)[]} */
export function facts() {
  const { fitted, notes, run, m_train: m, m_test: tests } = store.state;
  if (!fitted) return [];
  void read();
  const form = known?.run === run ? known.form : null;
  return [
    el("h2", {}, t("Model")),
    el("p", { class: "model-name", id: "model-name" }, fitted.name),
    el("p", { class: "quiet" }, fitted.kind),
    form
      ? el(
          "p",
          { class: "quiet" },
          form.is_typical
            ? t("without data: one row of typical values")
            : t("# rows, # of them for the test", m + tests, tests),
        )
      : null,
    fitted.of > 1 ? networks(fitted) : null,
    form ? scores(form) : null,
    form?.recipes.length ? recipes(form.recipes) : null,
    el(
      "a",
      { class: "button", href: api.exported(run, "model"), download: true, id: "save-model" },
      t("Model file (.glassnet)"),
    ),
    notes?.length
      ? el(
          "details",
          { "data-key": "notes" },
          el("summary", {}, t("Notes (#)", notes.length)),
          el(
            "ul",
            { class: "notes" },
            notes.map((each) => el("li", {}, inWords(each.text, each.zh))),
          ),
        )
      : null,
  ];
}

/** @param {{network: number, of: number}} fitted */
function networks({ network, of }) {
  const named = Array.from({ length: of }, (_, k) => ({ name: String(k), label: `${k + 1} / ${of}` }));
  return el(
    "div",
    { class: "field" },
    el("label", { for: "field-network" }, t("Network in the middle")),
    choice(named, String(network), { id: "field-network" }, (k) => show(Number(k))),
  );
}

/** @param {import("./api.js").Form} form */
function scores({ scores, words }) {
  const parts = Object.keys(scores);
  if (!parts.length) return null;
  const names = Object.keys(scores[parts[0]]);
  const written = (/** @type {string} */ name, /** @type {number | undefined} */ value) =>
    value === undefined ? "–" : PER_CENT.has(name) ? percent(value) : num(value, 3);
  return el(
    "table",
    { class: "scores", id: "scores" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td"),
        parts.map((part) => el("th", { scope: "col" }, t(part))),
      ),
    ),
    el(
      "tbody",
      {},
      names.map((name) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, inWords(name, words[name])),
          parts.map((part) =>
            el(
              "td",
              { "data-exact": scores[part][name], "data-score": `${part} ${name}` },
              written(name, scores[part][name]),
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {{recipe: string, cost: number | null}[]} tried */
function recipes(tried) {
  return el(
    "details",
    { "data-key": "recipes" },
    el("summary", {}, t("Recipes tried (#)", tried.length)),
    el(
      "table",
      { class: "scores" },
      el("thead", {}, el("tr", {}, el("td"), el("th", { scope: "col" }, t("cost on rows left out")))),
      el(
        "tbody",
        {},
        tried.map(({ recipe, cost }) => el("tr", {}, el("th", { scope: "row" }, recipe), el("td", {}, num(cost)))),
      ),
    ),
  );
}
