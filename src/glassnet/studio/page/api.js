// The server's addresses, and what it answers.

import { numbersOf, rowsOf } from "./packed.js";
import { inWords, language, t } from "./words.js";

/**
 * @typedef {{name: string, label: string, type: "number" | "whole" | "choice" | "text" | "yes_or_no", default: any, low?: number | null,
 *   high?: number | null, step?: number | null, choices?: string[] | null, help?: string, none?: string}} Setting
 * @typedef {{name: string, label: string, settings: Setting[]}} Source
 * @typedef {{sources: Source[], activations: string[], initializers: string[], losses: string[],
 *   presets: Record<string, Partial<Spec>>, table_presets: string[], settings: Setting[], numbers: Setting[],
 *   texts: Record<string, string>, lessons: Record<string, {spec: any, steps: number | null, epochs: number}>, cats?: any,
 *   start?: {run?: string, error?: string, zh?: string, field?: string, spec?: any} | null, lang?: string}} Choices
 * @typedef {{units: number, activation: string}} Hidden
 * @typedef {{source: Record<string, any>, test_share: number, data_seed: number, hidden: Hidden[], initializer: string | null,
 *   loss: string | null, seed: number, settings: Record<string, any>}} Spec
 * @typedef {number[] | Float32Array} Numbers
 * @typedef {import("./packed.js").Packed} Packed
 * @typedef {{units: number, activation: string, W: [number, number], b: [number, number], W_values?: Numbers[] | null,
 *   b_values?: number[][] | number[] | null}} Layer
 * @typedef {{pass: "forward" | "cost" | "backward" | "update", layer: number, text: string, text_zh?: string,
 *   formula?: string, arrays?: ArrayOf[], cost?: number | null}} Part
 * @typedef {{iterations: number[], train: (number | null)[], test: (number | null)[], score_train: (number | null)[],
 *   score_test: (number | null)[], learning_rate: (number | null)[]}} Costs
 * @typedef {{train: number | null, test: number | null, metric: string}} Scores
 * @typedef {{label: string, values: string[]}} Difference
 * @typedef {{kind: string, layer?: number, units?: number[], array?: string, samples?: number[], features?: number[],
 *   cell?: [number, number], field?: string}} Place
 * @typedef {{spec: Record<string, any>, again: boolean, play: boolean, rows: Difference[]}} Fix
 * @typedef {{name: string, title: string, text: string, change?: string, severity: string | number, zh?: {title: string,
 *   text: string, change?: string}, show: Place, fix: Fix | null}} Finding
 * @typedef {{kept: number, iteration: number, costs: Costs, metric: string, loss: string,
 *   last: Record<"train" | "test" | "score_train" | "score_test", number | null>}} Kept
 * @typedef {{kept: Kept[], settings: Difference[], same_data: boolean, same_loss: boolean}} Comparison
 * @typedef {{costs: Costs, smoothed: Omit<Costs, "learning_rate"> | null, window: number,
 *   plan: {iterations: number[], learning_rate: (number | null)[]} | null}} Curves
 * @typedef {{shape: number[], min: number | null, max: number | null}} Range
 * @typedef {number | Range | null} Amount
 * @typedef {{name: string, formula: string, value: Amount, slope: Amount, light: string, given: boolean,
 *   constant: boolean, column: number, row: number}} Box
 * @typedef {{below: number, above: number, value: Amount, slope: Amount, local: number | null,
 *   slots: [number, number][]}} Way
 * @typedef {{level: string, levels: string[], why: string, why_zh: string, columns: number, rows: number, boxes: Box[],
 *   lines: Way[]}} Graph
 * @typedef {{shape: number[], rows: number, columns: number, values: (number | null)[][]}} Binned
 * @typedef {{shape: [number, number, number], block: number, first: number, units: number[][]}} Pictures
 * @typedef {{run: string, change: number, spec: Spec, sizes: number[], layers: Layer[], features: string[], classes: string[] | null,
 *   m_train: number, m_test: number, iteration: number, epoch: number, part: Part | null, playing: boolean,
 *   speed: number, costs: Costs, scores: Scores, findings: Finding[], finished: string | null, finished_zh?: string | null,
 *   counts?: number[] | null, picture?: number[] | null, comes_with_test?: boolean, steps_per_epoch?: number,
 *   notes?: Words[], axes: [number, number],
 *   fitted?: {name: string, kind: string, network: number, of: number} | null}} State
 * @typedef {{text: string, zh?: string | null}} Words
 * @typedef {{name: string, label: string, kind: "number" | "choice" | "date" | "time" | "text", typical: string | null,
 *   choices: string[], low: number | null, high: number | null}} Field
 * @typedef {{name: string, kind: string, target: string, rows: number, is_typical: boolean, fields: Field[],
 *   coverages: number[], scores: Record<string, Record<string, number>>,
 *   recipes: {recipe: string, cost: number | null}[], words: Record<string, string>}} Form
 * @typedef {{i: number, test: boolean, truth: any, cells: Record<string, string | null>, prediction: any,
 *   probabilities: [string, number][] | null, interval: any, set: string[] | null, no_region: Words | null,
 *   novelty: number | null, unlike: boolean, new: {column: string, text: string, zh?: string | null}[],
 *   networks: {prediction: any, probabilities: [string, number][] | null}[], inputs: Record<string, number>}} Answered
 * @typedef {{
 *   contributions: {of: string, is_probability: boolean, value: number, base: number, error: number, compared: number,
 *   columns: {column: string, name: string, value: number}[]} | null, no_contributions: Words | null}} Why
 * @typedef {{fit: string, label: string, state: "training" | "done" | "stopped" | "failed", error: string, zh?: string, source: any,
 *   recipes: {epochs: number, epoch: number[], cost: number[], validation: (number | null)[]}[]}} Fit
 * @typedef {{x: number, y: number, label: any, test: boolean, wrong: boolean, i?: number}} Point
 * @typedef {{x: number[], y: number[], values: Float32Array, kind: "probability" | "class" | "number",
 *   points: Point[], units: {first: number, A: Float32Array[]}[]}} Plane
 * @typedef {{iteration: number, epoch: number, change: number, costs?: Costs, scores?: Scores, W?: (Packed | null)[]}} Frame
 * @typedef {{name: string, key?: string, shape: number[], formula: string, formula_zh?: string,
 *   mathml?: string | null, values: number[][] | null,
 *   summary?: {min: number, max: number, mean: number, std: number}}} ArrayOf
 * @typedef {{index: number, m?: number, test?: boolean, features: [string, any][],
 *   cells?: Record<string, string> | null, picture?: import("./pictures.js").Picture | null, label: any, prediction: any,
 *   probabilities: Record<string, number> | number[] | null, arrays: ArrayOf[]}} Sample
 * @typedef {{name: string, text: string, mathml?: string | null, mathml_numbers?: string | null}} Formula
 * @typedef {{name?: string, terms: {j: number, name: string, w: number, a: number, product: number, dW: number}[],
 *   n_terms: number, b: number, z: number,
 *   a: number, g: string, slope: number | null, dA: number | null, dZ: number, dW: number[], db: number,
 *   formulas: Formula[]}} Unit
 * @typedef {{edges: number[], counts: number[]}} Histogram
 * @typedef {{i: number, label: any, prediction: any, test: boolean, probabilities: Record<string, number> | null,
 *   picture?: import("./pictures.js").Picture | null, cells?: Record<string, string | number> | null}} Listed
 */

