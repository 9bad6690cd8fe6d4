// The whole specification in the address of the page: what is opened elsewhere begins with the same numbers.

/** @param {any} spec */
export function writeAddress(spec) {
  const text = encodeURIComponent(JSON.stringify(spec))
    .replaceAll("'", "%27") // of a name
    .replaceAll("%22", "'")
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":");
  history.replaceState(null, "", `#${text}`);
}

/** @returns {any} the specification of the address, null without one */
export function readAddress() {
  const text = location.hash.slice(1);
  if (!text) return null;
  try {
    return JSON.parse(decodeURIComponent(text.replaceAll("'", "%22")));
  } catch {
    return null;
  }
}
