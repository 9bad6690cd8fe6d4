// A lesson as it is taken: its steps one by one, then its question, judged by what was trained since it began.

import * as api from "./api.js";
import { byId, el, refill } from "./dom.js";
import { LESSONS } from "./lessons.js";
import { act, begin } from "./run.js";
import { on, store } from "./store.js";
import * as trainings from "./trainings.js";
import { t } from "./words.js";

/** @typedef {import("./lessons.js").Lesson} Lesson */

const LONG = 60; // frames that a training of a lesson takes, about
const SPEEDS = [1, 3, 10, 30, 100]; // steps in a frame, as the page offers them

/** @type {Lesson | null} */
let lesson = null;
let at = -1; // -1 is the list of lessons
/** @type {number | null} */
let answer = null;
/** @type {import("./lessons.js").Reply | null} what was judged of it when it was given */
let reply = null;
/** The run that was shown when the lesson began, and does not belong to it. */
let before = "";
/** What the step that is shown says of itself: "done", "reset" or "waiting". */
let told = "";
/** Whether a lesson waits for pictures that are not here. */
let isWaiting = false;
/** @type {{run: string, every: number}} the run that was given a pace, and after how many steps it pauses */
let pace = { run: "", every: 0 };

/** Lessons that were answered rightly. @returns {string[]} */
const done = () => JSON.parse(localStorage.getItem("lessons") ?? "[]");

export function start() {
  on("look", () => !byId("tour").hidden && draw());
  on("frame", follow);
}

export function openLessons() {
  const tour = byId("tour");
  tour.hidden = !tour.hidden;
  leave();
  [at, answer, reply, isWaiting] = [-1, null, null, false];
  if (!tour.hidden) draw();
}

/** Begin a lesson with a network that trains. @param {Lesson} chosen @param {string} [inPlace] a data set in place of pictures that are not here */
async function take(chosen, inPlace) {
  const { cats } = await api.choices();
  const { spec } = store.choices.lessons[chosen.name];
  const source = spec.source.name === "cats" ? (inPlace ? { name: inPlace } : cats) : spec.source;
  [lesson, at, answer, reply, isWaiting] = [chosen, 0, null, null, !source];
  before = store.state.run;
  trainings.forget();
  if (source && (await begin({ seed: 1, ...spec, source }))) {
    follow();
    await act("play");
  }
  draw();
}

/** End the lesson: its training pauses no longer. */
function leave() {
  if (lesson && pace.run === store.state.run) void act(store.state.playing ? "play" : "pause", undefined, 0);
  lesson = null;
  pace = { run: "", every: 0 };
}

function close() {
  leave();
  byId("tour").hidden = true;
  document.getElementById("lessons")?.focus();
}

// ---------------------------------------------------------------- what is trained

/** Iterations after which a training of the lesson stops. */
function goal() {
  const { steps, epochs } = store.choices.lessons[/** @type {Lesson} */ (lesson).name];
  return steps ?? epochs * (store.state.steps_per_epoch ?? 1);
}

/** @returns {import("./lessons.js").Seen} */
function seen() {
  const { steps, epochs } = store.choices.lessons[/** @type {Lesson} */ (lesson).name];
  const isFar = (/** @type {trainings.Training} */ each) =>
    each.finished || (steps ? each.iteration >= steps : each.epoch >= epochs);
  return {
    far: (test) => trainings.newest((each) => isFar(each) && test(each)),
    last: /** @type {trainings.Training} */ (trainings.last()),
    goal: steps ?? epochs,
  };
}

/** Note where the training stands; give it a pace that can be watched, and pauses where the lesson wants them. */
function follow() {
  const { state } = store;
  if (!lesson || isWaiting || state.run === before || byId("tour").hidden) return;
  trainings.note(state);
  const every = goal();
  if (pace.run !== state.run || pace.every !== every) {
    pace = { run: state.run, every };
    const wanted = every / LONG;
    const speed = SPEEDS.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
    void act(state.playing ? "play" : "pause", speed, every);
  }
  if (document.getElementById("tour-next") && told !== hint()) draw();
}

/** Whether the step that is shown was done. */
function isDone() {
  const shown = lesson?.steps[at];
  return !shown?.done || (Boolean(trainings.last()) && shown.done(seen()));
}

// ---------------------------------------------------------------- what is shown

function draw() {
  const end = el(
    "button",
    { type: "button", class: "close", "data-key": "close", "aria-label": t("Close"), onclick: close },
    "×",
  );
  const shown = !lesson
    ? list()
    : isWaiting
      ? wanting(lesson)
      : at < lesson.steps.length
        ? step(lesson)
        : question(lesson);
  refill(byId("tour"), shown, end);
}

