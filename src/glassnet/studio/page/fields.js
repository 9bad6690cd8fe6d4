// A setting as a labelled field, and errors shown in one line beneath it.

import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Setting} Setting */

/**
 * Make a field for a setting.
 * @param {Setting} setting
 * @param {string} path where the setting stands in a spec, as errors name it
 * @param {any} value
 * @param {(value: any) => void} changed
 * @returns {HTMLElement}
 */
export function field(setting, path, value, changed) {
  const id = `field-${path.replaceAll(".", "-")}`;
  const shared = { id, "data-field": path, "aria-describedby": `${id}-error` };
  const input = control(setting, shared, value, changed);
  return el(
    "div",
    { class: "field", title: setting.help ? t(setting.help) : null },
    el("label", { for: id }, t(setting.label)),
    input,
    el("p", { class: "error", id: `${id}-error`, role: "alert" }),
  );
}

/**
 * Make what a setting is set with.
 * @param {Setting} setting
 * @param {Record<string, any>} shared
 * @param {any} value
 * @param {(value: any) => void} changed
 * @returns {HTMLElement}
 */
function control(setting, shared, value, changed) {
  if (setting.type === "choice") return choice(setting.choices ?? [], value ?? setting.default, shared, changed);
  if (setting.type === "yes_or_no") {
    return el("input", {
      ...shared,
      type: "checkbox",
      checked: value,
      onchange: (/** @type {any} */ event) => changed(event.target.checked),
    });
  }
  return el("input", {
    ...shared,
    type: "text",
    inputmode: setting.type === "text" ? null : "decimal",
    autocomplete: "off",
    spellcheck: "false",
    value: String(value ?? ""),
    placeholder: setting.none ? t(setting.none) : null,
    onchange: (/** @type {any} */ event) => changed(setting.type === "text" ? event.target.value : numberOf(event.target.value)),
    onkeydown: (/** @type {KeyboardEvent} */ event) => nudge(event, setting),
  });
}

/**
 * Make a list to choose from. A text is a name, of the user's or the code's, and stays as it is; a label is translated.
 * @param {(string | {name: string, label: string})[]} options
 * @param {string} value
 * @param {Record<string, any>} attributes
 * @param {(value: string) => void} changed
 * @returns {HTMLSelectElement}
 */
export function choice(options, value, attributes, changed) {
  const rows = options.map((each) =>
    typeof each === "object" ? { name: each.name, label: t(String(each.label)) } : { name: each, label: each },
  );
  if (!rows.some((each) => each.name === value)) rows.push({ name: value, label: value });
  return el(
    "select",
    { ...attributes, value, onchange: (/** @type {any} */ event) => changed(event.target.value) },
    rows.map((each) => el("option", { value: each.name }, each.label)),
  );
}

/** What was typed as a number: null where nothing was, as it is where it is none. @param {string} text @returns {any} */
export function numberOf(text) {
  const plain = text.trim().replace("−", "-");
  if (plain === "" || plain === "none" || plain === "null") return null;
  return Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** Arrow keys change a number: by its step, or to the next of 1, 3, 10, 30, … */
/** @param {KeyboardEvent} event @param {Pick<Setting, "type" | "low" | "high" | "step">} setting */
export function nudge(event, setting) {
  if (setting.type === "text" || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const input = /** @type {HTMLInputElement} */ (event.target);
  const before = Number(input.value);
  if (Number.isNaN(before)) return;
  event.preventDefault();
  const up = event.key === "ArrowUp";
  let after = setting.step ? before + (up ? setting.step : -setting.step) : neighbour(before, up);
  if (setting.low !== null && setting.low !== undefined) after = Math.max(setting.low, after);
  if (setting.high !== null && setting.high !== undefined) after = Math.min(setting.high, after);
  input.value = String(Number(after.toPrecision(6)));
  input.dispatchEvent(new Event("change"));
}

/** @param {number} value @param {boolean} up */
function neighbour(value, up) {
  if (value <= 0) return up ? 0.001 : value;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const lead = value / power;
  if (up) return lead < 2.99 ? 3 * power : 10 * power;
  return lead > 3.01 ? 3 * power : lead > 1.01 ? power : 0.3 * power;
}

/** Take all errors away. */
export function clearErrors() {
  byId("message").textContent = "";
  for (const each of document.querySelectorAll(".error")) each.textContent = "";
  for (const each of document.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
}

/**
 * Show an error beneath its field; one without a field above the page.
 * @param {unknown} error
 */
export function showError(error) {
  const { message, field: path } = /** @type {import("./api.js").Refused} */ (error);
  const input = path ? document.querySelector(`[data-field="${CSS.escape(path)}"]`) : null;
  const line = input && document.getElementById(`${input.id}-error`);
  input?.setAttribute("aria-invalid", "true");
  if (input && line) {
    const folded = input.closest("details");
    if (folded) folded.open = true;
    line.textContent = message;
  } else byId("message").textContent = message;
}
