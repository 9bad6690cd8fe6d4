// What a fitted model answers to a row: the prediction, how sure it is, what each column adds, what each network says.

import { el, exact, num, percent, refill } from "./dom.js";
import { choice } from "./fields.js";
import { show as showNetwork } from "./fitted.js";
import { store } from "./store.js";
import { inWords, t } from "./words.js";

/** @typedef {import("./api.js").Form} Form */
/** @typedef {import("./api.js").Answered} Answered */
/** @typedef {import("./api.js").Why} Why */

const MOST_COLUMNS = 20; // whose contributions are shown one by one
const MOST_CLASSES = 12; // that are shown with their probabilities

/**
 * Draw an answer.
 * @param {HTMLElement} root
 * @param {Form} form
 * @param {Answered} answer
 * @param {Why | null} why what each column adds, that of the answer before until it is known
 * @param {{isEdited: boolean, coverage: number, cover: (coverage: number) => void}} asked whether the row has other
 *   cells than in the data; the share of rows that is covered, and what asks for another one
 */
export function draw(root, form, answer, why, { isEdited, coverage, cover }) {
  const { truth } = answer;
  refill(
    root,
    el("h3", {}, form.target),
    el(
      "p",
      { class: "prediction", id: "prediction", "data-exact": said(answer.prediction), title: said(answer.prediction) },
      short(answer.prediction),
    ),
    truth === null
      ? null
      : el(
          "p",
          { class: "quiet" },
          t(isEdited ? "the row as it was: {truth}" : "in the data: {truth}", { truth: short(truth) }),
          answer.test ? ` · ${t("a test row")}` : null,
        ),
    ...warnings(answer),
    answer.probabilities ? shares(answer.probabilities) : null,
    region(answer, form, coverage, cover),
    ...(why ? contributions(why) : []),
    ...networks(answer),
  );
}

/** @param {any} value @returns {string} */
const short = (value) =>
  Array.isArray(value) ? value.map(short).join(", ") : typeof value === "number" ? num(value, 6) : String(value);
/** @param {any} value @returns {string} */
const said = (value) => (Array.isArray(value) ? value.map(said).join(", ") : String(value));

/** What is unlike the rows of the training. @param {Answered} found */
function warnings(found) {
  const lines = found.new.map((each) => el("li", {}, el("b", {}, each.column), ` ${inWords(each.text, each.zh)}`));
  if (found.unlike)
    lines.unshift(
      el(
        "li",
        {},
        t(
          "The row is unlike those of the training, {times} times as far off as 99 in 100 of them: it may be answered worse than scores and intervals say.",
          {
            times: num(found.novelty, 3),
          },
        ),
      ),
    );
  return lines.length ? [el("ul", { class: "unlike", id: "unlike" }, lines)] : [];
}

/** @param {[string, number][]} probabilities */
function shares(probabilities) {
  const most =
    probabilities.length > MOST_CLASSES
      ? [...probabilities].sort((a, b) => b[1] - a[1]).slice(0, MOST_CLASSES)
      : probabilities;
  return el(
    "table",
    { class: "shares" },
    el(
      "tbody",
      {},
      most.map(([name, p]) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, name),
          el("td", { class: "bar" }, wide("plus", 0, p)),
          el("td", { "data-class": name, "data-exact": exact(p), title: exact(p) }, num(p)),
        ),
      ),
    ),
  );
}

/** Interval or set of classes, and the share of rows that it is to hold. @param {Answered} found @param {Form} form @param {number} coverage @param {(coverage: number) => void} cover */
function region(found, form, coverage, cover) {
  if (found.no_region) return el("p", { class: "quiet" }, inWords(found.no_region.text, found.no_region.zh));
  const share = choice(
    form.coverages.map((each) => ({ name: String(each), label: `${Math.round(100 * each)} %` })),
    String(coverage),
    { id: "coverage", "aria-label": t("Share of rows whose truth it holds") },
    (value) => cover(Number(value)),
  );
  const held = found.set
    ? el("b", { id: "region", "data-exact": found.set.join("|") }, found.set.join(", "))
    : el("b", { id: "region", "data-exact": said(found.interval) }, spans(found.interval));
  return el(
    "p",
    { class: "region" },
    share,
    t(found.set ? "of rows like this are one of" : "of rows like this are within"),
    " ",
    held,
  );
}

/** @param {any} interval @returns {string} */
const spans = (interval) =>
  Array.isArray(interval?.[0])
    ? interval.map(spans).join("; ")
    : interval
      ? `${num(interval[0], 5)} … ${num(interval[1], 5)}`
      : "–";

/** What each column adds to the answer. @param {Why} found */
function contributions({ contributions: given, no_contributions: none }) {
  if (!given) return none ? [el("p", { class: "quiet" }, inWords(none.text, none.zh))] : [];
  const shown = given.columns.slice(0, MOST_COLUMNS);
  const others = given.columns.slice(MOST_COLUMNS);
  const rest = others.reduce((sum, each) => sum + each.value, 0);
  const largest = Math.max(...given.columns.map((each) => Math.abs(each.value)), 1e-300);
  const line = (/** @type {string} */ label, /** @type {number} */ value, /** @type {string | null} */ name = null) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", title: label }, label),
      el(
        "td",
        { class: "bar" },
        wide(value < 0 ? "minus" : "plus", 0.5 + Math.min(0, value / largest / 2), Math.abs(value) / largest / 2),
      ),
      el("td", { "data-contribution": name, "data-exact": exact(value), title: exact(value) }, signed(value)),
    );
  const of = given.is_probability ? t("the probability of {name}", { name: given.of }) : given.of;
  return [
    el("h3", {}, t("What each column adds")),
    el(
      "p",
      { class: "quiet" },
      t("{of} is {value}; on average over # rows {base}", given.compared, {
        of,
        value: num(given.value),
        base: num(given.base),
      }),
    ),
    el(
      "table",
      { class: "adds" },
      el(
        "tbody",
        {},
        shown.map((each) => line(each.column, each.value, each.name)),
        others.length ? line(t("# others", others.length), rest) : null,
        line(t("not explained"), given.error),
      ),
    ),
  ];
}

/** A bar, its place and width as shares of the room. @param {string} kind @param {number} from @param {number} width */
function wide(kind, from, width) {
  const bar = el("span", { class: kind });
  bar.style.left = `${100 * from}%`;
  bar.style.width = `${100 * width}%`;
  return bar;
}

/** @param {number} value */
const signed = (value) => `${value > 0 ? "+" : ""}${num(value)}`;

/** What each network answers alone; one is looked at. @param {Answered} found */
function networks(found) {
  if (found.networks.length < 2) return [];
  const decided = found.probabilities?.findIndex(([name]) => name === found.prediction) ?? -1;
  return [
    el("h3", {}, t("What each network answers alone")),
    el(
      "p",
      { class: "each" },
      found.networks.map((each, k) => {
        const p = each.probabilities?.[decided]?.[1];
        return el(
          "button",
          {
            type: "button",
            class: "small",
            "data-network": k,
            "aria-pressed": String(store.state.fitted?.network === k),
            title: t("Show network # in the middle", k + 1),
            onclick: () => void showNetwork(k),
          },
          el("i", {}, String(k + 1)),
          p === undefined ? short(each.prediction) : percent(p),
        );
      }),
    ),
  ];
}
