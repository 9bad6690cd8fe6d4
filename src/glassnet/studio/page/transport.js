// Play, pause, a step, its parts, an epoch, start again; and where the training stands.

import { el, math, num, percent, svg } from "./dom.js";
import { pulse } from "./drawing.js";
import { numberOf } from "./fields.js";
import { act, rebuild } from "./run.js";
import { on, store } from "./store.js";
import { fill, inWords, t } from "./words.js";

/** @type {Record<string, string>} */
const ICONS = {
  play: "M7 4.5v15l13-7.5z",
  pause: "M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z",
  step: "M5 4.5v15l10-7.5zM17 4.5h2.5v15H17z",
  epoch: "M3.5 4.5v15l8-7.5zM11.5 4.5v15l8-7.5zM20 4.5h2v15h-2z",
  part: "M5 10h9V6l6 6-6 6v-4H5z",
  reset: "M12 5V1.5L6.5 6.5 12 11.5V8a5.5 5.5 0 1 1-5.5 5.5h-3A8.5 8.5 0 1 0 12 5z",
};
const ACTS = /** @type {const} */ ([
  ["reset", "Reset", "Start again with the same seed", "r"],
  ["part", "Part", "One part of a step", "p"],
  ["step", "Step", "One step", "s"],
  ["epoch", "Epoch", "One epoch", "e"],
]);
const SPEEDS = [1, 3, 10, 30, 100]; // steps in a frame of the screen

/** @param {string} name */
const icon = (name) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

/** @param {HTMLElement} root */
export function start(root) {
  const play = el("button", { class: "play", type: "button", id: "play", onclick: toggle });
  const buttons = ACTS.map(([what, label, meaning, key]) =>
    el(
      "button",
      {
        type: "button",
        class: "act",
        id: `act-${what}`,
        "data-t-label": meaning,
        "aria-keyshortcuts": key,
        onclick: () => void doIt(what),
      },
      icon(what),
      el("span", { "data-t": label }),
    ),
  );
  const speed = el("select", {
    id: "speed",
    onchange: () => void act(store.state.playing ? "play" : "pause", Number(speed.value)),
  });
  const seed = el("input", {
    id: "seed",
    type: "text",
    inputmode: "numeric",
    size: "4",
    "data-field": "seed",
    "aria-describedby": "seed-error",
    onchange: () => void rebuild((spec) => (spec.seed = numberOf(seed.value))),
  });
  const next = el(
    "button",
    {
      type: "button",
      class: "small",
      "data-t-label": "Another seed",
      onclick: () => void rebuild((spec) => (spec.seed += 1)),
    },
    "+1",
  );
  const figures = el("dl", { class: "figures" });
  root.append(
    el("div", { class: "acts" }, play, ...buttons),
    el("div", { class: "with-label" }, el("label", { for: "speed", "data-t": "Speed" }), speed),
    el(
      "div",
      { class: "with-label" },
      el("label", { for: "seed", "data-t": "Seed" }),
      seed,
      next,
      el("p", { class: "error", id: "seed-error" }),
    ),
    figures,
  );
  const show = () => {
    const { state } = store;
    if (!state) return;
    play.replaceChildren(icon(state.playing ? "pause" : "play"));
    play.setAttribute("aria-label", t(state.playing ? "Pause" : "Play"));
    play.title = `${t(state.playing ? "Pause" : "Play")} (${t("space bar")})`;
    if (document.activeElement !== seed) seed.value = String(state.spec.seed);
    speed.value = String(state.speed ?? 0);
    write(figures);
    showPart();
  };
  const relabel = () => {
    fill(root);
    const speeds = [...new Set([...SPEEDS, store.state?.speed || 1])].sort((a, b) => a - b);
    speed.replaceChildren(
      ...speeds.map((each) =>
        el("option", { value: each }, t(each === 1 ? "# step a frame" : "# steps a frame", each)),
      ),
      el("option", { value: 0 }, t("as fast as it goes")),
    );
    show();
  };
  on("frame", show);
  on("look", relabel);
  on("run", relabel);
  document.addEventListener("keydown", shortcut);
}

/** @param {HTMLElement} figures */
function write(figures) {
  const { iteration, epoch, costs, scores } = store.state;
  const score = (/** @type {number | null | undefined} */ value) =>
    value === null || value === undefined ? "–" : /accuracy|auc|f1/i.test(scores.metric) ? percent(value) : num(value);
  const rows = [
    [t("Iteration"), String(iteration)],
    [t("Epoch"), String(epoch)],
    [t("Cost J"), num(costs.train.at(-1))],
    [`${t(scores.metric)}, ${t("training")}`, score(scores.train)],
    [`${t(scores.metric)}, ${t("test")}`, score(scores.test)],
  ];
  rows.forEach(([name, value], k) => {
    let box = figures.children[k];
    if (!box) figures.append((box = el("div", {}, el("dt"), el("dd", { id: `figure-${k}` }))));
    if (box.children[0].textContent !== name) box.children[0].textContent = name;
    box.children[1].textContent = value;
  });
}

let lastPart = "";
function showPart() {
  const line = document.getElementById("part");
  const { part, finished, iteration } = store.state;
  if (!line) return;
  const key = JSON.stringify([part, iteration]);
  if (part && key !== lastPart) pulse(part);
  lastPart = key;
  line.className = part ? `part ${part.pass}` : "part";
  line.replaceChildren();
  if (part) {
    const arrow = { forward: "→", backward: "←", cost: "J", update: "↻" }[part.pass];
    line.append(el("b", {}, arrow), " ", inWords(part.text, part.text_zh));
    const shown = (part.arrays ?? []).filter((each) => each.mathml);
    if (part.pass !== "cost")
      for (const each of shown)
        line.append(" ", el("span", { class: "formula", "data-light": `m:${each.name}` }, math(each.mathml ?? "")));
    if (part.cost !== null && part.cost !== undefined) line.append(" ", el("code", {}, `J = ${num(part.cost)}`));
  } else if (finished) line.textContent = inWords(finished, store.state.finished_zh);
}

function toggle() {
  void act(store.state.playing ? "pause" : "play");
}

/** @param {string} what */
async function doIt(what) {
  await act(what);
}

/** Keys, wherever no text is being written. @param {KeyboardEvent} event */
function shortcut(event) {
  const at = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || !store.state || /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName))
    return;
  if (event.key === " " && at.tagName !== "BUTTON" && at.tagName !== "SUMMARY") {
    event.preventDefault();
    toggle();
  }
  const found = ACTS.find((each) => each[3] === event.key);
  if (found) void doIt(found[0]);
}
