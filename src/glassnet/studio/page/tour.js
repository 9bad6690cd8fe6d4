// A lesson as it is taken: its steps one by one, then its question, checked against the network on the page.

import { byId, el, refill } from "./dom.js";
import { LESSONS } from "./lessons.js";
import { begin } from "./run.js";
import { on, store } from "./store.js";
import { t } from "./words.js";

/** @type {import("./lessons.js").Lesson | null} */
let lesson = null;
let at = -1; // -1 is the list of lessons
/** @type {number | null} */
let answer = null;

/** Lessons that were answered rightly. @returns {string[]} */
const done = () => JSON.parse(localStorage.getItem("lessons") ?? "[]");

export function start() {
  on("look", () => !byId("tour").hidden && draw());
  on("frame", () => {
    const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("tour-next"));
    if (button && lesson && at === lesson.steps.length - 1) button.disabled = !lesson.ready(store.state);
  });
}

export function openLessons() {
  const tour = byId("tour");
  tour.hidden = !tour.hidden;
  [lesson, at, answer] = [null, -1, null];
  if (!tour.hidden) draw();
}

/** @param {import("./lessons.js").Lesson} chosen */
async function take(chosen) {
  [lesson, at, answer] = [chosen, 0, null];
  await begin({ seed: 1, ...chosen.spec });
  draw();
}

function close() {
  byId("tour").hidden = true;
  document.getElementById("lessons")?.focus();
}

function draw() {
  const end = el(
    "button",
    { type: "button", class: "close", "data-key": "close", "aria-label": t("Close"), onclick: close },
    "×",
  );
  refill(byId("tour"), lesson ? (at < lesson.steps.length ? step(lesson) : question(lesson)) : list(), end);
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
          known.includes(each.name) ? el("span", { class: "good", "aria-label": t("done") }, " ✓") : null,
        ),
      ),
    ),
  );
}

/** @param {import("./lessons.js").Lesson} shown */
function step(shown) {
  const isLast = at === shown.steps.length - 1;
  const go = (/** @type {number} */ way) => () => ((at += way), at < 0 && (lesson = null), draw());
  return el(
    "div",
    { class: "lesson" },
    el("h2", {}, t(shown.title), el("span", { class: "quiet" }, ` ${at + 1} / ${shown.steps.length + 1}`)),
    el("p", {}, t(shown.steps[at])),
    el(
      "div",
      { class: "acts" },
      el("button", { type: "button", class: "button", "data-key": "back", onclick: go(-1) }, t("Back")),
      el(
        "button",
        {
          type: "button",
          class: "button main",
          id: "tour-next",
          disabled: isLast && !shown.ready(store.state),
          onclick: go(1),
        },
        isLast ? t("To the question") : t("Next"),
      ),
    ),
  );
}

/** @param {import("./lessons.js").Lesson} shown */
function question(shown) {
  const { text, options, right, because } = shown.question;
  const isRight = answer !== null && answer === right(store.state);
  if (isRight) localStorage.setItem("lessons", JSON.stringify([...new Set([...done(), shown.name])]));
  return el(
    "div",
    { class: "lesson" },
    el(
      "h2",
      {},
      t(shown.title),
      el("span", { class: "quiet" }, ` ${shown.steps.length + 1} / ${shown.steps.length + 1}`),
    ),
    el("p", {}, t(text)),
    el(
      "div",
      { class: "options", role: "group", "aria-label": t("Answers") },
      options.map((each, k) =>
        el(
          "button",
          {
            type: "button",
            class: "button",
            "data-key": `option:${k}`,
            "aria-pressed": String(answer === k),
            onclick: () => ((answer = k), draw()),
          },
          t(each),
        ),
      ),
    ),
    answer === null
      ? null
      : el(
          "p",
          { class: isRight ? "verdict good" : "verdict bad", role: "status" },
          el("b", {}, isRight ? `✓ ${t("Right.")}` : `✗ ${t("Not so.")}`),
          " ",
          isRight ? t(because) : t("Look again, and choose another answer."),
        ),
    el(
      "div",
      { class: "acts" },
      el(
        "button",
        { type: "button", class: "button", "data-key": "back", onclick: () => ((at -= 1), draw()) },
        t("Back"),
      ),
      isRight
        ? el(
            "button",
            { type: "button", class: "button main", "data-key": "list", onclick: () => ((lesson = null), draw()) },
            t("All lessons"),
          )
        : null,
    ),
  );
}