/** What the server refuses: one line, and the field that it is about. */
export class Refused extends Error {
  /** @param {string} message @param {string} [field] @param {number} [status] */
  constructor(message, field, status) {
    super(message);
    this.field = field;
    this.status = status;
  }
}

/**
 * Ask the server, and return its answer.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function ask(path, options = {}) {
  const headers = { "Accept-Language": language(), ...options.headers };
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch {
    throw new Refused(t("The server does not answer. Is glassnet studio still running?"));
  }
  const text = await answer.text();
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Refused(
      t("The server answered # with something that is not JSON.", answer.status),
      undefined,
      answer.status,
    );
  }
  if (!answer.ok)
    throw new Refused(inWords(found.error ?? String(answer.status), found.zh), found.field, answer.status);
  return found;
}

/** @param {string} path @param {any} body */
const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** @returns {Promise<Choices>} */
export const choices = () => ask("/api/choices");
/** @param {any} spec @returns {Promise<State>} */
export const newRun = (spec) => post("/api/runs", spec);
/** @param {string} run @returns {Promise<State>} */
export const state = (run) => ask(`/api/runs/${run}`);
/** @param {string} run @param {any} what @returns {Promise<State>} */
export const act = (run, what) => post(`/api/runs/${run}/do`, what);
/** @param {string} run @param {any} what @returns {Promise<State>} */
export const change = (run, what) => post(`/api/runs/${run}/change`, what);
/** The answers over a plane, and the maps of some units of each layer. @param {string} run @param {number} x @param {number} y @param {number} size @param {number[]} first the first unit of each layer @returns {Promise<Plane>} */
export async function plane(run, x, y, size, first) {
  const query = `x=${x}&y=${y}&size=${size}&units_size=${Math.round(size / 2)}&first=${first.join()}`;
  const found = await ask(`/api/runs/${run}/plane?${query}`);
  const units = found.units.map((/** @type {any} */ each) => ({ first: each.first, A: rowsOf(each.A) }));
  return { ...found, values: numbersOf(found.values), units };
}
/** A sample, some of whose features have other values, by their index. @typedef {{i: number, values: Record<string, number>}} Which */
/** A sample, and what else is asked, as a query. @param {Which} which @param {Record<string, any>} [more] */
const asQuery = ({ i, values }, more = {}) =>
  String(new URLSearchParams({ i: String(i), values: JSON.stringify(values), ...more }));
