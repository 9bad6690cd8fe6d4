// The lessons, as rows: steps to do and see, and one question that is judged by what the learner's networks did.

import { num, percent } from "./dom.js";
import { costAt, moved } from "./trainings.js";

/**
 * @typedef {import("./trainings.js").Training} Training
 * @typedef {{far: (test: (each: Training) => boolean) => Training | undefined, last: Training, goal: number}} Seen
 *   `far` finds the newest training that passes a test and went as far as the lesson goes: `goal` steps or epochs
 * @typedef {{right: boolean, text: string, filling?: (number | string | Record<string, string>)[]}} Reply
 * @typedef {{text: string, filling?: (seen: Seen) => number[], done?: (seen: Seen) => boolean}} Step what is filled
 *   in is the goal, where nothing else is said; without `done` there is only something to read
 * @typedef {{text: string, options: string[], judge: (seen: Seen, answer: number) => Reply}} Question
 * @typedef {{name: string, title: string, steps: Step[], question: Question}} Lesson
 */

const CHECK = "Check the network";
const every = () => true;
/** @param {number} rate */
const rate = (rate) => (/** @type {Training} */ each) => each.spec.settings.learning_rate === rate;
/** @param {Training} each */
const isLarge = (each) => each.spec.initializer === "normal(30)";
/** @param {Training} each */
const score = (each) => each.scores.train ?? 0;
/** Rows of W1 with a number other than zero. @param {Training} each */
const ownRows = (each) => (each.W[0] ?? []).filter((row) => Array.from(row).some((w) => w !== 0)).length;

/**
 * Two trainings of the learner, as far as both went.
 * @param {Seen} seen
 * @param {(each: Training) => boolean} isFirst
 * @param {(each: Training) => boolean} [isSecond]
 */
function pair({ far, last }, isFirst, isSecond = (each) => !isFirst(each)) {
  const [a, b] = [far(isFirst) ?? last, far(isSecond) ?? last];
  return { a, b, n: Math.min(a.iteration, b.iteration) };
}

