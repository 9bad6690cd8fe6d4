// The curves by iteration: cost, accuracy or error, learning rate; plain or logarithmic, smoothed, read point by point.

import * as api from "./api.js";
import { el, num, onceAFrame, percent, svg } from "./dom.js";
import { choice } from "./fields.js";
import { keepButton } from "./keeping.js";
import { mark, nearest, places, plot, unmark } from "./plot.js";
import { lately } from "./run.js";
import { on, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./plot.js").Series} Series */

const SIZE = { wide: 320, high: 150, right: 50 };
const SMOOTH = [0, 2, 5, 10, 20]; // per cent of the iterations

/** @type {{kind: string, label: string, train?: "train" | "score_train", test?: "test" | "score_test", isError?: boolean, only?: string}[]} */
const KINDS = [
  { kind: "cost", label: "Cost", train: "train", test: "test" },
  { kind: "score", label: "accuracy", train: "score_train", test: "score_test", only: "accuracy" },
  { kind: "error", label: "error rate", train: "score_train", test: "score_test", isError: true, only: "accuracy" },
  { kind: "score", label: "RMSE", train: "score_train", test: "score_test", only: "RMSE" },
  { kind: "rate", label: "learning rate" },
];

let isLog = false;
let kind = "cost";
let smooth = 0;
/** @type {number | null} the iteration that is read */
let read = null;
/** @type {import("./plot.js").Plotted} */
let plotted;
/** @type {import("./api.js").Curves | null} what the server smooths and plans */
let asked = null;
let askedOf = "";

/** @param {HTMLElement} root */
export function start(root) {
  const picture = svg("svg", { class: "curves", viewBox: `0 0 ${SIZE.wide} ${SIZE.high}`, "aria-hidden": "true" });
  const line = el("output", { class: "reading", "aria-live": "polite" });
  const box = el("div", { class: "plot", role: "group", tabindex: "0", id: "curves" }, picture);
  const head = el("div", { class: "head curve-head" });
  root.append(head, box, line);
  const show = onceAFrame(() => store.state && draw(picture, box, line));
  const ask = lately(async () => {
    const { state } = store;
    if (!state || !isAsked()) return;
    const found = await api.curves(state.run, smooth);
    if (state.run !== store.state.run) return;
    [asked, askedOf] = [found, `${state.run} ${smooth}`];
    show();
  }, 250);
  const news = () => (show(), ask());
  const label = () => (controls(head, label, news), news());
  for (const topic of /** @type {const} */ (["look", "run"])) on(topic, label);
  for (const topic of /** @type {const} */ (["frame", "fields"])) on(topic, news);
  box.addEventListener("pointermove", (event) => {
    const { left, width } = picture.getBoundingClientRect();
    if (plotted) read = nearest(plotted, ((event.clientX - left) / width) * SIZE.wide);
    show();
  });
  const leave = () => ((read = null), show());
  box.addEventListener("pointerleave", leave);
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    const all = plotted ? places(plotted) : [];
    const way = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -all.length, End: all.length }[
      event.key
    ];
    if (!way || !all.length) return;
    event.preventDefault();
    const at = read === null ? (way > 0 ? -1 : all.length) : all.indexOf(read);
    read = all[Math.max(0, Math.min(all.length - 1, at + way))];
    show();
  });
}

/** Whether the server has to smooth or to plan. */
const isAsked = () => smooth > 0 || (kind === "rate" && store.state.spec.settings.schedule !== "constant");

