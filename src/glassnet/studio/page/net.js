// The network: layers added, removed and changed, units chosen by pointer and arrow keys.

import { el, onceAFrame, num, sub } from "./dom.js";
import { choice, nudge, numberOf } from "./fields.js";
import { AREA, FOOT, HEAD, PICTURE, drawEdges, drawMaps, view, writeValues } from "./drawing.js";
import { named } from "./named.js";
import { picture } from "./weights.js";
import { rebuild } from "./run.js";
import { changed, on, select, store } from "./store.js";
import { hideTip, showTip } from "./tip.js";
import { t } from "./words.js";

/** @typedef {import("./drawing.js").Node} Node */

const MOST = 11; // units that are seen at once
const NARROWEST = 104; // pixels from layer to layer: a head is as wide

/** @type {number[]} the first unit seen of each layer */
let first = [];
let width = 0;

/** @param {HTMLElement} root */
export function start(root) {
  view.edges = el("canvas", { class: "edges", "aria-hidden": "true" });
  view.pulses = el("canvas", { class: "edges pulses", "aria-hidden": "true" });
  view.net = el("div", { class: "net", role: "group" });
  root.append(
    el("div", { class: "net-scroll", tabindex: "-1" }, view.net),
    el("p", { class: "part", id: "part", role: "status" }),
  );
  const redraw = onceAFrame(() => {
    if (!store.state?.playing) mark(); // while it plays no part of a step is shown
    drawEdges();
    if (picture()) drawMaps(); // the weights of pixels; all other maps come with the plane
  });
  on("run", build);
  on("look", build);
  on("frame", redraw);
  on("plane", onceAFrame(drawMaps));
  on("select", () => (mark(), drawEdges()));
  on("light", () => (mark(), drawEdges()));
  new ResizeObserver(() => root.clientWidth !== width && ((width = root.clientWidth), build())).observe(root);
  view.net.addEventListener("pointermove", hover);
  view.net.addEventListener("pointerleave", hideTip);
  view.net.addEventListener("click", (event) => {
    const edge = event.target === view.net || event.target === view.edges ? edgeAt(event) : null;
    if (edge) select({ kind: "edge", ...edge });
  });
  view.net.addEventListener("keydown", walk);
}

// ---------------------------------------------------------------- building

function build() {
  if (!store.state || !view.net.isConnected) return;
  const { sizes } = store.state;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const wasAt = focused && view.net.contains(focused) ? focused.dataset.key : null;
  const left = picture()
    ? PICTURE / 2 + 12
    : 42 + Math.max(30, Math.min(110, 7 * Math.max(...store.state.features.slice(0, MOST).map((name) => name.length))));
  const wide = Math.max(view.net.parentElement?.clientWidth ?? 0, left + 84 + NARROWEST * (sizes.length - 1));
  const columns = sizes.map((_, l) => left + ((wide - left - 84) * l) / (sizes.length - 1));
  view.net.style.width = `${wide}px`;
  view.net.style.height = `${HEAD + AREA + FOOT}px`;
  view.net.replaceChildren(view.edges, view.pulses);
  view.net.setAttribute("aria-label", t("Network of # layers; arrow keys go from unit to unit", sizes.length - 1));
  if (first.length !== sizes.length) first = sizes.map(() => 0);
  view.nodes = sizes.map((n, l) => (l === 0 && picture() ? pictureColumn(columns[0]) : column(l, n, columns[l])));
  columns.slice(1).forEach((x, k) => gap(k + 1, (columns[k] + x) / 2, x - columns[k]));
  sizes.forEach((n, l) => view.net.append(head(l, n, columns[l])));
  mark();
  drawMaps();
  drawEdges();
  writeValues();
  if (wasAt) /** @type {HTMLElement | null} */ (view.net.querySelector(`[data-key="${wasAt}"]`))?.focus();
}

