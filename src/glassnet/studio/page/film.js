// A film of the training: it is asked for, followed while it is made, given up or kept.

import * as api from "./api.js";
import { byId, el, refill } from "./dom.js";
import { showError } from "./fields.js";
import { on, store } from "./store.js";
import { language, t } from "./words.js";

/** @typedef {{state: "making" | "made" | "given up" | "error" | "none", kind: string, pictures: number, of: number, bytes: number, error: string}} Film */

const AGAIN = 250; // milliseconds between two looks

/** @type {HTMLElement} */
let strip;
let run = "";
/** @type {Film | null} */
let film = null;

/** @param {HTMLElement} after what the strip stands below */
export function start(after) {
  strip = el("section", { id: "film", class: "film", hidden: true, "aria-live": "polite" });
  after.after(strip);
  on("look", draw);
  on("run", () => run && run !== store.state.run && close());
}

/** Make one. @param {"gif" | "webp"} kind */
export async function makeFilm(kind) {
  run = store.state.run;
  await ask({ what: "make", kind, lang: language() });
  while (film?.state === "making") {
    await new Promise((done) => setTimeout(done, AGAIN));
    if (film) await ask({ what: "look" });
  }
}

/** @param {any} what */
async function ask(what) {
  const of = run;
  try {
    const found = await api.film(of, what);
    if (of === run) film = found;
  } catch (error) {
    if (of === run) film = null;
    showError(error);
  }
  draw();
}

function close() {
  run = "";
  film = null;
  draw();
}

function draw() {
  strip.hidden = !film || film.state === "none" || film.state === "given up";
  if (!film || strip.hidden) return;
  const { state, pictures, of, kind, bytes, error } = film;
  const end = el(
    "button",
    { type: "button", class: "small", "data-key": "end", onclick: () => (state === "making" ? giveUp() : close()) },
    state === "making" ? t("Give up") : t("Close"),
  );
  const said = {
    making: t("Film: it trains again from the start, picture # of #", pictures, of),
    made: t("Film: # pictures of the same training", of),
    error,
  }[/** @type {"making" | "made" | "error"} */ (state)];
  const size = `${kind === "gif" ? "GIF" : "WebP"}, ${(bytes / 1e6).toFixed(1)} MB`;
  refill(
    strip,
    el("p", { class: state === "error" ? "error" : "" }, said),
    state === "making" ? el("progress", { max: of, value: pictures, "aria-label": t("Pictures of the film") }) : null,
    state === "made"
      ? el(
          "a",
          { class: "button main", href: api.exported(run, kind), download: true, "data-kind": kind },
          `${t("Save the film")} (${size})`,
        )
      : null,
    end,
  );
}

async function giveUp() {
  await ask({ what: "cancel" });
  close();
  byId("export").querySelector("summary")?.focus();
}
