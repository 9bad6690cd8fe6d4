// Which class was taken for which, and the samples that are most wrong, as pictures or rows.

import * as api from "./api.js";
import { css, isDark, signed } from "./colors.js";
import { el } from "./dom.js";
import { named } from "./named.js";
import { sampleList } from "./samples.js";
import { store } from "./store.js";
import { t } from "./words.js";

/** @param {() => void} refresh shows the view anew */
export async function confusion(refresh) {
  const { run } = store.state;
  const found = await api.confusion(run);
  const worst = found.worst.map((/** @type {any} */ each) => each.i);
  if (!found.classes) return el("div", {}, el("h3", {}, t("Farthest off")), await sampleList(worst));
  const { counts, rows } = found;
  const classes = found.classes.map(named);
  if (store.cell && !rows[store.cell[0]]?.[store.cell[1]]) store.cell = null;
  const chosen = store.cell;
  const [i, j] = chosen ?? [-1, -1];
  const count = chosen ? counts.train[i][j] + counts.test[i][j] : 0;
  const title = chosen
    ? t("label {name}, answer {answer}: # samples", count, { name: classes[i], answer: classes[j] })
    : t("Worst answers");
  const back = el(
    "button",
    { type: "button", class: "small", "data-key": "worst", onclick: () => ((store.cell = null), refresh()) },
    t("Worst answers"),
  );
  return el(
    "div",
    { class: "confusions" },
    el(
      "div",
      {},
      el("p", { class: "quiet" }, t("rows: the label; columns: the answer; in brackets: of them in the test set")),
      el(
        "div",
        { class: "scroll" },
        table(classes, counts, (at) => ((store.cell = at), refresh())),
      ),
    ),
    el(
      "div",
      {},
      el("div", { class: "head" }, el("h3", {}, title), chosen ? back : null),
      chosen || worst.length
        ? await sampleList(chosen ? rows[i][j] : worst)
        : el("p", { class: "quiet" }, t("Every answer is right.")),
    ),
  );
}

/** @param {string[]} classes @param {{train: number[][], test: number[][]}} counts @param {(at: [number, number]) => void} choose */
function table(classes, { train, test }, choose) {
  const most = Math.max(1, ...train.flat().map((n, k) => n + test.flat()[k]));
  /** @param {number} i @param {number} j */
  const cell = (i, j) => {
    const count = train[i][j] + test[i][j];
    const button = el(
      "button",
      {
        type: "button",
        "data-key": `cell:${i}:${j}`,
        "aria-pressed": String(store.cell?.[0] === i && store.cell[1] === j),
        "aria-label": t("label {name}, answer {answer}: # samples", count, { name: classes[i], answer: classes[j] }),
        onclick: () => choose([i, j]),
      },
      String(count),
      test[i][j] ? el("small", {}, ` (${test[i][j]})`) : null,
    );
    if (count) button.style.background = css(signed(i === j ? 1 : -1), 0.08 + (isDark() ? 0.3 : 0.45) * (count / most));
    return el("td", {}, button);
  };
  return el(
    "table",
    { class: "confusion" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td"),
        classes.map((name) => el("th", { scope: "col", title: name }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      classes.map((name, i) =>
        el(
          "tr",
          {},
          el("th", { scope: "row", title: name }, name),
          classes.map((_, j) => cell(i, j)),
        ),
      ),
    ),
  );
}