function list() {
  const known = done();
  return el(
    "div",
    {},
    el("h2", {}, t("Lessons")),
    el(
      "ol",
      { class: "lessons" },
      LESSONS.map((each) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "link", "data-key": `lesson:${each.name}`, onclick: () => void take(each) },
            t(each.title),
          ),
          known.includes(each.name)
            ? el("span", { class: "good", role: "img", "aria-label": t("done"), title: t("done") }, " ✓")
            : null,
        ),
      ),
    ),
  );
}

/** @param {Lesson} shown @param {number} number of its part */
const heading = (shown, number) =>
  el("h2", {}, t(shown.title), el("span", { class: "quiet" }, ` ${number} / ${shown.steps.length + 1}`));

/** @param {string} text @param {string} key @param {() => void} onclick @param {Record<string, any>} [more] */
const button = (text, key, onclick, more = {}) =>
  el("button", { type: "button", class: "button", "data-key": key, onclick, ...more }, text);

/** The pictures of a lesson are not here. @param {Lesson} shown */
function wanting(shown) {
  return el(
    "div",
    { class: "lesson" },
    el("h2", {}, t(shown.title)),
    el(
      "p",
      {},
      t(
        "The pictures of the cats are not here. Start with `glassnet studio train_catvnoncat.h5`, or drop that file here with test_catvnoncat.h5, and take the lesson again. It can also be taken with handwritten digits.",
      ),
    ),
    el(
      "div",
      { class: "acts" },
      button(t("Back"), "back", () => (leave(), draw())),
      button(t("Take digits"), "digits", () => void take(shown, "digits"), { class: "button main" }),
    ),
  );
}

/** @param {Lesson} shown */
function step(shown) {
  const row = shown.steps[at];
  const isLast = at === shown.steps.length - 1;
  told = hint();
  const known = trainings.last() ? seen() : null;
  const go = (/** @type {number} */ way) => () => ((at += way), at < 0 && leave(), draw());
  return el(
    "div",
    { class: "lesson" },
    heading(shown, at + 1),
    el("p", {}, t(row.text, ...(known ? (row.filling?.(known) ?? [known.goal]) : []))),
    el(
      "div",
      { class: "acts" },
      button(t("Back"), "back", go(-1)),
      button(isLast ? t("To the question") : t("Next"), "next", go(1), {
        class: "button main",
        id: "tour-next",
        disabled: told !== "done",
      }),
      row.done ? HINTS[told]() : null,
    ),
  );
}

/** What became of what the step asks for. */
function hint() {
  if (isDone()) return "done";
  const last = trainings.last();
  return (last?.isChanged || last?.isMixed) && !store.state.playing ? "reset" : "waiting";
}

const HINTS = /** @type {Record<string, () => Node>} */ ({
  done: () => el("span", { class: "good", role: "status" }, `✓ ${t("done")}`),
  reset: () =>
    el("span", { class: "bad", role: "status" }, t("A setting was changed on the way: press Reset, then play.")),
  waiting: () =>
    el("span", { class: "quiet", role: "status" }, t("Goes on when this is done; a training stops by itself.")),
});

/** @param {Lesson} shown */
function question(shown) {
  const { text, options, judge } = shown.question;
  /** @param {number} k */
  const choose = (k) => {
    [answer, reply] = [k, judge(seen(), k)];
    if (reply.right) localStorage.setItem("lessons", JSON.stringify([...new Set([...done(), shown.name])]));
    draw();
  };
  return el(
    "div",
    { class: "lesson" },
    heading(shown, shown.steps.length + 1),
    el("p", {}, t(text, seen().goal)),
    el(
      "div",
      { class: "options", role: "group", "aria-label": t("Answers") },
      options.map((each, k) =>
        button(t(each), `option:${k}`, () => choose(k), {
          "aria-pressed": options.length > 1 ? String(answer === k) : null,
        }),
      ),
    ),
    reply
      ? el(
          "p",
          { class: reply.right ? "verdict good" : "verdict bad", role: "status" },
          el("b", {}, reply.right ? `✓ ${t("Right.")}` : `✗ ${t("Not so.")}`),
          " ",
          t(reply.text, ...(reply.filling ?? [])),
        )
      : null,
    el(
      "div",
      { class: "acts" },
      button(t("Back"), "back", () => ((at -= 1), (answer = reply = null), draw())),
      reply?.right ? button(t("All lessons"), "list", () => (leave(), draw()), { class: "button main" }) : null,
    ),
  );
}
