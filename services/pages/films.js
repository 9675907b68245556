/** The films that were kept, and farewells: what the family wants the portrait to say. */

import { address, all, get, post, remove } from "./api.js";
import { make } from "./elements.js";
import { doer, doerAsked, field, form } from "./forms.js";
import { seeThrough } from "./jobs.js";
import { sized, timed } from "./words.js";

/** @param {string} memorial the API's path of it */
export async function films(memorial) {
  const list = make("ul", { class: "plain" });
  for (const each of await all(`${memorial}/clips`)) list.append(film(memorial, each));
  return list.children.length ? list : make("p", { word: "films.none" });
}

/**
 * @param {string} memorial
 * @param {any} each
 * @returns {HTMLElement}
 */
function film(memorial, each) {
  const path = `${memorial}/clips/${each.id}`;
  const file = address(`${path}/file`);
  const video = make("video", { class: "clip", controls: true, preload: "none", playsinline: true, src: file });
  video.setAttribute("aria-label", each.title);
  const small = make("span", { class: "small" }, `${timed(each.added_at)} · ${sized(each.size_bytes)}`);
  const save = make("a", { href: file, download: "", word: "films.download" });
  const row = make("li", {}, make("p", {}, each.title, " ", small), each.outdated && outdated(each.taken_back), video);
  const away = doerAsked("forget", "films.forget-ask", async () => (await remove(path), row.remove()));
  const place = make("div", { "aria-live": "polite" });
  const anew = doer("films.anew", async () => {
    const done = await seeThrough(memorial, await post(`${path}/anew`), place);
    if (done) row.replaceWith(film(memorial, await get(`${memorial}/clips/${done.id}`)));
  });
  row.append(make("div", { class: "row" }, save, each.outdated && anew, away), place);
  return row;
}

/** @param {string[]} sentences what was taken back of a film since it was made */
function outdated(sentences) {
  const list = make("ul", {}, ...sentences.map((each) => make("li", { class: "quote", dir: "auto" }, each)));
  const back = sentences.length > 0 && make("div", {}, make("span", { class: "small", word: "films.taken-back" }), list);
  return make("div", { class: "report" }, make("p", { word: "films.outdated" }), back);
}

/** @param {string} memorial */
export async function farewell(memorial) {
  const place = make("div", { "aria-live": "polite" });
  const text = make("textarea", { name: "text", rows: "6", required: true, maxlength: "10000", hint: "farewell.hint" });
  const author = make("input", { name: "author", maxlength: "200" });
  const made = form("farewell.make", [field("farewell.text", text), field("farewell.author", author)], async (values) => {
    const job = await post(`${memorial}/farewells`, { text: values.text, author: values.author || null });
    const done = await seeThrough(memorial, job, place);
    if (!done) return;
    const file = address(`${memorial}/clips/${done.id}/file`);
    place.replaceChildren(make("video", { class: "clip", controls: true, playsinline: true, src: file, label: "farewell" }));
  });
  return make("div", {}, make("p", { word: "farewell.about" }), made, place);
}
