// How a saved network is opened in Python and in the shell: lines to copy, below the buttons once it was saved.

import { byId, el, refill } from "./dom.js";
import { on, store } from "./store.js";
import { t } from "./words.js";

/** @type {HTMLElement} */
let strip;

/** @param {HTMLElement} after what the strip stands below */
export function start(after) {
  strip = el("section", { id: "snippet", class: "film", hidden: true });
  after.after(strip);
  on("look", () => !strip.hidden && draw());
  on("run", () => (strip.hidden = true));
}

/** Show the lines for the network of this run. */
export function showSnippet() {
  strip.hidden = false;
  draw();
}

/** @returns {string[]} */
function lines() {
  const { run, spec, fitted } = /** @type {any} */ (store.state);
  const file = `glassnet-${run}.glassnet`;
  const python = fitted
    ? `import glassnet; model = glassnet.load("${file}")`
    : `from glassnet import Network; net = Network.load("${file}")`;
  if (spec.source.name === "given") return [python];
  return [python, `glassnet studio ${file}${spec.source.name === "table" ? " DATA" : ""}`];
}

function draw() {
  const close = () => {
    strip.hidden = true;
    byId("export").querySelector("summary")?.focus();
  };
  refill(
    strip,
    el("p", {}, t("Open the saved file elsewhere:")),
    lines()
      .map((line, k) => [
        el("code", {}, line),
        el(
          "button",
          {
            type: "button",
            class: "small",
            "data-key": `copy:${k}`,
            onclick: (/** @type {any} */ event) => copy(event, line),
          },
          t("Copy"),
        ),
      ])
      .flat(),
    el("button", { type: "button", class: "small", "data-key": "close", onclick: close }, t("Close")),
  );
}

/** @param {{currentTarget: HTMLElement}} event @param {string} line */
async function copy({ currentTarget: button }, line) {
  try {
    await navigator.clipboard.writeText(line);
    button.textContent = t("Copied");
  } catch {
    getSelection()?.selectAllChildren(/** @type {Node} */ (button.previousSibling));
  }
}
