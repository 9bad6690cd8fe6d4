// The page: its parts are started, then the run of the address, of this tab or of the shell is opened.

import * as api from "./api.js";
import { readAddress } from "./address.js";
import { readTheme } from "./colors.js";
import * as curves from "./curves.js";
import * as data from "./data.js";
import { byId, el } from "./dom.js";
import { showError } from "./fields.js";
import * as film from "./film.js";
import * as fitted from "./fitted.js";
import { leave } from "./findings.js";
import * as glass from "./glass.js";
import * as insight from "./insight.js";
import * as net from "./net.js";
import * as weights from "./weights.js";
import * as plane from "./plane.js";
import { begin, open } from "./run.js";
import * as snippet from "./snippet.js";
import { changed, on, store } from "./store.js";
import * as table from "./table.js";
import * as tools from "./tools.js";
import * as tour from "./tour.js";
import * as transport from "./transport.js";
import { fill, inWords, learn, t } from "./words.js";

const TABS = /** @type {const} */ ([
  ["glass", "Glass"],
  ["whatif", "What if"],
  ["findings", "Findings"],
  ["confusion", "Confusions"],
  ["comparison", "Comparison"],
  ["distributions", "Distributions"],
  ["graph", "Graph"],
  ["check", "Gradient check"],
]);

/** The tabs below the network: the glass, and what is understood. @param {HTMLElement} root */
function tabs(root) {
  const views = { glass: el("div", { class: "glass" }), insight: el("div", { class: "insight", hidden: true }) };
  const buttons = TABS.map(([name, label]) =>
    el("button", {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": "tab-panel",
      "data-t": label,
      onclick: () => open(name),
    }),
  );
  /** @param {string} name */
  const open = (name) => {
    buttons.forEach((button, k) => {
      button.setAttribute("aria-selected", String(TABS[k][0] === name));
      button.tabIndex = TABS[k][0] === name ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    views.glass.hidden = name !== "glass";
    views.insight.hidden = name === "glass";
    insight.show(name === "glass" ? null : /** @type {insight.View} */ (name));
  };
  const list = el("div", { class: "tabs", role: "tablist", "data-t-label": "Glass and understanding" }, buttons);
  list.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next =
      way &&
      buttons[(buttons.indexOf(/** @type {any} */ (document.activeElement)) + way + buttons.length) % buttons.length];
    if (next) (next.focus(), next.click());
  });
  const panel = el("div", { role: "tabpanel", id: "tab-panel" }, views.glass, views.insight);
  root.append(list, panel);
  glass.start(views.glass);
  insight.start(views.insight);
  open("glass");
  on("select", () => open("glass"));
}

/** What the pointer or the focus is on says what lights up; a pointer that rests while the page changes says nothing. */
function lights() {
  let at = "";
  const place = (/** @type {any} */ event) => `${event.clientX} ${event.clientY}`;
  /** @param {Event} event */
  const light = (event) => {
    if (event.type === "pointerover" && place(event) === at) return;
    const found = /** @type {Element} */ (event.target).closest?.("[data-light]")?.getAttribute("data-light") ?? "";
    if (/** @type {Element} */ (event.target).closest?.(".grid")) return;
    const next = found ? new Set(found.split(" ").filter(Boolean)) : store.lasting;
    if ([...next].join() === [...store.light].join()) return;
    store.light = next;
    changed("light");
  };
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, light);
  document.addEventListener("pointermove", (event) => (at = place(event)));
  const mark = () => {
    for (const each of document.querySelectorAll("[data-array], [data-feature]")) {
      const [array, feature] = [each.getAttribute("data-array"), each.getAttribute("data-feature")];
      each.classList.toggle("lit", store.light.has(array ? `m:${array}` : `a:0:${feature}`));
    }
    const spot = store.spot ? document.querySelector(store.spot) : null;
    for (const each of document.querySelectorAll(".spot")) if (each !== spot) each.classList.remove("spot");
    spot?.classList.add("spot");
  };
  for (const topic of /** @type {const} */ (["light", "spot"])) on(topic, mark);
  new MutationObserver(mark).observe(byId("below"), { childList: true, subtree: true });
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, leave, { capture: true });
}

/** Open the run of this tab, else that of the shell, else what the address says. */
async function first() {
  const { start } = store.choices;
  const spec = readAddress();
  const kept = sessionStorage.getItem("run");
  if (kept && (await open(kept, spec))) return;
  if (start?.run && !spec && (await open(start.run))) return;
  if (spec && (await begin(spec))) return;
  const state = await begin({});
  if (!state || !start?.error) return;
  if (start.spec?.source.name === "table") table.offer(start.spec);
  showError(new api.Refused(inWords(start.error, start.zh), start.field));
}

window.addEventListener("hashchange", () => {
  const spec = readAddress();
  if (spec && JSON.stringify(spec) !== JSON.stringify(store.state.spec)) void begin(spec);
});

async function main() {
  document.documentElement.dataset.theme =
    localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  readTheme();
  try {
    store.choices = await api.choices();
  } catch (error) {
    showError(error);
    return;
  }
  learn(store.choices.texts, store.choices.lang);
  tools.start(byId("tools"));
  transport.start(byId("transport"));
  film.start(byId("transport"));
  snippet.start(byId("transport"));
  data.start(byId("data"));
  net.start(byId("network"));
  weights.start();
  const [surface, cost] = [el("div"), el("div")];
  byId("results").append(surface, cost);
  plane.start(surface);
  curves.start(cost);
  tabs(byId("below"));
  fitted.start();
  tour.start();
  lights();
  for (const topic of /** @type {const} */ (["run", "frame", "seen"])) on(topic, plane.refresh);
  on("look", () => (fill(document), (document.title = `glassnet studio: ${t("networks, opened")}`)));
  changed("look");
  await first();
  changed("look");
}

// until a run is shown there is nothing that a click could be about
void main().finally(() => (document.body.inert = false));