/** @param {number} l @param {number} n @param {number} x @returns {Map<number, Node>} */
function column(l, n, x) {
  const seen = Math.min(n, MOST);
  first[l] = Math.max(0, Math.min(first[l], n - seen));
  const room = n > MOST ? AREA - 48 : AREA;
  const pitch = Math.min(78, room / seen);
  const size = Math.round(Math.max(18, Math.min(48, pitch - (pitch >= 50 ? 22 : 8))));
  const top = HEAD + (AREA - pitch * seen) / 2;
  /** @type {Map<number, Node>} */
  const made = new Map();
  for (let k = 0; k < seen; k++) {
    const unit = first[l] + k;
    made.set(unit, node(l, unit, x, top + pitch * (k + 0.5) - (pitch >= 50 ? 7 : 0), size, pitch >= 50));
  }
  if (first[l] > 0) view.net.append(more(l, x, top - 13, -1, first[l]));
  if (first[l] + seen < n) view.net.append(more(l, x, top + pitch * seen + 13, 1, n - first[l] - seen));
  return made;
}

/** @param {number} l @param {number} unit @param {number} x @param {number} y @param {number} size @param {boolean} roomy @returns {Node} */
function node(l, unit, x, y, size, roomy) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const name = nameOf(l, unit);
  const element = el(
    "button",
    {
      class: "unit",
      type: "button",
      tabindex: l === 1 && unit === first[1] ? "0" : "-1",
      "data-key": `${l}:${unit}`,
      "data-light": l ? `a:${l}:${unit} w:${l}:${unit}` : `a:${l}:${unit}`,
      "aria-label": l === 0 ? name : t("Unit # of layer #", unit + 1, l),
      onclick: () => select(l === 0 ? { kind: "sample" } : { kind: "unit", layer: l, unit }),
    },
    canvas,
  );
  place(element, x - size / 2, y - size / 2, size, size);
  view.net.append(element);
  if (l === 0 || l === store.state.sizes.length - 1) {
    const label = el("span", { class: l === 0 ? "name left" : "name right", title: name, "aria-hidden": "true" }, name);
    place(label, l === 0 ? 0 : x + size / 2 + 6, y - 9, l === 0 ? x - size / 2 - 6 : 58, 18);
    view.net.append(label);
  }
  const value = roomy ? el("span", { class: "value", "aria-hidden": "true" }) : null;
  if (value) {
    place(value, x - 32, y + size / 2 + 1, 64, 14);
    view.net.append(value);
  }
  return { x, y, size, element, canvas, value };
}

/** @param {number} x @returns {Map<number, Node>} */
function pictureColumn(x) {
  const [high, wide, channels] = /** @type {[number, number, number]} */ (picture());
  const y = HEAD + AREA / 2;
  const canvas = el("canvas", { class: "pixels" });
  const element = el(
    "button",
    {
      class: "unit picture",
      type: "button",
      "data-key": "0:0",
      "aria-label": t("The sample as a picture"),
      onclick: () => select({ kind: "sample" }),
    },
    canvas,
  );
  place(element, x - PICTURE / 2, y - PICTURE / 2, PICTURE, PICTURE);
  view.net.append(element);
  /** @type {Map<number, Node>} */
  const made = new Map();
  for (let k = 0; k < high * wide * channels; k++) {
    const row = Math.floor(k / wide / channels);
    made.set(k, {
      x: x + PICTURE / 2,
      y: y - PICTURE / 2 + ((row + 0.5) * PICTURE) / high,
      size: 0,
      element,
      canvas,
      value: null,
    });
  }
  return made;
}

/** @param {number} l @param {number} x @param {number} y @param {1 | -1} way @param {number} count */
function more(l, x, y, way, count) {
  const text = `${way < 0 ? "▲" : "▼"} ${count}`;
  const button = el(
    "button",
    {
      class: "more",
      type: "button",
      "data-key": `more:${l}:${way}`,
      "aria-label": t("# more units of layer #", count, l),
      onclick: () => ((first[l] += way * (MOST - 1)), build(), changed("seen")),
    },
    text,
  );
  place(button, x - 30, y - 11, 60, 22);
  return button;
}

