/** The recordings of the person, piece by piece: to hear, and to write down what is said in them. */

import { address, get, put } from "./api.js";
import { make } from "./elements.js";
import { doer, field, form } from "./forms.js";

const HEARD_AT_ONCE = 10;

/** @typedef {{number: number, file: string, start_ms: number, end_ms: number, theirs: boolean, text: string}} Piece */

/** @param {string} memorial the API's path of it */
export async function pieces(memorial) {
  const list = make("ul", { class: "plain" });
  const rest = make("div", {});
  const more = async (after = "") => {
    const { items, next } = await get(`${memorial}/voice/pieces?limit=${HEARD_AT_ONCE}${after && `&after=${encodeURIComponent(after)}`}`);
    list.append(...items.map((/** @type {Piece} */ each) => row(`${memorial}/voice/pieces/${each.number}`, each)));
    rest.replaceChildren();
    if (next) rest.append(doer("sources.more", () => more(next)));
  };
  await more();
  if (!list.children.length) return make("p", { word: "pieces.none" });
  return make("div", {}, make("p", { word: "pieces.about" }), list, rest);
}

/**
 * @param {string} path of the piece in the API
 * @param {Piece} piece
 */
function row(path, piece) {
  const where = `${piece.file}, ${clock(piece.start_ms)}–${clock(piece.end_ms)}`;
  const player = make("audio", { controls: true, preload: "none", src: address(`${path}/sound`), "aria-label": where });
  const made = make("li", { class: "fields" }, make("p", { class: "small" }, where), player);
  made.append(piece.theirs ? writing(path, piece.text) : make("p", { class: "small", word: "pieces.others" }));
  return made;
}

/**
 * @param {string} path
 * @param {string} text what is known to be said
 */
function writing(path, text) {
  const said = make("textarea", { name: "text", rows: "2", maxlength: "2000" });
  said.value = text;
  const saved = make("p", { role: "status" });
  said.addEventListener("input", () => saved.replaceChildren());
  const made = form("save", [field("pieces.says", said)], async (values) => {
    await put(path, { text: values.text });
    saved.replaceChildren(make("span", { word: "saved" }));
  });
  return make("div", {}, made, saved);
}

/**
 * Minutes and seconds.
 *
 * @param {number} ms
 */
function clock(ms) {
  const s = Math.floor(ms / 1000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
