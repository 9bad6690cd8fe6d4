// What takes back other inputs of the sample, wherever numbers are shown that follow from them.

import { el } from "./dom.js";
import { chooseSample, store } from "./store.js";
import { t } from "./words.js";

/** @returns {HTMLElement | null} */
export const asItWas = () =>
  Object.keys(store.inputs).length
    ? el(
        "button",
        {
          type: "button",
          class: "small",
          "data-key": "as-it-was",
          onclick: () => chooseSample(store.sample),
        },
        t("The sample as it was"),
      )
    : null;
