// The small line beside the pointer.

import { byId } from "./dom.js";

/** @param {{clientX: number, clientY: number}} at @param {string} text */
export function showTip(at, text) {
  const tip = byId("tip");
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(at.clientX + 14, window.innerWidth - width - 8))}px`;
  tip.style.top = `${at.clientY + 20 + height > window.innerHeight ? at.clientY - height - 10 : at.clientY + 18}px`;
}

export function hideTip() {
  byId("tip").hidden = true;
}
