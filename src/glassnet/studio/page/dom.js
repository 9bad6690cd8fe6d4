// Elements made in one call, and numbers written alike everywhere.

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, any>} Attributes
 */

/**
 * Give attributes to an element: `on…` are listeners, `class` and `data-…` as in a page, true is an empty attribute.
 * @param {Element} element
 * @param {Attributes} attributes
 */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") /** @type {any} */ (element)[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Make an element of HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) {
      made.append(child instanceof Node ? child : String(child));
    }
  }
  dress(made, attributes); // after the children: a choice takes its value only where it has the option
  return made;
}

/**
 * Make an element of SVG.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  dress(made, attributes);
  for (const child of children) if (child) made.append(child instanceof Node ? child : String(child));
  return made;
}

/**
 * Return the element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}

/**
 * Write a number with four significant digits, a minus as wide as a plus, and no sign for zero.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string}
 */
export function num(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e6 || size < (digits < 4 ? 1e-3 : 1e-4)
      ? value.toExponential(digits < 4 ? 0 : 2)
      : Number.isInteger(value)
        ? String(value)
        : value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1))));
  return text.replaceAll("-", "−");
}

/**
 * Write a number with all its digits.
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function exact(value) {
  return value === null || value === undefined ? "–" : String(value).replaceAll("-", "−");
}

/**
 * Write a share as per cent.
 * @param {number} value
 * @returns {string}
 */
export function percent(value) {
  return `${(100 * value).toFixed(1)} %`;
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/**
 * Write a whole number as a subscript.
 * @param {number} value
 * @returns {string}
 */
export function sub(value) {
  return String(value).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]);
}

const MATH = new Set(
  (
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover " +
    "munderover mtable mtr mtd semantics"
  ).split(" "),
);
const MATH_ATTRIBUTES = new Set(["display", "mathvariant", "stretchy", "fence", "separator", "columnalign", "width"]);

/**
 * Return MathML from the server as elements; anything that is not MathML stays out.
 * @param {string} markup
 * @returns {Node}
 */
export function math(markup) {
  const parsed = new DOMParser().parseFromString(markup, "text/html").body;
  /** @param {Node} node @returns {Node | null} */
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.nodeValue ?? "");
    if (!(node instanceof Element) || !MATH.has(node.localName)) return null;
    const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", node.localName);
    for (const { name, value } of node.attributes) if (MATH_ATTRIBUTES.has(name)) made.setAttribute(name, value);
    for (const child of node.childNodes) {
      const copied = copy(child);
      if (copied) made.append(copied);
    }
    return made;
  };
  const found = document.createDocumentFragment();
  for (const child of parsed.childNodes) {
    const copied = copy(child);
    if (copied) found.append(copied);
  }
  return found;
}

/**
 * Call a function at most once in a frame of the screen, with the arguments of the last call.
 * @template {any[]} T
 * @param {(...given: T) => void} called
 * @returns {(...given: T) => void}
 */
export function onceAFrame(called) {
  /** @type {T | null} */
  let waiting = null;
  return (...given) => {
    if (!waiting) {
      requestAnimationFrame(() => {
        const last = /** @type {T} */ (waiting);
        waiting = null;
        called(...last);
      });
    }
    waiting = given;
  };
}

/**
 * Make a canvas sharp on its screen, and return its context in pixels of the page.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function sharp(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

/**
 * Put other children into an element; what had the focus has it again, found by its id or its `data-key`, and what
 * was scrolled stands there again, found by its `data-scroll`.
 * @param {Element} root
 * @param {...(Child | Child[])} children
 */
export function refill(root, ...children) {
  const at = /** @type {HTMLElement | null} */ (root.contains(document.activeElement) ? document.activeElement : null);
  const found = at?.id
    ? `#${CSS.escape(at.id)}`
    : at?.dataset.key
      ? `[data-key="${CSS.escape(at.dataset.key)}"]`
      : null;
  const scrolled = [...root.querySelectorAll("[data-scroll]")].map((each) => ({
    name: each.getAttribute("data-scroll") ?? "",
    left: each.scrollLeft,
    top: each.scrollTop,
  }));
  root.replaceChildren(
    .../** @type {Node[]} */ (
      children
        .flat()
        .filter((each) => each || each === 0)
        .map((each) => (each instanceof Node ? each : String(each)))
    ),
  );
  for (const { name, left, top } of scrolled)
    root.querySelector(`[data-scroll="${CSS.escape(name)}"]`)?.scrollTo({ left, top, behavior: "instant" });
  if (found) /** @type {HTMLElement | null} */ (root.querySelector(found))?.focus({ preventScroll: true });
}
