// The run that is shown: what is asked of the server, one request after another, and what comes back.

import * as api from "./api.js";
import { clearErrors, showError } from "./fields.js";
import { writeAddress } from "./address.js";
import { listen } from "./listening.js";
import { rowsOf } from "./packed.js";
import { changed, store } from "./store.js";

/** @typedef {import("./api.js").State} State */
/** @typedef {import("./api.js").Spec} Spec */

const MOST_POINTS = 1200;
/** @type {Promise<unknown>} */
let queue = Promise.resolve();
/** @type {() => void} */
let stopListening = () => {};
/** @type {(() => Promise<State>)[]} what takes back what was done, the last one last */
const past = [];

/**
 * Ask one thing after another, and show the state that is answered, or what is refused.
 * @param {() => Promise<State>} asked called when what was asked before is answered, so that it builds on that
 * @returns {Promise<State | null>}
 */
export function inTurn(asked) {
  const turn = queue.then(async () => {
    const slow = setTimeout(() => document.body.classList.add("busy"), 250);
    try {
      const found = await asked();
      clearErrors();
      adopt(found);
      return found;
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      if (error.status === 404 && error.field !== "kept" && store.state)
        adopt(await api.newRun(store.state.spec)); // the server has it no longer
      else showError(error);
      return null;
    } finally {
      clearTimeout(slow);
      document.body.classList.remove("busy");
    }
  });
  queue = turn.catch(() => null);
  return turn;
}

/**
 * Show a run.
 * @param {State} state
 */
export function adopt(state) {
  const before = store.state;
  if (before?.run === state.run && state.change < before.change) return; // an answer that a newer one has overtaken
  store.state = state;
  if (state.run !== before?.run) {
    stopListening();
    const { run } = state;
    const isShown = () => store.state.run === run; // what was under way when another run was opened comes too late
    stopListening = listen(run, {
      frame: (frame) => isShown() && hear(frame),
      state: (news) => isShown() && adopt(news),
    });
    sessionStorage.setItem("run", state.run);
    settle(before);
  }
  if (!before || before.sizes.join() !== state.sizes.join() || sourceOf(before) !== sourceOf(state)) store.plane = null;
  if (!before || shapeOf(before) !== shapeOf(state)) changed("run");
  if (!before || JSON.stringify(before.spec) !== JSON.stringify(state.spec)) {
    writeAddress(state.spec);
    changed("fields");
  }
  changed("frame");
}

/** @param {State} state */
const shapeOf = (state) =>
  JSON.stringify([state.run, state.sizes, state.layers.map((each) => each.activation), state.features, state.classes]);
/** @param {State} state */
const sourceOf = (state) => JSON.stringify([state.spec.source, state.spec.data_seed]);

/** Keep axes, sample and selection where the new network has them. @param {State | null} before */
function settle(before) {
  const { sizes, m_train, m_test } = store.state;
  const { picture } = store.state;
  store.inputs = {};
  if (before?.features.join("\n") !== store.state.features.join("\n"))
    store.axes = picture ? middle(picture[0], picture[1]) : store.state.axes;
  if (store.sample >= m_train + m_test) store.sample = 0;
  const { selection } = store;
  const lost =
    (selection.kind !== "sample" && selection.layer >= sizes.length) ||
    ((selection.kind === "unit" || selection.kind === "edge") && selection.unit >= sizes[selection.layer]) ||
    (selection.kind === "edge" && selection.from >= sizes[selection.layer - 1]);
  if (lost) store.selection = { kind: "unit", layer: 1, unit: 0 };
}

/** Two pixels left and right of the middle: those in the corners are mostly empty. @param {number} high @param {number} wide @returns {[number, number]} */
const middle = (high, wide) => [
  Math.floor(high / 2) * wide + Math.floor(wide / 4),
  Math.floor(high / 2) * wide + Math.floor((3 * wide) / 4),
];