/** The head of a layer: its activation, its number of units. @param {number} l @param {number} n @param {number} x */
function head(l, n, x) {
  const last = store.state.sizes.length - 1;
  const box = el("div", { class: "layer-head", "data-layer": l });
  place(box, Math.max(0, x - 52), 0, 104, HEAD);
  const title = l === 0 ? t("Input") : l === last ? t("Output") : t("Layer #", l);
  box.append(
    el(
      "button",
      {
        class: "layer-title",
        type: "button",
        "data-key": `layer:${l}`,
        onclick: () => select(l === 0 ? { kind: "sample" } : { kind: "layer", layer: l }),
      },
      title,
    ),
  );
  if (l === 0 || l === last || store.state.fitted) {
    box.append(
      el(
        "span",
        { class: "quiet" },
        l === 0 ? t(n === 1 ? "# feature" : "# features", n) : store.state.layers[l - 1].activation,
      ),
      l && l < last ? el("span", { class: "quiet" }, t("# units", n)) : "",
    );
    return box;
  }
  const k = l - 1;
  box.append(
    choice(
      store.choices.activations,
      store.state.spec.hidden[k].activation,
      {
        "data-field": `hidden.${k}.activation`,
        id: `activation-${l}`,
        "data-key": `activation:${l}`,
        "aria-label": t("Activation of layer #", l),
      },
      (activation) => rebuild((spec) => (spec.hidden[k].activation = activation)),
    ),
    el(
      "div",
      { class: "count" },
      el(
        "button",
        {
          type: "button",
          "data-key": `fewer:${l}`,
          "aria-label": n > 1 ? t("One unit fewer in layer #", l) : t("Remove layer #", l),
          onclick: () => rebuild((spec) => (n > 1 ? (spec.hidden[k].units -= 1) : spec.hidden.splice(k, 1))),
        },
        "−",
      ),
      el("input", {
        type: "text",
        inputmode: "numeric",
        value: String(n),
        id: `units-${l}`,
        "data-field": `hidden.${k}.units`,
        "data-key": `units:${l}`,
        "aria-label": t("Units of layer #", l),
        onkeydown: (/** @type {KeyboardEvent} */ event) => nudge(event, { type: "whole", low: 1, step: 1 }),
        onchange: (/** @type {any} */ event) => rebuild((spec) => (spec.hidden[k].units = numberOf(event.target.value))),
      }),
      el(
        "button",
        {
          type: "button",
          "data-key": `add:${l}`,
          "aria-label": t("One unit more in layer #", l),
          onclick: () => rebuild((spec) => (spec.hidden[k].units += 1)),
        },
        "+",
      ),
      el(
        "button",
        {
          type: "button",
          class: "remove",
          "data-key": `remove:${l}`,
          "aria-label": t("Remove layer #", l),
          title: t("Remove layer #", l),
          onclick: () => rebuild((spec) => spec.hidden.splice(k, 1)),
        },
        "×",
      ),
    ),
  );
  return box;
}

/** Between two layers: a button that puts one there, and the shape of the weights. @param {number} l @param {number} x @param {number} room */
function gap(l, x, room) {
  const { W } = store.state.layers[l - 1];
  const add = el(
    "button",
    {
      class: "insert",
      type: "button",
      "data-key": `insert:${l}`,
      "aria-label": t("Put a layer before {name}", {
        name: l === store.state.sizes.length - 1 ? t("Output") : t("Layer #", l),
      }),
      title: t("Put a layer here"),
      onclick: () => insert(l),
    },
    "+",
  );
  place(add, x - 11, 4, 22, 22);
  const shape = el(
    "button",
    {
      class: "shape",
      type: "button",
      "data-key": `shape:${l}`,
      "data-light": `m:W${l}`,
      "aria-label": t("Weights W{l}, # × #", W[0], W[1], { l: String(l) }),
      onclick: () => select({ kind: "layer", layer: l }),
    },
    el("i", {}, `W${sub(l)}`),
    ` ${W[0]} × ${W[1]}`,
  );
  place(shape, x - Math.min(48, room / 2), HEAD + AREA, Math.min(96, room), FOOT - 2);
  view.net.append(...(store.state.fitted ? [] : [add]), shape);
}

/** @param {number} l */
function insert(l) {
  const { hidden } = store.state.spec;
  const like = hidden[Math.min(l, hidden.length) - 1] ?? hidden[0] ?? { units: 4, activation: "tanh" };
  rebuild((spec) => spec.hidden.splice(l - 1, 0, { ...like }));
}

