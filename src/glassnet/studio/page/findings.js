// What `diagnose` finds: each finding goes to what it speaks of, and makes the change that it proposes.

import { byId, el } from "./dom.js";
import { act, change, rebuild } from "./run.js";
import { changed, chooseSample, select, store } from "./store.js";
import { inWords, t } from "./words.js";

/** @typedef {import("./api.js").Finding} Finding */
/** @typedef {import("./api.js").Place} Place */

/** The kinds of places: how the page goes there. @type {Record<string, (place: Place) => void>} */
const PLACES = {
  units: ({ layer = 1, units = [] }) => {
    const lights = units.flatMap((unit) => [`a:${layer}:${unit}`, `w:${layer}:${unit}`]);
    select(units.length === 1 ? { kind: "unit", layer, unit: units[0] } : { kind: "layer", layer });
    light([...lights, `m:W${layer}`]);
  },
  samples: ({ samples = [] }) => openSample(samples[0]),
  features: ({ features = [] }) => {
    select({ kind: "sample" });
    light([...features.map((k) => `a:0:${k}`), "m:X"]);
  },
  distribution: ({ array, layer }) => {
    byId("tab-distributions").click();
    spot(`[data-histogram="${array}${layer}"]`);
  },
  confusion: ({ cell }) => {
    store.cell = cell ?? null;
    byId("tab-confusion").click();
    spot(`[data-key="cell:${cell?.join(":")}"]`);
  },
  curve: () => spot("#curves"),
  plane: () => spot(".plane"),
  field: ({ field }) => spot(`[data-field="${field}"]`),
};

/** @param {number} i */
function openSample(i) {
  chooseSample(i);
  select({ kind: "sample" });
}

/** Let things light up until something else is pressed. @param {string[]} lights */
function light(lights) {
  store.lasting = new Set(lights);
  store.light = store.lasting;
  changed("light");
}

/** Show an element that may still be drawn: into view, a frame around it, the focus on it. @param {string} selector */
function spot(selector) {
  const began = performance.now();
  const look = () => {
    const found = /** @type {HTMLElement | null} */ (document.querySelector(selector));
    if (!found) return void (performance.now() - began < 5000 && requestAnimationFrame(look));
    const folded = found.closest("details");
    if (folded) folded.open = true;
    found.scrollIntoView({ block: "nearest" });
    found.focus({ preventScroll: true });
    store.spot = selector;
    changed("spot");
  };
  look();
}

/** Take the frame away, and the lights that last: at any press. */
export function leave() {
  if (!store.spot && !store.lasting.size) return;
  store.spot = "";
  store.light = store.lasting = new Set();
  changed("light");
}

/** Make the change that a finding proposes. @param {import("./api.js").Fix} fix */
async function mend({ spec, again, play }) {
  const { settings, ...rest } = spec;
  const { playing } = store.state;
  if (again)
    await rebuild((next) => Object.assign(next, rest, { settings: { ...next.settings, ...(settings ?? {}) } }));
  else if (settings) await change({ settings });
  if (play || (again && playing)) await act("play");
}

/** @param {Finding} finding */
function row(finding) {
  const { name, title, text, change: proposed, show, fix, zh } = finding;
  return el(
    "li",
    { "data-finding": name },
    el("b", {}, inWords(title, zh?.title)),
    el("p", {}, inWords(text, zh?.text)),
    proposed ? el("p", { class: "change" }, inWords(proposed, zh?.change)) : null,
    el(
      "div",
      { class: "remedies" },
      el(
        "button",
        { type: "button", class: "small", "data-key": `show:${name}`, onclick: () => PLACES[show.kind](show) },
        t("Show me"),
      ),
      fix
        ? el(
            "button",
            { type: "button", class: "small", "data-key": `fix:${name}`, onclick: () => void mend(fix) },
            t("Fix it"),
          )
        : null,
      fix ? el("span", { class: "quiet" }, what(fix)) : null,
      show.samples?.map((i) =>
        el(
          "button",
          { type: "button", class: "link", "data-key": `finding-sample:${i}`, onclick: () => openSample(i) },
          `${i}`,
        ),
      ) ?? null,
    ),
  );
}

/** What a change changes, in words. @param {import("./api.js").Fix} fix */
function what({ rows, again, play }) {
  const changes = rows.map(({ label, values }) => `${t(label)}: ${t(values[0]) || "–"} → ${t(values[1]) || "–"}`);
  return [...changes, t(again ? "begins again" : play ? "trains on" : "goes on from here")].join(" · ");
}

export function findings() {
  const { findings: found, iteration } = store.state;
  if (!found?.length)
    return el(
      "p",
      { class: "quiet" },
      iteration
        ? t("Nothing stands out: no finding so far.")
        : t("Train a little: findings appear here as they arise."),
    );
  return el("ul", { class: "findings" }, found.map(row));
}
