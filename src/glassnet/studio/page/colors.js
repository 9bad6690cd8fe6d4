// Colours: orange below zero, blue above; classes in colours that the colour-blind tell apart, and in shapes.

/** @typedef {[number, number, number]} Rgb */

/** @type {Record<"light" | "dark", {below: Rgb, zero: Rgb, above: Rgb, ink: Rgb, panel: Rgb}>} */
const THEMES = {
  light: {
    below: [204, 92, 4],
    zero: [241, 242, 244],
    above: [21, 98, 168],
    ink: [27, 35, 48],
    panel: [255, 255, 255],
  },
  dark: { below: [240, 146, 62], zero: [40, 47, 57], above: [92, 168, 240], ink: [232, 235, 240], panel: [27, 32, 40] },
};
/** @type {Rgb[]} */
const CLASSES = [
  [214, 105, 16], [31, 111, 184], [0, 150, 110], [190, 100, 150], [190, 160, 0],
  [70, 165, 225], [160, 45, 20], [110, 110, 120], [112, 82, 160], [70, 95, 30],
]; // prettier-ignore

let theme = THEMES.light;

/** Read which theme the page has. */
export function readTheme() {
  theme = THEMES[isDark() ? "dark" : "light"];
}

/** @returns {boolean} */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share
 * @returns {Rgb}
 */
function between(from, to, share) {
  return /** @type {Rgb} */ ([0, 1, 2].map((k) => Math.round(from[k] + (to[k] - from[k]) * share)));
}

/** @param {Rgb} color @param {number} [alpha] */
export const css = (color, alpha = 1) => `rgba(${color[0]}, ${color[1]}, ${color[2]}, ${alpha})`;

/**
 * Return the colour of a value from -1 (orange) over 0 (the paper) to 1 (blue).
 * @param {number} value
 * @returns {Rgb}
 */
export function diverging(value) {
  const size = Math.min(1, Math.abs(value)) ** 0.8;
  return between(theme.zero, value < 0 ? theme.below : theme.above, Number.isFinite(size) ? size : 0);
}

/** @param {number} sign @returns {Rgb} */
export const signed = (sign) => (sign < 0 ? theme.below : theme.above);

/** @param {number} index @returns {Rgb} */
export const ofClass = (index) => CLASSES[((index % CLASSES.length) + CLASSES.length) % CLASSES.length];

/** @param {number} index @returns {Rgb} */
export const paleClass = (index) => between(theme.panel, ofClass(index), 0.42);

export const ink = () => theme.ink;
export const panel = () => theme.panel;
export const paper = () => theme.zero;

/**
 * Draw numbers as a picture of columns x rows pixels, each coloured by a function, onto a canvas of any size.
 * @param {HTMLCanvasElement} canvas
 * @param {number} columns
 * @param {number} rows
 * @param {(k: number) => Rgb} color
 * @param {boolean} [upwards] whether the first row is the lowest
 */
export function paint(canvas, columns, rows, color, upwards = false) {
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(columns, rows);
  const { data } = image;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 4 * ((upwards ? rows - 1 - row : row) * columns + column);
      [data[at], data[at + 1], data[at + 2]] = color(row * columns + column);
      data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/**
 * Return the largest distance of numbers from a middle.
 * @param {import("./api.js").Numbers} values
 * @param {number} [middle]
 * @returns {number}
 */
export function reach(values, middle = 0) {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value - middle);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest || 1;
}

const SHAPES = ["circle", "square", "triangle", "diamond", "star"];
/** @type {Record<string, number[]>} Directions of the corners, in degrees. */
const CORNERS = { triangle: [-90, 30, 150], diamond: [-90, 0, 90, 180], star: [-90, -45, 0, 45, 90, 135, 180, 225] };

/**
 * Draw the sign of a class: its colour and its shape.
 * @param {CanvasRenderingContext2D} context
 * @param {number} index
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function outline(context, index, x, y, r) {
  const shape = SHAPES[index % SHAPES.length];
  context.beginPath();
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
  else {
    const corners = CORNERS[shape];
    corners.forEach((degrees, k) => {
      const size = shape === "star" ? (k % 2 ? 0.45 * r : 1.3 * r) : 1.25 * r;
      context.lineTo(x + size * Math.cos((degrees * Math.PI) / 180), y + size * Math.sin((degrees * Math.PI) / 180));
    });
    context.closePath();
  }
}
