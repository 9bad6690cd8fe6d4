// What the page knows, in one object, and who is told when it changes.

/**
 * @typedef {{kind: "unit", layer: number, unit: number} | {kind: "layer", layer: number} | {kind: "sample"} |
 *   {kind: "edge", layer: number, unit: number, from: number}} Selection
 * @typedef {"run" | "frame" | "plane" | "select" | "sample" | "inputs" | "light" | "look" | "view" | "fields" | "seen" | "kept" |
 *   "spot"} Topic
 */

/** @type {Map<Topic, (() => void)[]>} */
const listeners = new Map();

export const store = {
  /** @type {import("./api.js").Choices} */
  choices: /** @type {any} */ (null),
  /** @type {import("./api.js").State} */
  state: /** @type {any} */ (null),
  /** @type {import("./api.js").Plane | null} */
  plane: null,
  /** @type {[number, number]} The features along the plane. */
  axes: [0, 1],
  /** @type {Selection} */
  selection: { kind: "unit", layer: 1, unit: 0 },
  /** The sample that the glass shows. */
  sample: 0,
  /** @type {Record<string, number>} Features of it that have another value here, by their index. */
  inputs: {},
  /** @type {Set<string>} What lights up: `a:1:0` unit 0 of layer 1, `w:1:0:2` its edge from unit 2, `b:1:0`, `m:W1`. */
  light: new Set(),
  /** @type {Set<string>} What lights up where the pointer and the focus are on nothing that does. */
  lasting: new Set(),
  /** What has a frame around it, as a selector. */
  spot: "",
  /** @type {[number, number] | null} The cell of the confusions whose samples are listed: label, answer. */
  cell: null,
  /** Counts what was kept and deleted. */
  keptVersion: 0,
};

/**
 * Be told when something changes: a new run or state, a frame of the training, the plane, a selection, the looks.
 * @param {Topic} topic
 * @param {() => void} called
 */
export function on(topic, called) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), called]);
}

/** @param {Topic} topic */
export function changed(topic) {
  if (topic === "kept") store.keptVersion += 1;
  for (const called of listeners.get(topic) ?? []) called();
}

/** @param {Selection} selection */
export function select(selection) {
  store.selection = selection;
  changed("select");
}

/** The sample as it is shown. @returns {import("./api.js").Which} */
export const which = () => ({ i: store.sample, values: store.inputs });

/** @param {number} index */
export function chooseSample(index) {
  store.sample = index;
  store.inputs = {};
  changed("sample");
}
