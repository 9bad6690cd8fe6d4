// The names of classes and features: those of data that come with the studio in the language of the page.

import { store } from "./store.js";
import { t } from "./words.js";

const OURS = ["flower", "moons", "circles", "xor", "spiral", "clusters", "typed", "digits", "tumours"];

/** @param {unknown} name @returns {string} */
export const named = (name) => (OURS.includes(store.state.spec.source.name) ? t(String(name)) : String(name));