/** @param {HTMLElement} element @param {number} x @param {number} y @param {number} wide @param {number} high */
function place(element, x, y, wide, high) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${wide}px`, height: `${high}px` });
}

/** The name of a unit: of a feature, of a class, or its letter. @param {number} l @param {number} unit */
export function nameOf(l, unit) {
  const { sizes, features, classes } = store.state;
  if (l === 0) return unit in features ? named(features[unit]) : `x${sub(unit)}`;
  if (l < sizes.length - 1) return `a${l},${unit + 1}`;
  return classes ? named(classes.length === 2 && sizes[l] === 1 ? classes[1] : classes[unit]) : "ŷ";
}

function mark() {
  const { state, selection, light } = store;
  if (!state) return;
  for (const element of view.net.querySelectorAll("[data-key]")) {
    const key = /** @type {HTMLElement} */ (element).dataset.key ?? "";
    const [l, unit] = key.split(":").map(Number);
    if (!element.classList.contains("unit")) {
      element.classList.toggle(
        "lit",
        light.size > 0 && [...light].some((each) => element.getAttribute("data-light") === each),
      );
      continue;
    }
    const chosen = selection.kind === "unit" && selection.layer === l && selection.unit === unit;
    const ends =
      selection.kind === "edge" &&
      ((selection.layer === l && selection.unit === unit) || (selection.layer - 1 === l && selection.from === unit));
    element.classList.toggle("chosen", chosen || ends || (selection.kind === "layer" && selection.layer === l));
    element.setAttribute("aria-pressed", String(chosen));
    element.classList.toggle(
      "lit",
      light.has(`a:${l}:${unit}`) ||
        light.has(`m:A${l}`) ||
        light.has(`m:Z${l}`) ||
        light.has(`m:dZ${l}`) ||
        light.has(`m:dA${l}`),
    );
    element.classList.toggle("active", l > 0 && state.part?.layer === l);
  }
}

// ---------------------------------------------------------------- pointing and walking

/** @param {MouseEvent} event */
function edgeAt(event) {
  const box = view.net.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  let best = null;
  let nearest = 6;
  for (let l = picture() ? 2 : 1; l < view.nodes.length; l++) {
    for (const [j, to] of view.nodes[l]) {
      for (const [i, from] of view.nodes[l - 1]) {
        const [begin, end] = [from.x + from.size / 2, to.x - to.size / 2];
        const u = (x - begin) / (end - begin);
        if (u < 0 || u > 1) continue;
        const slope = ((to.y - from.y) * 6 * u * (1 - u)) / (end - begin);
        const distance = Math.abs(y - from.y - (to.y - from.y) * (3 * u * u - 2 * u ** 3)) / Math.hypot(1, slope);
        if (distance < nearest) [nearest, best] = [distance, { layer: l, unit: j, from: i }];
      }
    }
  }
  return best;
}

/** @param {PointerEvent} event */
function hover(event) {
  const edge = event.target === view.net || event.target === view.edges ? edgeAt(event) : null;
  view.net.classList.toggle("on-edge", Boolean(edge));
  if (!edge) return hideTip();
  const w = store.state.layers[edge.layer - 1].W_values?.[edge.unit]?.[edge.from];
  showTip(event, `W${sub(edge.layer)}[${edge.unit}, ${edge.from}] = ${num(w)}`);
}

/** Arrow keys: up and down in a layer, left and right between layers. @param {KeyboardEvent} event */
function walk(event) {
  const key = /** @type {HTMLElement} */ (event.target).dataset.key ?? "";
  const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!way || !/^\d+:\d+$/.test(key)) return;
  event.preventDefault();
  let [l, unit] = key.split(":").map(Number);
  const { sizes } = store.state;
  l = Math.max(0, Math.min(sizes.length - 1, l + way[0]));
  unit = l === 0 && picture() ? 0 : Math.max(0, Math.min(sizes[l] - 1, unit + way[1]));
  if (!view.nodes[l].has(unit)) {
    first[l] = way[1] < 0 ? unit : unit - MOST + 1;
    build();
    changed("seen");
  }
  const target = view.nodes[l].get(unit)?.element;
  target?.focus();
  if (l > 0) select({ kind: "unit", layer: l, unit });
}
