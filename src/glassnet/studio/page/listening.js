// What a page hears of its run. A browser opens six connections to one server, for all of its tabs together: some of them
// listen, the others ask once a second, and one of these listens as soon as another tab is closed.

import { Refused, state } from "./api.js";

/** @typedef {{frame: (frame: import("./api.js").Frame) => void, state: (state: import("./api.js").State) => void}} Heard */

const SEATS = ["glassnet-1", "glassnet-2", "glassnet-3"]; // tabs that listen
const PAUSE = 1000; // milliseconds

/**
 * Listen to a run; the function returned ends that.
 * @param {string} run
 * @param {Heard} heard
 * @returns {() => void}
 */
export function listen(run, heard) {
  let over = false;
  let leave = () => {};
  const begin = async () => {
    while (!over) {
      const free = await seat();
      if (free) {
        leave = follow(run, heard, free);
        if (over) leave();
        return;
      }
      try {
        const found = await state(run);
        if (!over) heard.state(found);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 404) return; // the run has ended: the page says so when it asks for something
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  };
  void begin();
  return () => ((over = true), leave());
}

/** @param {string} run @param {Heard} heard @param {() => void} free */
function follow(run, heard, free) {
  const source = new EventSource(`/api/runs/${run}/events`);
  source.addEventListener("frame", (event) => heard.frame(JSON.parse(event.data)));
  source.addEventListener("state", (event) => heard.state(JSON.parse(event.data)));
  return () => (source.close(), free());
}

/** Take a seat, where one is free; return what leaves it. @returns {Promise<(() => void) | null>} */
async function seat() {
  if (!navigator.locks) return () => {}; // the page came over a network, without TLS
  for (const name of SEATS) {
    /** @type {(() => void) | null} */
    const free = await new Promise((found) => {
      void navigator.locks.request(name, { ifAvailable: true }, (lock) =>
        lock ? new Promise((left) => found(() => left(null))) : found(null),
      );
    });
    if (free) return free;
  }
  return null;
}
