// A list of samples: pictures as thumbnails, rows with their cells; a click opens one in the glass.

import * as api from "./api.js";
import { el, num, percent } from "./dom.js";
import { named } from "./named.js";
import { paintPicture } from "./pictures.js";
import { chooseSample, select, store } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Listed} Listed */

/** @param {number} i */
const open = (i) => (chooseSample(i), select({ kind: "sample" }));

/** Ask for samples, and show them in this order. @param {number[]} numbers */
export async function sampleList(numbers) {
  if (!numbers.length) return el("p", { class: "quiet" }, t("no sample"));
  const { samples } = await api.samples(store.state.run, numbers);
  return samples[0].picture ? thumbnails(samples) : rows(samples);
}

/** What a sample is and is taken for. @param {Listed} sample @returns {[string, string]} */
const said = ({ label, prediction }) =>
  /** @type {any} */ ([label, prediction].map((each) => (store.state.classes ? named(each) : num(each))));

/** What a list says for a screen reader. @param {Listed} sample */
function name(sample) {
  const [label, answer] = said(sample);
  return t("sample #: label {label}, answer {answer}", sample.i, { label, answer });
}

/** How sure the answer is. @param {Listed} sample */
function sureness({ probabilities, prediction }) {
  const p = /** @type {any} */ (probabilities)?.[prediction];
  return typeof p === "number" ? percent(p) : "";
}

/** @param {Listed[]} samples */
function thumbnails(samples) {
  return el(
    "ul",
    { class: "thumbnails" },
    samples.map((sample) => {
      const canvas = el("canvas", { "aria-hidden": "true" });
      if (sample.picture) paintPicture(canvas, sample.picture);
      const [label, answer] = said(sample);
      return el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            "data-key": `sample:${sample.i}`,
            "aria-label": name(sample),
            title: name(sample),
            onclick: () => open(sample.i),
          },
          canvas,
          el("span", { class: "caption" }, label),
          el(
            "span",
            { class: label === answer ? "caption quiet" : "caption quiet wrong" },
            label === answer ? sureness(sample) : `→ ${answer}`,
          ),
          label === answer ? null : el("span", { class: "quiet" }, sureness(sample)),
          sample.test ? el("span", { class: "mark" }, t("test")) : null,
        ),
      );
    }),
  );
}

/** @param {Listed[]} samples */
function rows(samples) {
  const names = Object.keys(samples[0].cells ?? {});
  const { classes } = store.state;
  const head = [t("Sample"), t("Label"), t("Answer"), ...names];
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": t("List of samples") },
    el(
      "table",
      { class: "rows" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((each) => el("th", { scope: "col", title: each }, each)),
        ),
      ),
      el(
        "tbody",
        {},
        samples.map((sample) => {
          const [label, answer] = said(sample);
          return el(
            "tr",
            { onclick: () => open(sample.i) },
            el(
              "th",
              { scope: "row" },
              el(
                "button",
                { type: "button", class: "link", "data-key": `sample:${sample.i}`, "aria-label": name(sample) },
                `${sample.i}`,
              ),
              sample.test ? el("span", { class: "quiet" }, ` ${t("test")}`) : null,
            ),
            el("td", {}, label),
            el(
              "td",
              { class: classes && label !== answer ? "answer wrong" : "answer" },
              answer,
              el("span", { class: "quiet" }, ` ${sureness(sample)}`),
            ),
            names.map((each) => el("td", { title: cell(sample.cells?.[each]) }, cell(sample.cells?.[each]))),
          );
        }),
      ),
    ),
  );
}

/** @param {string | number | null | undefined} value */
const cell = (value) => (typeof value === "number" ? num(value) : (value ?? ""));
