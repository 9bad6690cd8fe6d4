// The trainings that were seen since a lesson began: what each began with, how far it went, what it reached.

/**
 * @typedef {import("./api.js").State} State
 * @typedef {(import("./api.js").Numbers[] | null | undefined)[]} Weights
 * @typedef {{run: string, spec: import("./api.js").Spec, iteration: number, epoch: number, finished: boolean,
 *   costs: import("./api.js").Costs, scores: import("./api.js").Scores, sizes: number[], m_train: number,
 *   m_test: number, first: Weights, W: Weights, isChanged: boolean, isMixed: boolean}} Training
 *   `isChanged` says that the settings are others now than it was trained with, `isMixed` that some steps took them
 */

/** @type {Training[]} */
let seen = [];

/** Begin anew. */
export const forget = () => void (seen = []);

/** The newest of them. @returns {Training | undefined} */
export const last = () => seen.at(-1);

/** The newest one with settings that were never changed on its way and that passes a test. @param {(each: Training) => boolean} test */
export const newest = (test) => seen.findLast((each) => !each.isMixed && test(each));

/** Take note of where the run that is shown stands. @param {State} state */
export function note(state) {
  const before = last();
  const goesOn = before?.run === state.run && state.iteration >= before.iteration;
  if (before?.run === state.run && !goesOn && state.iteration > 0) return; // an undo: no training of its own
  const W = state.layers.map((each) => each.W_values);
  const { run, spec, iteration, epoch, costs, scores, sizes, m_train, m_test } = state;
  const now = { run, iteration, epoch, finished: Boolean(state.finished), costs, scores, sizes, m_train, m_test, W };
  if (!before || !goesOn)
    seen.push({ ...now, spec: structuredClone(spec), first: W, isChanged: false, isMixed: false });
  else if (before.iteration === 0) Object.assign(before, now, { spec: structuredClone(spec) });
  else {
    const isChanged = JSON.stringify(before.spec.settings) !== JSON.stringify(spec.settings);
    const isMixed = before.isMixed || (isChanged && iteration > before.iteration);
    Object.assign(before, now, { isChanged, isMixed });
  }
}

/** The cost of a training at an iteration, or just before. @param {Training} training @param {number} iteration @param {"train" | "test"} [of] */
export function costAt({ costs }, iteration, of = "train") {
  const k = costs.iterations.findLastIndex((each) => each <= iteration);
  return costs[of][Math.max(0, k)] ?? NaN;
}

/** How far the weights of layer 1 went from their start, as a share of the largest one. @param {Training} training */
export function moved({ first, W }) {
  const [before, after] = [first, W].map((weights) => (weights[0] ?? []).flatMap((row) => Array.from(row)));
  const largest = Math.max(...before.map(Math.abs));
  return Math.max(...after.map((w, k) => Math.abs(w - before[k]))) / largest;
}
