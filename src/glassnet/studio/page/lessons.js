// The lessons, as rows: a network to begin with, a few steps to do and see, one question about what was seen.

/**
 * @typedef {import("./api.js").State} State
 * @typedef {{text: string, options: string[], right: (state: State) => number, because: string}} Question
 * @typedef {{name: string, title: string, spec: any, steps: string[], ready: (state: State) => boolean,
 *   question: Question}} Lesson
 */

/** @param {import("./api.js").Numbers[] | null | undefined} W */
const sameRows = (W) => Boolean(W?.every((row) => Array.from(row).every((w, k) => w === W[0][k])));
/** @param {State} state @param {number} steps */
const trained = (state, steps) => state.iteration >= steps;
/** @param {string} activation @param {number[]} units */
const layers = (activation, ...units) => units.map((n) => ({ units: n, activation }));

/** @type {Lesson[]} */
export const LESSONS = [
  {
    name: "logistic",
    title: "Logistic regression: one straight line",
    spec: { source: { name: "flower" }, hidden: [], settings: { learning_rate: 0.5 } },
    steps: [
      "This network has no hidden layer: the output is a sigmoid of one weighted sum of x1 and x2. Press play, and wait until the cost stands still.",
      "Look at the surface on the right. Where the answer is 0.5 it changes its colour: that border is a straight line.",
    ],
    ready: (state) => trained(state, 100),
    question: {
      text: "Can more training make the accuracy on the flower much better than it is now?",
      options: ["yes, it only needs more steps", "no, a straight line cannot separate the petals"],
      right: () => 1,
      because: "The weighted sum is linear in x1 and x2, so the border is always a straight line.",
    },
  },
  {
    name: "zeros",
    title: "Why not start with zeros",
    spec: {
      source: { name: "flower" },
      hidden: layers("tanh", 4),
      initializer: "zeros",
      settings: { learning_rate: 1.2 },
    },
    steps: [
      "All weights begin at zero here. Press play for a few hundred steps.",
      "Open layer 1 and compare the rows of W1 in the glass: each row belongs to one unit.",
    ],
    ready: (state) => trained(state, 50),
    question: {
      text: "Are the four units of layer 1 different from each other now?",
      options: ["yes", "no"],
      right: (state) => (sameRows(state.layers[0].W_values) ? 1 : 0),
      because:
        "Units with equal weights get equal derivatives in each step, so they stay copies of each other. A random start breaks the tie.",
    },
  },
  {
    name: "hidden",
    title: "What a hidden unit draws",
    spec: { source: { name: "circles" }, hidden: layers("tanh", 3), settings: { learning_rate: 1 } },
    steps: [
      "Each unit shows its own map over the plane. Press play and watch what the three units of layer 1 draw.",
      "Click a unit: the glass shows its weighted sum. The border in its map is where z = 0, and that is a straight line.",
      "The output puts the three lines together. Take one unit away with the − above the layer, and train again.",
    ],
    ready: (state) => trained(state, 100) && state.spec.hidden[0]?.units === 2,
    question: {
      text: "Can two such units enclose the inner circle?",
      options: ["yes, as well as three", "no, two lines leave the plane open on a side"],
      right: () => 1,
      because: "Two lines bound a strip or a wedge. Three are the fewest that enclose a region.",
    },
  },
  {
    name: "saturation",
    title: "Saturated units learn slowly",
    spec: {
      source: { name: "moons" },
      hidden: layers("sigmoid", 4),
      initializer: "normal(30)",
      settings: { learning_rate: 0.5 },
    },
    steps: [
      "The first weights are very large here. Click a unit of layer 1, and look at the slope g'(z) in the glass.",
      "Press play, and compare with a new start: choose another initialiser under More settings.",
    ],
    ready: (state) => trained(state, 50),
    question: {
      text: "Why do the weights of layer 1 hardly change after a start with large weights?",
      options: [
        "the learning rate is zero",
        "the slope of the sigmoid is almost zero for large |z|",
        "the cost is already zero",
      ],
      right: () => 1,
      because: "dZ is dA times the slope. Where the sigmoid is flat, hardly anything flows back.",
    },
  },
  {
    name: "alpha",
    title: "The learning rate",
    spec: { source: { name: "moons" }, hidden: layers("tanh", 4), settings: { learning_rate: 0.01 } },
    steps: [
      "The learning rate is small here. Train for 200 steps, and look at the curve of the cost.",
      "Now set the learning rate to 1 and start again. Then try 100.",
    ],
    ready: (state) => trained(state, 20) && Number(state.spec.settings.learning_rate) >= 50,
    question: {
      text: "What does the cost do with a learning rate of 100?",
      options: ["it falls fastest", "it jumps up and down, or gets stuck high", "nothing changes"],
      right: () => 1,
      because: "Each step goes along the slope at one point. A step that is too long lands beyond the valley.",
    },
  },
  {
    name: "overfitting",
    title: "Overfitting, and L2 against it",
    spec: {
      source: { name: "moons", m: 60, noise: 0.35 },
      test_share: 0.5,
      hidden: layers("relu", 32, 32),
      settings: { learning_rate: 0.05, optimizer: "adam" },
    },
    steps: [
      "Few noisy samples and a large network. Train for some hundred steps: the training cost goes on falling. What does the test cost do?",
      "Set the L2 penalty λ to 1, start again, and compare the two curves.",
    ],
    ready: (state) => trained(state, 100) && Number(state.spec.settings.l2) > 0,
    question: {
      text: "What does the L2 penalty do to the gap between the training cost and the test cost?",
      options: ["it makes the gap smaller", "it makes the gap larger", "it only makes training faster"],
      right: () => 0,
      because: "Large weights cost extra, so the surface stays smooth and cannot bend around single samples.",
    },
  },
];