/** @param {string} run @param {Which} which @returns {Promise<Sample>} */
export const sample = (run, which) => ask(`/api/runs/${run}/sample?${asQuery(which)}`);
/** The sum of a unit; `term` is among its terms also where it is small. @param {string} run @param {number} layer @param {number} unit @param {Which} which @param {number} [term] @returns {Promise<Unit>} */
export const unit = (run, layer, unit, which, term) =>
  ask(`/api/runs/${run}/unit?${asQuery(which, { layer, unit, ...(term === undefined ? {} : { term }) })}`);
/** @param {string} run @returns {Promise<{layers: Record<string, Histogram>[]}>} */
export const histograms = (run) => ask(`/api/runs/${run}/histograms`);
/** @param {string} run @returns {Promise<any>} */
export const confusion = (run) => ask(`/api/runs/${run}/confusion`);
/** @param {string} run @param {number[]} numbers @returns {Promise<{samples: Listed[]}>} */
export const samples = (run, numbers) => ask(`/api/runs/${run}/samples?i=${numbers.join(",")}`);
/** @param {string} run @returns {Promise<{passed: boolean, largest: number, rows: {array: string, difference: number}[]}>} */
export const check = (run) => post(`/api/runs/${run}/check`, {});
/** @param {string} run @returns {Promise<Form>} */
export const form = (run) => ask(`/api/runs/${run}/form`);
/** @param {string} run @param {{i: number, cells: Record<string, string | null>, coverage: number}} what @returns {Promise<Answered>} */
export const askModel = (run, what) => post(`/api/runs/${run}/ask`, what);
/** @param {string} run @param {{i: number, cells: Record<string, string | null>}} what @returns {Promise<Why>} */
export const whyModel = (run, what) => post(`/api/runs/${run}/why`, what);
/** @param {string} run @param {number} network @returns {Promise<State>} */
export const showNetwork = (run, network) => post(`/api/runs/${run}/show`, { network });
/** Train a preset on the table of a specification. @param {Spec} spec @param {string} preset @returns {Promise<Fit>} */
export const startFit = (spec, preset) => post("/api/fits", { spec, preset });
/** @param {string} fit @returns {Promise<Fit>} */
export const fitStands = (fit) => ask(`/api/fits/${fit}`);
/** @param {string} fit @returns {Promise<Fit>} */
export const stopFit = (fit) => post(`/api/fits/${fit}/stop`, {});
/** Names of the numbers of a point of the curves. */
export const CURVES = /** @type {const} */ ([
  "iterations",
  "train",
  "test",
  "score_train",
  "score_test",
  "learning_rate",
]);
/** @param {string} run @param {number} smooth per cent of the iterations @returns {Promise<Curves>} */
export const curves = (run, smooth) => ask(`/api/runs/${run}/curves?smooth=${smooth}`);
/** @param {string} run @returns {Promise<Comparison>} */
export const kept = (run) => ask(`/api/runs/${run}/kept`);
/** @param {string} run @returns {Promise<Kept>} */
export const keep = (run) => post(`/api/runs/${run}/keep`, {});
/** @param {string} run @param {number} kept @param {boolean} deleted @returns {Promise<Kept>} */
export const remove = (run, kept, deleted) => post(`/api/runs/${run}/kept`, { kept, deleted });
/** @param {number} kept @returns {Promise<State>} */
export const reopen = (kept) => post(`/api/kept/${kept}/open`, {});
/** @param {string} run @param {Which} which @param {string} level @returns {Promise<Graph>} */
export const graph = (run, which, level) => ask(`/api/runs/${run}/graph?${asQuery(which, { level })}`);
/** @param {string} run @param {Which} which @param {string} key @returns {Promise<Binned>} */
export const binned = (run, which, key) => ask(`/api/runs/${run}/binned?${asQuery(which, { key })}`);
/** A window of an array. @param {string} run @param {Which} which @param {string} key @param {number[]} place row, column, rows, columns @returns {Promise<{values: (number | null)[][]}>} */
export const numbers = (run, which, key, [row, column, rows, columns]) =>
  ask(`/api/runs/${run}/numbers?${asQuery(which, { key, row, column, rows, columns })}`);
/** Weights of layer 1. @param {string} run @param {number} first @param {number} count @param {number} side @returns {Promise<Pictures>} */
export const pictures = (run, first, count, side) =>
  ask(`/api/runs/${run}/pictures?first=${first}&count=${count}&side=${side}`);
/** @param {string} run @param {string} kind */
export const exported = (run, kind) => `/api/runs/${run}/export?kind=${kind}&lang=${language()}`;

/** Make a film of a run, look how far it is, or give it up. @param {string} run @param {any} what @returns {Promise<any>} */
export const film = (run, what) => post(`/api/runs/${run}/film`, what);

/** @param {any} source @returns {Promise<{source: any, look: any}>} */
export const look = (source) => post("/api/look", source);

/** @param {File} file @returns {Promise<{source: any, look: any, spec: any}>} */
export const upload = (file) =>
  ask(`/api/upload?name=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
