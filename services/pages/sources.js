/** What was given: to read, to leave out, to keep from somebody; and the lines that a machine could not read surely. */

import { address, all, get, patch, post } from "./api.js";
import { make } from "./elements.js";
import { doer, field, form } from "./forms.js";
import { dated, spanned, words, wordsFor } from "./words.js";

const READ_AT_ONCE = 20;
const WRITTEN = ["letter", "message", "spoken", "told"]; // kinds that somebody said or wrote

/**
 * @param {string} memorial the API's path of it
 * @param {boolean} isSteward
 */
export async function sources(memorial, isSteward) {
  const list = make("ul", { class: "plain" });
  for (const file of await all(`${memorial}/sources`)) list.append(row(memorial, file, isSteward));
  return list.children.length ? list : make("p", { word: "sources.none" });
}

/**
 * @param {string} memorial
 * @param {any} file
 * @param {boolean} isSteward
 * @returns {HTMLElement}
 */
function row(memorial, file, isSteward) {
  const path = `${memorial}/sources/${file.id}`;
  const kinds = Object.entries(file.kinds).map(([kind, count]) => (count === 1 ? "" : `${count} × `) + wordsFor(`kind.${kind}`, kind));
  const small = make("p", { class: "small" }, [...kinds, theirs(file), spanned(file.first, file.last)].filter(Boolean).join(" · "));
  const text = make("div", {});
  const made = make("li", { class: "row" }, make("div", { class: "grow" }, file.file, small));
  made.append(doer("sources.read", () => read(path, text)));
  if (isSteward) {
    const change = async () => made.replaceWith(row(memorial, await patch(path, { left_out: !file.left_out }), true));
    if (file.left_out) made.append(make("span", { class: "small", word: "sources.is-out" }));
    made.append(doer(file.left_out ? "sources.use" : "sources.leave-out", change));
    made.append(doer("sources.not-for", async () => text.replaceChildren(audience(path, file))));
  }
  made.append(make("div", { class: "whole" }, text));
  return made;
}

/**
 * How many of a file are the person's own, where it holds words.
 *
 * @param {any} file
 */
function theirs({ kinds, theirs }) {
  const count = WRITTEN.reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0);
  if (!count) return null;
  return theirs === count ? words("sources.all-theirs") : words("sources.by-them", { count: theirs });
}

/**
 * @param {string} path
 * @param {HTMLElement} place
 */
async function read(path, place) {
  if (place.children.length) return place.replaceChildren();
  const list = make("div", {});
  const rest = make("div", {});
  const more = async (after = "") => {
    const { items, next } = await get(`${path}/passages?limit=${READ_AT_ONCE}${after && `&after=${encodeURIComponent(after)}`}`);
    list.append(...items.map(passage));
    rest.replaceChildren();
    if (next) rest.append(doer("sources.more", () => more(next)));
  };
  await more();
  place.replaceChildren(list, rest, make("a", { href: address(`${path}/original`), download: "", word: "sources.original" }));
}

/** @param {any} each */
function passage(each) {
  const from = [each.author ?? words("sources.theirs"), dated(each.date)].filter(Boolean).join(" · ");
  return make("div", { class: "report" }, make("p", { class: "small" }, from), make("p", { class: "quote" }, each.text));
}

/**
 * @param {string} path
 * @param {any} file
 */
function audience(path, file) {
  const input = make("input", { name: "names", value: file.not_for.join(", "), hint: "sources.not-for-hint" });
  const saved = make("p", { role: "status" });
  const asked = form("save", [field("sources.not-for", input)], async ({ names }) => {
    await patch(path, { not_for: names.split(/[,，、]/).map((each) => each.trim()).filter(Boolean) });
    saved.replaceChildren(make("span", { word: "saved" }));
  });
  return make("div", {}, asked, saved);
}

/** @param {string} memorial */
export async function doubtful(memorial) {
  const list = make("ul", { class: "plain" });
  for (const each of await all(`${memorial}/doubtful`)) list.append(line(memorial, each));
  return list.children.length ? list : make("p", { word: "doubtful.none" });
}

/**
 * @param {string} memorial
 * @param {{id: string, file: string, line: string}} each
 */
function line(memorial, each) {
  const path = `${memorial}/doubtful/${each.id}`;
  const scan = make("img", { class: "scan", src: address(`${path}/scan`), alt: words("doubtful.scan", { file: each.file }), loading: "lazy" });
  const text = make("input", { name: "text", value: each.line, required: true });
  const made = make("li", {}, make("p", { class: "small" }, each.file), scan);
  made.append(
    form("doubtful.right", [field("doubtful.says", text)], async (values) => {
      await post(path, { text: values.text });
      made.replaceChildren(make("p", { role: "status", word: "saved" }));
    }),
  );
  return made;
}
