// Arrays that are drawn come packed: numbers of 32 bits in base64, which is read many times faster than digits.

/** @typedef {{shape: number[], float32: string}} Packed */

/**
 * Return the numbers of an array, row after row.
 * @param {Packed} packed
 * @returns {Float32Array}
 */
export function numbersOf(packed) {
  const text = atob(packed.float32);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new Float32Array(bytes.buffer);
}

/**
 * Return the rows of a matrix.
 * @param {Packed} packed
 * @returns {Float32Array[]}
 */
export function rowsOf(packed) {
  const numbers = numbersOf(packed);
  const [rows, columns] = packed.shape;
  return Array.from({ length: rows }, (_, k) => numbers.subarray(k * columns, (k + 1) * columns));
}
