// The head of the page: lessons, undo, the address to share, files to keep, language, light and dark.

import * as api from "./api.js";
import { isDark, readTheme } from "./colors.js";
import { byId, el, refill } from "./dom.js";
import { makeFilm } from "./film.js";
import { canUndo, undo } from "./run.js";
import { changed, on, store } from "./store.js";
import { showSnippet } from "./snippet.js";
import { openLessons } from "./tour.js";
import { fill, language, speak, t } from "./words.js";

const KINDS = /** @type {const} */ ([
  ["python", "Python script"],
  ["model", "Model file (.glassnet)"],
  ["svg", "Diagram (SVG)"],
  ["report", "Report (HTML)"],
]);
const OF_A_TRAINING = ["python", "report"]; // which a fitted model has not on this page
const FILMS = /** @type {const} */ ([
  ["webp", "Film (WebP)"],
  ["gif", "Film (GIF)"],
]);

/** @param {HTMLElement} root */
export function start(root) {
  const draw = () => store.state && show(root);
  on("look", draw);
  on("run", draw);
  on("fields", draw);
  on("frame", () => {
    const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("undo"));
    if (button) button.disabled = !canUndo();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu"))
      if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape")
      for (const menu of document.querySelectorAll("details.menu")) menu.removeAttribute("open");
    if (
      event.key === "z" &&
      (event.ctrlKey || event.metaKey) &&
      !/^(INPUT|TEXTAREA)$/.test(/** @type {HTMLElement} */ (event.target).tagName)
    )
      void undo();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (readTheme(), changed("look")));
}

/** @param {HTMLElement} root */
function show(root) {
  const { run } = store.state;
  const share = el("button", { type: "button", id: "share", onclick: () => void copy() }, t("Copy link"));
  const keep = el(
    "details",
    { class: "menu", id: "export" },
    el("summary", {}, t("Save")),
    el(
      "ul",
      {},
      KINDS.filter(([kind]) => !store.state.fitted || !OF_A_TRAINING.includes(kind)).map(([kind, label]) =>
        el(
          "li",
          {},
          el(
            "a",
            {
              href: api.exported(run, kind),
              download: true,
              "data-kind": kind,
              onclick: () => saved(kind),
            },
            t(label),
          ),
        ),
      ),
      FILMS.filter(() => !store.state.fitted).map(([kind, label]) =>
        el("li", {}, el("button", { type: "button", "data-film": kind, onclick: () => film(kind) }, t(label))),
      ),
    ),
  );
  refill(
    root,
    el("button", { type: "button", id: "lessons", onclick: openLessons }, t("Lessons")),
    el("button", { type: "button", id: "undo", disabled: !canUndo(), onclick: () => void undo() }, t("Undo")),
    share,
    keep,
    el(
      "button",
      { type: "button", id: "language", lang: language() === "zh" ? "en" : "zh", onclick: swapLanguage },
      language() === "zh" ? "English" : "中文",
    ),
    el(
      "button",
      { type: "button", id: "theme", "aria-pressed": String(isDark()), onclick: swapTheme },
      isDark() ? t("Light") : t("Dark"),
    ),
  );
}

/** @param {string} kind */
function saved(kind) {
  byId("export").removeAttribute("open");
  if (kind === "model") showSnippet();
}

/** @param {"gif" | "webp"} kind */
function film(kind) {
  byId("export").removeAttribute("open");
  void makeFilm(kind);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    byId("share").textContent = t("Copied");
  } catch {
    byId("message").textContent = t("The address of this page is the link: copy it from there.");
  }
}

function swapLanguage() {
  speak(language() === "zh" ? "en" : "zh");
  fill(document);
  changed("look");
}

function swapTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  readTheme();
  changed("look");
}