/** @type {Lesson[]} */
export const LESSONS = [
  {
    name: "logistic",
    title: "Logistic regression: one straight line",
    steps: [
      {
        text: "There is no hidden layer here: the output is the sigmoid of one weighted sum of x1 and x2. It trains now, and the cost soon stands still.",
        done: ({ far }) => Boolean(far(every)),
      },
      {
        text: "On the right the surface changes its colour where the answer is 0.5. That border is a straight line: it cannot follow the petals.",
      },
    ],
    question: {
      text: "What does it take to get more than 80 % of the training samples right? Change the network, train it, and let it be checked.",
      options: [CHECK],
      judge: ({ last }) => {
        const filling = [last.iteration, { score: percent(score(last)) }];
        if (!last.spec.hidden.length)
          return {
            right: false,
            text: "Still a straight line, with {score} right. No number of steps bends it: press the + between Input and Output.",
            filling,
          };
        if (score(last) <= 0.8)
          return {
            right: false,
            text: "There is a hidden layer now, and {score} are right after # steps. Train on; where the cost stands still, take another seed or one unit more.",
            filling,
          };
        return {
          right: true,
          text: "The hidden layer bends the border: {score} are right. A straight line gets about 60 %, however long it trains.",
          filling,
        };
      },
    },
  },
  {
    name: "zeros",
    title: "Why not start with zeros",
    steps: [
      {
        text: "All weights begin at zero here. It trains, and the cost stays where it is.",
        done: ({ far }) => Boolean(far(every)),
      },
      {
        text: "Click Layer 1: in W1 each row belongs to one unit, and all rows are equal. Equal units get equal derivatives, so no step makes them differ.",
      },
      {
        text: "Make one unit differ: click the line from x1 to the first unit, and write 0.5 into its weight below. Then press play.",
        done: ({ last }) => (last.W[0] ?? []).some((row) => Array.from(row).every((w) => w !== 0)),
      },
    ],
    question: {
      text: "How many of the four units have weights of their own now?",
      options: ["none", "one", "two", "three", "all four"],
      judge: ({ last }, answer) =>
        answer === ownRows(last)
          ? {
              right: true,
              text: "A unit learns only where its own weights or those behind it are not zero; the others get no derivative, and stay as they began. A random start makes all of them differ.",
            }
          : {
              right: false,
              text: "Click Layer 1 and look at W1: # of its rows have numbers other than zero.",
              filling: [ownRows(last)],
            },
    },
  },
  {
    name: "hidden",
    title: "What a hidden unit draws",
    steps: [
      {
        text: "Each unit shows its own map over the plane. Watch what the three units of layer 1 draw while they train.",
        done: ({ far }) => Boolean(far(every)),
      },
      {
        text: "Click a unit: the glass shows its weighted sum. In its map the border is where z = 0, and that is a straight line. The output puts the lines together.",
      },
    ],
    question: {
      text: "How many units does it take at least to enclose the inner circle, with more than 95 % of the training samples right? Try fewer, train each time, and let it be checked.",
      options: [CHECK],
      judge: ({ far, last, goal }) => {
        const { hidden } = last.spec;
        const units = hidden[0]?.units ?? 0;
        const filling = [units, last.iteration, { score: percent(score(last)) }];
        if (hidden.length !== 1)
          return {
            right: false,
            text: "Leave one hidden layer, in which each unit draws one line; there are # of them.",
            filling: [hidden.length],
          };
        if (last.iteration < goal)
          return { right: false, text: "# units, {score} right after # steps: train on, then check again.", filling };
        if (score(last) <= 0.95)
          return units < 3
            ? {
                right: false,
                text: "With # units {score} are right: one or two lines leave the plane open on a side. Add units with the + above the layer.",
                filling,
              }
            : { right: false, text: "With # units {score} are right so far. Train on, or take another seed.", filling };
        if (units > 3)
          return {
            right: false,
            text: "# units do it, with {score} right, and fewer do, too: take one away with the − above the layer, and train.",
            filling,
          };
        if (!far((each) => each.spec.hidden.length === 1 && each.spec.hidden[0].units === 2))
          return {
            right: false,
            text: "# units do it, with {score} right. Whether two can is not tried yet: take one away with the − above the layer, and train.",
            filling,
          };
        return {
          right: true,
          text: "Three lines are the fewest that enclose a region: {score} are right. Two bound a strip or a wedge.",
          filling,
        };
      },
    },
  },
  {
    name: "saturation",
    title: "Saturated units learn slowly",
    steps: [
      {
        text: "The first weights are large here: normal(30). It trains; look how far the cost falls.",
        done: ({ far }) => Boolean(far(isLarge)),
      },
      {
        text: "Click a unit of layer 1. Its z is far from zero, where the sigmoid is flat: its slope g'(z) is almost zero. As dZ = dA · g'(z), hardly anything flows back.",
      },
      {
        text: "Now open More settings, choose glorot as First weights, and press play.",
        done: ({ far }) => Boolean(far((each) => !isLarge(each))),
      },
    ],
    question: {
      text: "Which of your two starts reached the lower cost?",
      options: ["the large weights", "the other weights"],
      judge: (seen, answer) => {
        const { a, b, n } = pair(seen, isLarge);
        const filling = [
          n,
          {
            large: num(costAt(a, n)),
            other: num(costAt(b, n)),
            moved: percent(moved(a)),
            further: percent(moved(b)),
          },
        ];
        return (answer === 0) === costAt(a, n) < costAt(b, n)
          ? {
              right: true,
              text: "After # steps the cost is {large} from the large weights and {other} from the others. W1 has moved by {moved} of its size there, and by {further} here.",
              filling,
            }
          : {
              right: false,
              text: "After # steps the cost is {large} from the large weights and {other} from the others.",
              filling,
            };
      },
    },
  },
  {
    name: "alpha",
    title: "The learning rate α",
    steps: [
      {
        text: "The learning rate α is 0.01 here. See how little the cost falls in # steps.",
        done: ({ far }) => Boolean(far(rate(0.01))),
      },
      { text: "Write 1 into Learning rate α, press Reset, and play.", done: ({ far }) => Boolean(far(rate(1))) },
      {
        text: "Now the same with 100. Look at the curve of the cost.",
        done: ({ far }) => Boolean(far(rate(100))),
      },
    ],
    question: {
      text: "With which α was the training cost lowest after # steps?",
      options: ["0.01", "1", "100"],
      judge: ({ far, last, goal }, answer) => {
        const costs = [0.01, 1, 100].map((each) => costAt(far(rate(each)) ?? last, goal));
        const filling = [goal, { small: num(costs[0]), good: num(costs[1]), large: num(costs[2]) }];
        return costs[answer] === Math.min(...costs.filter((each) => !Number.isNaN(each)))
          ? {
              right: true,
              text: "After # steps it is {small} with 0.01, {good} with 1 and {large} with 100. Short steps hardly get anywhere; too long a step lands beyond the valley.",
              filling,
            }
          : {
              right: false,
              text: "After # steps it is {small} with 0.01, {good} with 1 and {large} with 100.",
              filling,
            };
      },
    },
  },
  {
    name: "depth",
    title: "Depth: layers that build on each other",
    steps: [
      {
        text: "Two spirals, and one hidden layer of 6 units. It trains; after # steps parts of the arms are still wrong.",
        done: ({ far }) => Boolean(far(every)),
      },
      {
        text: "Layer 1 draws straight lines. A second layer draws with them as layer 1 draws with x1 and x2: press the + between Layer 1 and Output.",
        done: ({ last }) => last.spec.hidden.length > 1,
      },
    ],
    question: {
      text: "Get more than 95 % of the training samples right in 1200 steps at most, with no more than 6 units in a layer. Then let it be checked.",
      options: [CHECK],
      judge: ({ far, last }) => {
        const { hidden } = last.spec;
        const widest = Math.max(0, ...hidden.map((each) => each.units));
        const flat = far((each) => each.spec.hidden.length === 1 && each.spec.hidden[0].units <= 6);
        const filling = [
          hidden.length,
          last.iteration,
          { score: percent(score(last)), flat: flat ? percent(score(flat)) : "–" },
        ];
        if (widest > 6)
          return {
            right: false,
            text: "A wide layer can do it as well, but here no layer may have more than 6 units; one has #.",
            filling: [widest],
          };
        if (score(last) <= 0.95)
          return hidden.length < 2
            ? {
                right: false,
                text: "One layer gets {score} right. Press the + between Layer 1 and Output, and train.",
                filling,
              }
            : {
                right: false,
                text: "# hidden layers get {score} right after # steps. Train on; where the cost stands still, take another seed.",
                filling,
              };
        if (last.iteration > 1300)
          return {
            right: false,
            text: "{score} are right, after # steps. Press Reset, and see how far 1200 steps get.",
            filling: filling.slice(1),
          };
        return {
          right: true,
          text: "# hidden layers get {score} right in # steps; one layer got {flat}. Each layer draws with what the one before it has drawn, so a few units go far.",
          filling,
        };
      },
    },
  },
  {
    name: "overfitting",
    title: "Overfitting, and L2 against it",
    steps: [
      {
        text: "30 noisy samples, and more than 1000 weights. The training cost goes on falling; look at the test cost beside it.",
        done: ({ far }) => Boolean(far((each) => each.spec.settings.l2 === 0)),
      },
      {
        text: "Write 1 into L2 penalty λ, press Reset, and play.",
        done: ({ far }) => Boolean(far((each) => each.spec.settings.l2 > 0)),
      },
    ],
    question: {
      text: "What did λ do to the gap between the test cost and the training cost?",
      options: ["it made the gap smaller", "it made the gap larger"],
      judge: (seen, answer) => {
        const { a, b, n } = pair(seen, (each) => each.spec.settings.l2 === 0);
        const [without, penalized] = [a, b].map((each) => costAt(each, n, "test") - costAt(each, n));
        const isSmaller = penalized < without;
        const filling = [n, { without: num(without, 3), penalized: num(penalized, 3) }];
        if ((answer === 0) !== isSmaller)
          return {
            right: false,
            text: "Test cost minus training cost after # steps: {without} without the penalty, {penalized} with it.",
            filling,
          };
        return isSmaller
          ? {
              right: true,
              text: "After # steps the gap is {without} without the penalty and {penalized} with it. Large weights cost extra, so the surface stays smooth and cannot bend around single samples.",
              filling,
            }
          : {
              right: true,
              text: "In your trainings it did: {without} without the penalty, {penalized} with it. That is rare; other seeds mostly say the opposite.",
              filling,
            };
      },
    },
  },
  {
    name: "dropout",
    title: "Dropout",
    steps: [
      {
        text: "Some 180 digits to learn from, and 128 hidden units. Soon all of them are right, and the test cost stays far above.",
        done: ({ far }) => Boolean(far((each) => each.spec.settings.dropout === 0)),
      },
      {
        text: "Dropout switches units off at random in every step, so that no unit can rely on another one. Open More settings, write 0.5 into Dropout, press Reset, and play.",
        done: ({ far }) => Boolean(far((each) => each.spec.settings.dropout > 0)),
      },
    ],
    question: {
      text: "Which of your two trainings has the lower cost on the test samples?",
      options: ["without dropout", "with dropout"],
      judge: (seen, answer) => {
        const { a, b, n } = pair(seen, (each) => each.spec.settings.dropout === 0);
        const [without, dropped] = [a, b].map((each) => costAt(each, n, "test"));
        const filling = [
          n,
          {
            without: num(without, 3),
            dropped: num(dropped, 3),
            train: num(costAt(a, n), 2),
            trained: num(costAt(b, n), 2),
          },
        ];
        return (answer === 1) === dropped < without
          ? {
              right: true,
              text: "After # steps the test cost is {without} without dropout and {dropped} with it; the training cost is {train} and {trained}. No unit can learn a single sample by heart, so what is learned holds for others.",
              filling,
            }
          : {
              right: false,
              text: "After # steps the test cost is {without} without dropout and {dropped} with it.",
              filling,
            };
      },
    },
  },
  {
    name: "batch",
    title: "Batch and mini-batch",
    steps: [
      {
        text: "Each step looks at all training samples here, so an epoch is one step. It stops after # epochs.",
        done: ({ far }) => Boolean(far((each) => !each.spec.settings.batch_size)),
      },
      {
        text: "Write 32 into Samples in a step, press Reset, and play: # epochs again, and many more steps.",
        done: ({ far }) => Boolean(far((each) => Boolean(each.spec.settings.batch_size))),
      },
    ],
    question: {
      text: "Both looked at each sample equally often. Which training reached the lower cost?",
      options: ["all samples in a step", "few samples in a step"],
      judge: ({ far, last, goal }, answer) => {
        const isWhole = (/** @type {Training} */ each) => !each.spec.settings.batch_size;
        const [whole, parts] = [far(isWhole) ?? last, far((each) => !isWhole(each)) ?? last];
        const costs = [whole, parts].map((each) => costAt(each, Math.floor((each.iteration / each.epoch) * goal)));
        const filling = [
          goal,
          {
            whole: num(costs[0], 3),
            parts: num(costs[1], 3),
            steps: String(goal),
            many: String(Math.round((parts.iteration / parts.epoch) * goal)),
          },
        ];
        return (answer === 1) === costs[1] < costs[0]
          ? {
              right: true,
              text: "In # epochs {steps} steps of all samples reach {whole}, and {many} small ones {parts}. The derivatives of a few samples are rough, so the cost zigzags; but each epoch takes many steps in place of one.",
              filling,
            }
          : {
              right: false,
              text: "In # epochs {steps} steps of all samples reach {whole}, and {many} small ones {parts}.",
              filling,
            };
      },
    },
  },
  {
    name: "cat",
    title: "Cat or no cat",
    steps: [
      {
        text: "Each picture is # numbers. There is no hidden layer: every number has its weight, and that is all. It trains now.",
        filling: ({ last }) => [last.sizes[0]],
        done: ({ far }) => Boolean(far(every)),
      },
      {
        text: "Open Confusions below: there are the pictures that are most wrong. A click on one shows its way through the network.",
      },
    ],
    question: {
      text: "How far below the accuracy on the training pictures is that on the test pictures?",
      options: ["less than 5 points", "5 to 15 points", "more than 15 points"],
      judge: ({ last }, answer) => {
        const [train, test] = [score(last), last.scores.test ?? 0];
        const gap = 100 * (train - test);
        const filling = [last.m_train, last.m_test, { train: percent(train), test: percent(test) }];
        if (answer !== (gap < 5 ? 0 : gap <= 15 ? 1 : 2))
          return {
            right: false,
            text: "{train} of the training pictures are right and {test} of the test pictures: take one from the other.",
            filling,
          };
        return gap < 5
          ? {
              right: true,
              text: "{train} of # training pictures, {test} of # test pictures. There are pictures enough for the weights, so what they learned holds for others.",
              filling,
            }
          : {
              right: true,
              text: "{train} of # training pictures, {test} of # test pictures. With more weights than pictures the network learns them by heart, so only other pictures tell what it is worth.",
              filling,
            };
      },
    },
  },
];
