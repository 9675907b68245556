/**
 * Brings a file to the service in pieces. What broke off goes on where it was, after a new start of the browser too, when
 * the same file is chosen again. Knows nothing of what becomes of files.
 */

import { all, hand, get, post, Refusal, remove } from "./api.js";

const PIECE_BYTES = 4 << 20;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const PIECE_TYPE = "application/offset+octet-stream";

/** @typedef {{id: string, name: string, size: number, offset: number, whole: boolean}} Upload */

/**
 * @param {string} memorial the API's path of it
 * @param {File} file
 * @param {(share: number, isWaiting: boolean) => void} tell
 * @returns {Promise<Upload>}
 */
export async function upload(memorial, file, tell) {
  const begun = await all(`${memorial}/uploads`);
  const known = begun.find((each) => each.name === file.name && each.size === file.size);
  let here = known ?? (await post(`${memorial}/uploads`, { name: file.name, size: file.size }));
  const path = `${memorial}/uploads/${here.id}`;
  for (let wait = FIRST_WAIT_MS; !here.whole; ) {
    tell(here.offset / file.size, false);
    try {
      const offset = await send(path, file, here.offset);
      here = { ...here, offset, whole: offset === file.size };
      wait = FIRST_WAIT_MS;
    } catch (error) {
      if (!isPassing(error)) throw error;
      tell(here.offset / file.size, true);
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      here = await get(path).catch(() => here);
    }
  }
  tell(1, false);
  return here;
}

/**
 * @param {string} memorial
 * @param {string} id
 */
export function giveUp(memorial, id) {
  return remove(`${memorial}/uploads/${id}`);
}

/**
 * @param {string} path
 * @param {File} file
 * @param {number} offset
 */
async function send(path, file, offset) {
  const piece = file.slice(offset, offset + PIECE_BYTES);
  const response = await hand("PATCH", path, piece, { "Content-Type": PIECE_TYPE, "Upload-Offset": String(offset) });
  return Number(response.headers.get("Upload-Offset"));
}

/**
 * Whether it may go well a little later: no answer, a busy service, or another window that sent the same piece.
 *
 * @param {unknown} error
 */
function isPassing(error) {
  return error instanceof Refusal && (error.status === 0 || error.status >= 500 || [400, 408, 409, 429].includes(error.status));
}
