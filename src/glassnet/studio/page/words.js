// The language of the page: every text is written in English, and looked up where another one is spoken.

/** @type {Record<string, string>} */
let chinese = {};
/** @type {"en" | "zh"} */
let spoken = "en";

/**
 * Take the table English -> Chinese, and the language to begin with.
 * @param {Record<string, string>} texts
 * @param {string} [first]
 */
export function learn(texts, first) {
  chinese = texts;
  const wanted = localStorage.getItem("language") || first || navigator.language;
  spoken = wanted.startsWith("zh") ? "zh" : "en";
}

/** @returns {"en" | "zh"} */
export const language = () => spoken;

/** @param {"en" | "zh"} wanted */
export function speak(wanted) {
  spoken = wanted;
  localStorage.setItem("language", wanted);
}

/**
 * Return a text in the language that is spoken. In it `#` is the next number, `<2>` the second, `{name}` words;
 * a text that has its numbers already is looked up by what is around them.
 * @param {string} english
 * @param {...(number | string | Record<string, string>)} filling
 * @returns {string}
 */
export function t(english, ...filling) {
  if (spoken === "zh" && !chinese[english] && chinese[english.replace(/\d+/g, "#")])
    return t(english.replace(/\d+/g, "#"), ...(english.match(/\d+/g) ?? []));
  const text = spoken === "zh" ? (chinese[english] ?? english) : english;
  const numbers = filling.filter((each) => typeof each !== "object");
  const names = /** @type {Record<string, string>} */ (filling.find((each) => typeof each === "object") ?? {});
  let next = 0;
  return text.replace(/#|<(\d)>|\{(\w+)\}/g, (whole, place, name) => {
    if (name) return names[name] ?? whole;
    if (place) return String(numbers[Number(place) - 1] ?? whole);
    return String(numbers[next++] ?? whole);
  });
}

/**
 * Return which of two texts of the server is in the language that is spoken.
 * @param {string} english
 * @param {string | null | undefined} inChinese
 * @returns {string}
 */
export const inWords = (english, inChinese) => (spoken === "zh" && inChinese) || english;

/**
 * Fill every element that names its text: `data-t` its words, `data-t-label` its name for screen readers and its hint.
 * @param {ParentNode} root
 */
export function fill(root) {
  document.documentElement.lang = spoken === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-t]"))
    element.textContent = t(element.getAttribute("data-t") ?? "");
  for (const element of root.querySelectorAll("[data-t-label]")) {
    const said = t(element.getAttribute("data-t-label") ?? "");
    element.setAttribute("aria-label", said);
    element.setAttribute("title", said);
  }
}
