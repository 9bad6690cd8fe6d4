// Keeping the run as it is now, to compare it with others and to open it again.

import * as api from "./api.js";
import { el } from "./dom.js";
import { showError } from "./fields.js";
import { instead, undoable } from "./run.js";
import { changed, store } from "./store.js";
import { t } from "./words.js";

/** @param {string} look of the button */
export const keepButton = (look) =>
  el(
    "button",
    { type: "button", class: look, "data-key": "keep", title: t("Keep this run, to compare it"), onclick: keep },
    t("Keep"),
  );

/** Ask for something that changes no run; what is refused is shown. @template T @param {() => Promise<T>} asked @returns {Promise<T | null>} */
async function tried(asked) {
  try {
    return await asked();
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    showError(error);
    return null;
  }
}

/** Take what is kept away, or put it back. @param {number} kept @param {boolean} deleted */
async function put(kept, deleted) {
  const found = await tried(() => api.remove(store.state.run, kept, deleted));
  changed("kept");
  return found;
}

/** What takes back an act on what is kept; the run stays as it is. @param {() => Promise<unknown>} act */
const back = (act) =>
  undoable(async () => {
    await act();
    return api.state(store.state.run);
  });

async function keep() {
  const found = await tried(() => api.keep(store.state.run));
  if (!found) return;
  changed("kept");
  back(() => put(found.kept, true));
}

/** Delete a run that was kept. @param {number} kept */
export async function forget(kept) {
  if (await put(kept, true)) back(() => put(kept, false));
}

/** Show a run that was kept, in place of this one. @param {number} kept */
export const reopen = (kept) => instead(() => api.reopen(kept));