/** @param {api.Frame} frame */
function hear(frame) {
  const { state } = store;
  if (frame.change < state.change) return; // it was under way when an answer overtook it
  state.iteration = frame.iteration;
  state.epoch = frame.epoch;
  if (frame.scores) state.scores = frame.scores;
  frame.W?.forEach((W, k) => W && (state.layers[k].W_values = rowsOf(W)));
  if (frame.costs) append(state.costs, frame.costs);
  changed("frame");
}

/** @param {api.Costs} costs @param {api.Costs} news */
function append(costs, news) {
  const last = costs.iterations.at(-1) ?? -1;
  news.iterations.forEach((iteration, k) => {
    if (iteration <= last) return;
    for (const name of api.CURVES) /** @type {any[]} */ (costs[name]).push(news[name][k]);
  });
  if (costs.iterations.length > MOST_POINTS) {
    for (const name of api.CURVES) costs[name] = /** @type {any[]} */ (costs[name]).filter((_, k) => k % 2 === 0);
  }
}

/** What was asked before is answered. @returns {Promise<unknown>} */
export const settled = () => queue;

/** Begin with a specification; what it leaves out has its default. @param {any} spec */
export const begin = (spec) => instead(() => api.newRun(spec));

/**
 * Show another run in place of this one, so that an undo shows this one again.
 * @param {() => Promise<State>} asked
 */
export async function instead(asked) {
  /** @type {State | null} */
  let before = null;
  const state = await inTurn(() => ((before = store.state), asked()));
  if (state && before) past.push(shownAgain(before));
  changed("frame");
  return state;
}

/** Return what shows a run again; where the server has it no longer, one that begins anew. @param {State} state */
const shownAgain =
  ({ run, spec }) =>
  async () => {
    try {
      return await api.state(run);
    } catch (error) {
      if (!(error instanceof api.Refused) || error.status !== 404) throw error;
      return await api.newRun(spec);
    }
  };

/** Open a run that the server has, where it is the one of the address. @param {string} run @param {any} [spec] */
export async function open(run, spec) {
  try {
    const state = await api.state(run);
    if (spec && JSON.stringify(spec) !== JSON.stringify(state.spec)) return false;
    adopt(state);
    return true;
  } catch {
    return false;
  }
}

/**
 * Change the specification, and start anew with it.
 * @param {(spec: Spec) => void} change
 */
export const rebuild = (change) =>
  instead(() => {
    const spec = structuredClone(store.state.spec);
    change(spec);
    return api.newRun(spec);
  });

/**
 * Play, pause, take a step, an epoch or a part, start again.
 * @param {string} what
 * @param {number} [speed] in steps of a frame
 * @param {number} [every] after so many steps playing pauses
 */
export async function act(what, speed, every) {
  const state = await inTurn(() => api.act(store.state.run, { what, speed, every }));
  if (state && what === "reset") undoable(() => api.change(state.run, { undo: true }));
  return state;
}

/** Change settings, or one number of W or b, and train on. @param {any} what */
export async function change(what) {
  const state = await inTurn(() => api.change(store.state.run, what));
  if (state) undoable(() => api.change(state.run, { undo: true }));
}

/** Take note of what takes back what was done. @param {() => Promise<State>} back */
export function undoable(back) {
  past.push(back);
  changed("frame");
}

/** Take back the last change: the last one when what was asked before is answered. */
export async function undo() {
  await inTurn(() => past.pop()?.() ?? Promise.resolve(store.state));
  changed("frame");
}

/** @returns {boolean} */
export const canUndo = () => past.length > 0;

/**
 * Return a function that asks for something again and again, one answer at a time and with a pause between.
 * @param {() => Promise<void>} asked
 * @param {number} pause in milliseconds
 */
export function lately(asked, pause) {
  let [busy, again] = [false, false];
  const go = async () => {
    if (busy) return void (again = true);
    [busy, again] = [true, false];
    try {
      await asked();
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      if (error.status !== 404) showError(error);
    }
    await new Promise((done) => setTimeout(done, store.state?.playing ? pause : 0));
    busy = false;
    if (again) void go();
  };
  return () => void go();
}
