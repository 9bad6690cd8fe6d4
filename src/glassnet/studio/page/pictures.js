// Pictures of samples, as the server sends them: bytes in base64, row by row.

import { diverging, paint } from "./colors.js";

/** @typedef {{height: number, width: number, channels: number, pixels: string}} Picture */

/**
 * Draw a picture: in its colours, or where it has none from the paper to blue.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 */
export function paintPicture(canvas, { height, width, channels, pixels }) {
  const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  paint(canvas, width, height, (k) =>
    channels === 3 ? [bytes[3 * k], bytes[3 * k + 1], bytes[3 * k + 2]] : diverging(bytes[k] / 255),
  );
}
