/** Asks the service, with the manners that it wants: its cookie's counter-sign, keys, problems. Knows no resource. */

const ROOT = "/api/v1";

/** What the service refused, or could not do. */
export class Refusal extends Error {
  /**
   * @param {number} status 0 where no answer came
   * @param {import("./problems.js").Problem} problem its `detail` is a line for people, in English
   */
  constructor(status, problem) {
    super(problem.detail);
    this.status = status;
    this.problem = problem;
  }
}

/** @typedef {{id: string, name: string, keeper: boolean}} Account */
/** @typedef {{account: Account | null, csrf: string | null, first_start: boolean, openid: boolean}} Session */

let counterSign = "";

/**
 * Who is signed in here.
 *
 * @returns {Promise<Session>}
 */
export async function session() {
  const found = await get("/session");
  counterSign = found.csrf ?? "";
  return found;
}

/** @param {string} path */
export function address(path) {
  return ROOT + path;
}

/** @param {string} path */
export function get(path) {
  return ask("GET", path);
}

/**
 * @param {string} path
 * @param {unknown} body
 */
export function post(path, body = {}) {
  return ask("POST", path, body, { "Idempotency-Key": crypto.randomUUID?.() ?? key() });
}

/**
 * @param {string} path
 * @param {unknown} body
 */
export function put(path, body) {
  return ask("PUT", path, body);
}

/**
 * @param {string} path
 * @param {unknown} body
 */
export function patch(path, body) {
  return ask("PATCH", path, body);
}

/** @param {string} path */
export function remove(path) {
  return ask("DELETE", path);
}

/**
 * Hand over bytes as they are.
 *
 * @param {string} method
 * @param {string} path
 * @param {Blob} blob
 * @param {Record<string, string>} headers
 */
export async function hand(method, path, blob, headers = {}) {
  const type = headers["Content-Type"] ?? blob.type;
  return send(method, path, blob, { ...headers, "Content-Type": type });
}

/**
 * All items of a list, page after page.
 *
 * @param {string} path
 * @returns {AsyncGenerator<any>}
 */
export async function* each(path) {
  let next = "";
  do {
    const page = await get(next ? `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(next)}` : path);
    yield* page.items;
    next = page.next;
  } while (next);
}

/**
 * @param {string} path
 * @returns {Promise<any[]>}
 */
export async function all(path) {
  const found = [];
  for await (const item of each(path)) found.push(item);
  return found;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 */
async function ask(method, path, body, headers = {}) {
  const told = body === undefined ? undefined : JSON.stringify(body);
  if (told !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(method, path, told, headers);
  return response.status === 204 ? null : response.json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {BodyInit | undefined} body
 * @param {Record<string, string>} headers
 */
async function send(method, path, body, headers) {
  if (method !== "GET" && !counterSign) await session();
  const signed = method === "GET" ? headers : { ...headers, "X-CSRF-Token": counterSign };
  let response;
  try {
    response = await fetch(ROOT + path, { method, body, headers: signed });
  } catch {
    throw new Refusal(0, { type: "no-answer", detail: "the service does not answer" });
  }
  if (response.ok) return response;
  throw new Refusal(response.status, await response.json().catch(() => ({ type: "", detail: response.statusText })));
}

/** Where a page that is no secure one has no `randomUUID`. */
function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
}
