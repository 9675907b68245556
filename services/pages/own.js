/** What is kept of a visitor, who may read it and delete it: earlier conversations, and what is remembered of them. */

import { all, get, remove } from "./api.js";
import { make, the } from "./elements.js";
import { attempt, doerAsked } from "./forms.js";
import { dated, timed } from "./words.js";

const BEGINNINGS = 20; // of so many conversations the first line is shown

/**
 * @param {string} memorial the API's path of it
 * @param {string} current the conversation that is held now
 * @param {(id: string) => void} open
 */
export function earlier(memorial, current, open) {
  const path = `${memorial}/conversations`;
  return list("earlier", "earlier.none", async () =>
    (await all(path)).map((each, place) => {
      const line = make("span", { class: "small whole", dir: "auto" });
      if (place < BEGINNINGS) begins(`${path}/${each.id}`, line);
      const go = make("button", { type: "button", class: "quiet", word: "earlier.open" });
      go.addEventListener("click", () => open(each.id));
      const way = each.id === current ? make("span", { class: "small", word: "earlier.now" }) : go;
      return row(`${path}/${each.id}`, make("span", { class: "grow" }, timed(each.spoken_at)), way, line);
    }),
  );
}

/** @param {string} memorial the API's path of it */
export function remembered(memorial) {
  const path = `${memorial}/memory`;
  return list("kept", "kept.none", async () =>
    (await all(path)).map((each) =>
      row(`${path}/${each.id}`, make("span", { class: "grow" }, each.text), make("span", { class: "small" }, dated(each.date))),
    ),
  );
}

/**
 * Show a list in the page's dialog.
 *
 * @param {import("./words.js").Name} title
 * @param {import("./words.js").Name} none
 * @param {() => Promise<HTMLElement[]>} read
 */
function list(title, none, read) {
  const dialog = /** @type {HTMLDialogElement} */ (the("list"));
  const body = the("list-body");
  the("list-title").replaceChildren(make("span", { word: title }));
  dialog.showModal();
  return attempt(null, body, async () => {
    const rows = await read();
    body.replaceChildren(rows.length ? make("ul", { class: "plain" }, ...rows) : make("p", { word: none }));
  });
}

/**
 * Something that can be taken away for good.
 *
 * @param {string} path
 * @param {HTMLElement} first
 * @param {HTMLElement} second
 * @param {...HTMLElement} below
 */
function row(path, first, second, ...below) {
  const away = doerAsked("forget", "films.forget-ask", async () => {
    await remove(path);
    made.replaceWith(make("li", { class: "small", role: "status", word: "forgotten" }));
  });
  const made = make("li", { class: "row" }, first, second, away, ...below);
  return made;
}

/**
 * @param {string} path of a conversation
 * @param {HTMLElement} place where its first line is shown
 */
async function begins(path, place) {
  const { items } = await get(`${path}/turns?limit=1`).catch(() => ({ items: [] }));
  place.textContent = items[0]?.line ?? "";
}
