// Files of the learner: one goes to the server as it is, several and whole folders as one zip file.

/** @typedef {{path: string, file: File}} Found */

const HIDDEN = /(^|\/)(\.|__MACOSX)/;

/** The files of an input, of folders with their paths. @param {FileList | null | undefined} files @returns {Found[]} */
export const chosen = (files) =>
  [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** The files that were dropped, folders looked through. @param {DataTransfer | null} data @returns {Promise<Found[]>} */
export async function dropped(data) {
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
  if (!entries.length) return chosen(data?.files); // of a browser that tells no entries
  return (await Promise.all(entries.map((entry) => inside(/** @type {FileSystemEntry} */ (entry))))).flat();
}

/** @param {FileSystemEntry} entry @returns {Promise<Found[]>} */
async function inside(entry) {
  if (entry.isFile) {
    const file = await new Promise((found, failed) => /** @type {any} */ (entry).file(found, failed));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    // a reader gives some at a time, and none at its end
    const some = await new Promise((/** @type {(given: FileSystemEntry[]) => void} */ found, failed) =>
      reader.readEntries(found, failed),
    );
    if (!some.length) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.map(inside))).flat();
}

/** Return files as one: a single one as it is, more of them packed. @param {Found[]} found @returns {Promise<File>} */
export async function asOne(found) {
  const seen = found.filter(({ path }) => !HIDDEN.test(path));
  if (seen.length === 1 && !seen[0].path.includes("/")) return seen[0].file;
  const folder = seen[0]?.path.includes("/") ? seen[0].path.split("/")[0] : "files";
  return new File(await zipped(seen), `${folder}.zip`);
}

// ---------------------------------------------------------------- zip, without compression (APPNOTE.TXT 4.3)

const UTF8 = 0x800; // bit of a header: names are UTF-8
const OLD = 0x21; // the date 1980-01-01, as MS-DOS writes it

/** @param {Found[]} found @returns {Promise<BlobPart[]>} */
async function zipped(found) {
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let at = 0;
  let size = 0;
  for (const { path, file } of found) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const name = new TextEncoder().encode(path);
    const shared = [
      u16(20),
      u16(UTF8),
      u16(0),
      u16(0),
      u16(OLD),
      u32(crc32(bytes)),
      u32(bytes.length),
      u32(bytes.length),
    ];
    const local = joined(u32(0x04034b50), ...shared, u16(name.length), u16(0), name);
    const entry = joined(
      u32(0x02014b50), u16(20), ...shared, u16(name.length), u16(0), u16(0), u16(0), u16(0), u32(0), u32(at), name,
    ); // prettier-ignore
    parts.push(local, bytes);
    directory.push(entry);
    at += local.length + bytes.length;
    size += entry.length;
  }
  const count = u16(found.length);
  return [...parts, ...directory, joined(u32(0x06054b50), u16(0), u16(0), count, count, u32(size), u32(at), u16(0))];
}

/** @param {number} value */
const u16 = (value) => Uint8Array.of(value, value >> 8);
/** @param {number} value */
const u32 = (value) => Uint8Array.of(value, value >> 8, value >> 16, value >> 24);

/** @param {...Uint8Array} arrays */
function joined(...arrays) {
  const whole = new Uint8Array(arrays.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of arrays) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** The checksum that zip files have. @param {Uint8Array} bytes */
function crc32(bytes) {
  let found = ~0;
  for (const byte of bytes) found = TABLE[(found ^ byte) & 255] ^ (found >>> 8);
  return ~found >>> 0;
}
