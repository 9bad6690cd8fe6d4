// The page in a notebook: its own modules, which find a document of their own and ask by messages instead of addresses.

/**
 * @typedef {{id?: number, page: string, status?: number, text?: string, name?: string, type?: string, news?: boolean}} Message
 * @typedef {{send: (message: any) => void, on: (name: string, heard: (message: Message, buffers: DataView[]) => void) => void,
 *   off: (name: string, heard: (message: Message, buffers: DataView[]) => void) => void}} Model
 * @typedef {(need: (name: string) => any, browser: any) => any} Module
 * @typedef {{entry: string, frame: string, style: string}} Given
 * @typedef {{status: number, text: string, name: string, type: string, body?: DataView}} Answer
 * @typedef {(method: string, path: string, body?: any) => Promise<Answer>} Ask
 */

const OFTEN = 50; // milliseconds between two questions for news while it trains
const SELDOM = [150, 300, 600, 1500, 4000]; // and while it rests: ever longer

/**
 * Return the widget as anywidget takes it.
 * @param {Record<string, Module>} modules
 * @param {Given} given
 */
export const widget = (modules, given) => ({
  /** @param {{model: Model, el: HTMLElement}} shown */
  render({ model, el }) {
    const { root, shadow } = frame(el, given);
    const line = messages(model);
    const browser = browserOf(root, shadow, line);
    /** @type {Map<string, any>} */
    const made = new Map();
    /** @param {string} name @returns {any} */
    const need = (name) => {
      if (!made.has(name)) made.set(name, modules[name](need, browser));
      return made.get(name);
    };
    need(given.entry);
    return () => line.close();
  },
});

/**
 * Put the page's frame into an element, in a shadow tree: no style of the notebook reaches it, nor one of it the notebook.
 * @param {HTMLElement} el
 * @param {Given} given
 */
function frame(el, given) {
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // so that JupyterLab leaves the keys to it
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = given.style;
  const root = document.createElement("div");
  root.className = "studio";
  root.innerHTML = `<div class="inside">${given.frame}</div>`;
  for (const each of root.querySelectorAll("#tip, noscript")) each.remove();
  const tip = document.createElement("p"); // beside what is measured, so that it is placed on the screen
  Object.assign(tip, { id: "tip", className: "tip", hidden: true });
  tip.setAttribute("role", "status");
  root.append(tip);
  shadow.append(style, root);
  el.replaceChildren(host);
  for (const name of ["keydown", "keyup", "keypress"]) root.addEventListener(name, (event) => event.stopPropagation());
  return { root, shadow };
}

/**
 * Return how questions are sent and answered, and how news are heard of.
 * @param {Model} model
 */
function messages(model) {
  const page = Math.random().toString(36).slice(2);
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map();
  let count = 0;
  let closed = false;
  /** @param {Message} message @param {DataView[]} buffers */
  const heard = (message, buffers) => {
    if (message.page !== page || message.id === undefined) return;
    const { status = 500, text = "", name = "", type = "" } = message;
    waiting.get(message.id)?.({ status, text, name, type, body: buffers?.[0] });
    waiting.delete(message.id);
  };
  model.on("msg:custom", heard);
  return {
    isClosed: () => closed,
    /** @type {Ask} */
    ask: (method, path, body) =>
      new Promise((answered) => {
        count += 1;
        waiting.set(count, answered);
        if (!closed) model.send({ id: count, page, method, path, body });
      }),
    close() {
      if (!closed) model.send({ page, closed: true });
      closed = true;
      model.off("msg:custom", heard);
    },
  };
}

/**
 * Return what the page's modules have in place of the browser's own.
 * @param {HTMLElement} root
 * @param {ShadowRoot} shadow
 * @param {ReturnType<typeof messages>} line
 */