/** @param {HTMLElement} head @param {() => void} label @param {() => void} news */
function controls(head, label, news) {
  const metric = store.state?.scores.metric;
  const kinds = KINDS.filter((each) => !each.only || each.only === metric);
  if (!kinds.some((each) => each.kind === kind)) kind = "cost";
  const log = el(
    "button",
    {
      type: "button",
      class: "small",
      id: "log",
      title: t("log scale"),
      "aria-label": t("log scale"),
      "aria-pressed": String(isLog),
      onclick: () => ((isLog = !isLog), log.setAttribute("aria-pressed", String(isLog)), news()),
    },
    t("log"),
  );
  const of = choice(
    kinds.map((each) => ({ name: each.kind, label: each.label })),
    kind,
    { id: "curve-kind", class: "strong", "aria-label": t("Which curve") },
    (name) => ((kind = name), label()),
  );
  const by = choice(
    SMOOTH.map((each) => ({ name: String(each), label: each ? t("smooth # %", each) : t("as it is") })),
    String(smooth),
    { id: "curve-smooth", "aria-label": t("Smoothing"), disabled: kind === "rate" },
    (name) => ((smooth = Number(name)), news()),
  );
  const at = document.activeElement?.id;
  head.replaceChildren(of, by, log, keepButton("small"));
  if (at && head.querySelector(`#${CSS.escape(at)}`)) document.getElementById(at)?.focus();
}

/** The curves of the kind that is chosen. @returns {Series[]} */
function series() {
  const { costs, run } = store.state;
  const found = KINDS.find((each) => each.kind === kind && (!each.only || each.only === store.state.scores.metric));
  if (!found?.train || !found.test) return rates();
  const isFresh = asked && askedOf === `${run} ${smooth}`;
  const smoothed = smooth && isFresh ? /** @type {import("./api.js").Curves} */ (asked).smoothed : null;
  const flip = (/** @type {(number | null)[]} */ values) =>
    found.isError ? values.map((each) => (each === null ? null : 1 - each)) : values;
  /** @type {Series[]} */
  const made = [];
  for (const [name, key, shown] of /** @type {const} */ ([
    ["test", found.test, t("test")],
    ["train", found.train, t("training")],
  ])) {
    const raw = { iterations: costs.iterations, values: flip(costs[key]) };
    made.push(smoothed ? { name: `${name} raw`, ...raw } : { name, shown, ...raw });
    if (smoothed) made.push({ name, shown, iterations: smoothed.iterations, values: flip(smoothed[key]) });
  }
  return made;
}

/** The learning rates that were taken, and those to come. @returns {Series[]} */
function rates() {
  const { costs, run, spec } = store.state;
  const made = [{ name: "train", shown: "α", iterations: costs.iterations, values: costs.learning_rate }];
  const plan = spec.settings.schedule !== "constant" && askedOf.startsWith(`${run} `) ? asked?.plan : null;
  if (plan)
    made.unshift({ name: "test", shown: t("to come"), iterations: plan.iterations, values: plan.learning_rate });
  return made;
}

/** @param {SVGElement} picture @param {HTMLElement} box @param {HTMLElement} line */
function draw(picture, box, line) {
  const made = series();
  plotted = plot(picture, made, { ...SIZE, isLog });
  const label = t(KINDS.find((each) => each.kind === kind)?.label ?? "");
  const said = (/** @type {string} */ name) =>
    write(made.find((each) => each.name === name)?.values.findLast((each) => each !== null));
  box.setAttribute(
    "aria-label",
    t("{name} by iteration: training {train}, test {test}; arrow keys go from point to point", {
      name: label,
      train: said("train"),
      test: said("test"),
    }),
  );
  line.classList.toggle("two", smooth > 0 && kind !== "rate");
  if (read === null) {
    unmark(picture);
    line.textContent = smooth && asked && kind !== "rate" ? smoothing(asked.window) : "\u00a0";
    return;
  }
  const values = mark(picture, plotted, read);
  const names = kind === "rate" ? { train: "α", test: t("to come") } : { train: t("training"), test: t("test") };
  const parts = Object.entries(names)
    .filter(([name]) => values[name] !== null && values[name] !== undefined)
    .map(([name, shown]) => {
      const raw = values[`${name} raw`];
      return `${shown} ${write(values[name])}${raw === undefined || raw === null ? "" : ` (${write(raw)})`}`;
    });
  line.textContent = [t("iteration #", read), ...parts].join(" · ");
}

/** @param {number} window */
const smoothing = (window) => t("means of the last # iterations; pale: as it is", Math.round(window));

/** @param {number | null | undefined} value */
const write = (value) =>
  value === null || value === undefined
    ? "–"
    : kind === "error" || (kind === "score" && store.state.scores.metric === "accuracy")
      ? percent(value)
      : num(value);