function browserOf(root, shadow, line) {
  const inside = {
    body: root,
    documentElement: root,
    title: "",
    get activeElement() {
      return shadow.activeElement;
    },
    getElementById: (/** @type {string} */ id) => shadow.getElementById(id),
    querySelector: (/** @type {string} */ what) => shadow.querySelector(what),
    querySelectorAll: (/** @type {string} */ what) => shadow.querySelectorAll(what),
    addEventListener: (/** @type {string} */ name, /** @type {any} */ heard) =>
      /^(drag|drop)/.test(name) || root.addEventListener(name, heard), // its data are the notebook's
    createElement: document.createElement.bind(document),
    createElementNS: document.createElementNS.bind(document),
    createTextNode: document.createTextNode.bind(document),
    createDocumentFragment: document.createDocumentFragment.bind(document),
  };
  const window = {
    addEventListener() {}, // of the address, which a widget has not
    get innerWidth() {
      return globalThis.innerWidth;
    },
    get innerHeight() {
      return globalThis.innerHeight;
    },
    get devicePixelRatio() {
      return globalThis.devicePixelRatio;
    },
  };
  const isDark = darkBehind(root);
  root.addEventListener("click", (event) => void download(event, line.ask));
  return {
    document: inside,
    window,
    location: { hash: "", href: "" },
    history: { replaceState() {} },
    localStorage: memory({ theme: isDark ? "dark" : "light" }),
    sessionStorage: memory({}),
    matchMedia: (/** @type {string} */ query) => ({
      matches: /color-scheme/.test(query) ? isDark : globalThis.matchMedia(query).matches,
      addEventListener() {},
    }),
    fetch: fetching(line.ask),
    EventSource: listening(line),
    navigator: { language: navigator.language, clipboard: navigator.clipboard }, // it needs no seat to listen
  };
}

/** Whether what lies behind an element is dark: then the page is too. @param {Element} root */
function darkBehind(root) {
  const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = /** @type {CanvasRenderingContext2D} */ (pixel.getContext("2d", { willReadFrequently: true }));
  /** @type {Element[]} */
  const behind = [];
  /** @type {Element | null} */
  let at = root.isConnected ? (/** @type {ShadowRoot} */ (root.getRootNode()).host ?? null) : null;
  for (; at; at = at.parentElement ?? /** @type {ShadowRoot} */ (at.getRootNode()).host ?? null) behind.push(at);
  for (const each of [...behind, document.body, document.documentElement]) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(each).backgroundColor; // in whatever words: the canvas knows them all
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    if (alpha > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return globalThis.matchMedia("(prefers-color-scheme: dark)").matches;
}

/** A storage that ends with the widget. @param {Record<string, string>} first */
function memory(first) {
  const kept = new Map(Object.entries(first));
  return {
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => void kept.set(name, value),
    removeItem: (/** @type {string} */ name) => void kept.delete(name),
  };
}

/** @param {Ask} ask */
const fetching =
  (ask) =>
  async (/** @type {string} */ path, /** @type {RequestInit} */ { method = "GET", body } = {}) => {
    const sent = typeof body === "string" ? JSON.parse(body) : undefined;
    const { status, text, body: made } = await ask(method, path, sent);
    return {
      status,
      ok: status < 300,
      text: async () => text,
      json: async () => JSON.parse(text),
      blob: async () => new Blob(made ? [/** @type {any} */ (made)] : [text]),
    };
  };

/** What hears of a run: it asks for news, often while it trains. @param {ReturnType<typeof messages>} line */
const listening = (line) =>
  class {
    /** @param {string} path */
    constructor(path) {
      /** @type {Map<string, (event: {data: string}) => void>} */
      this.heard = new Map();
      this.closed = false;
      void this.follow(path.replace(/\/events$/, "/news"));
    }

    /** @param {string} name @param {(event: {data: string}) => void} heard */
    addEventListener(name, heard) {
      this.heard.set(name, heard);
    }

    close() {
      this.closed = true;
    }

    /** @param {string} path */
    async follow(path) {
      let seen = { change: -1, version: -1, iteration: -1 };
      let quiet = 0;
      let playing = false;
      while (!this.closed && !line.isClosed()) {
        const query = `change=${seen.change}&version=${seen.version}&iteration=${seen.iteration}`;
        const { status, text } = await line.ask("GET", `${path}?${query}`);
        if (this.closed || status === 404) return;
        const { state, frame, ...now } = status < 300 ? JSON.parse(text) : {};
        if (state || frame) {
          seen = now;
          quiet = 0;
          if (state) playing = state.playing;
          this.heard.get(state ? "state" : "frame")?.({ data: JSON.stringify(state ?? frame) });
        } else quiet += 1;
        await pause(playing ? OFTEN : SELDOM[Math.min(quiet, SELDOM.length - 1)]);
      }
    }
  };

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A link to a file: it is asked for, and given to the browser to keep. @param {Event} event @param {Ask} ask */
async function download(event, ask) {
  const link = /** @type {Element} */ (event.target).closest("a[download]");
  const path = link?.getAttribute("href") ?? "";
  if (!path.startsWith("/api/")) return;
  event.preventDefault();
  const { name, type, body } = await ask("GET", path);
  if (!body) return;
  const address = URL.createObjectURL(new Blob([/** @type {any} */ (body)], { type }));
  const made = Object.assign(document.createElement("a"), { href: address, download: name });
  made.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
