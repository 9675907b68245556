/** Who is remembered: the name and the dates; and the end of a memorial. */

import { patch, remove } from "./api.js";
import { make } from "./elements.js";
import { field, form } from "./forms.js";

/** @typedef {{id: string, name: string, born: string | null, died: string | null}} Memorial */

/** @param {Memorial} memorial */
export function person(memorial) {
  const name = make("input", { name: "name", required: true, maxlength: "200", value: memorial.name });
  const born = make("input", { name: "born", value: memorial.born });
  const died = make("input", { name: "died", value: memorial.died });
  const saved = make("p", { role: "status" });
  const fields = [field("name", name), dates(born, died)];
  const made = form("save", fields, async (values) => {
    const given = { name: values.name, born: values.born || null, died: values.died || null };
    await patch(`/memorials/${memorial.id}`, given);
    saved.replaceChildren(make("span", { word: "saved" }));
  });
  return make("div", {}, made, saved);
}

/**
 * Both dates of a life, each as exact as it is known.
 *
 * @param {HTMLInputElement} born
 * @param {HTMLInputElement} died
 */
export function dates(born, died) {
  const pair = make("div", { class: "pair" }, field("home.born", born), field("home.died", died));
  return make("div", {}, pair, make("p", { class: "small", word: "home.date-hint" }));
}

/**
 * Deleting takes the whole name, so that it cannot happen by a slip.
 *
 * @param {Memorial} memorial
 */
export function ending(memorial) {
  const typed = make("input", { name: "typed", required: true, autocomplete: "off" });
  const wrong = make("p", { role: "alert", hidden: true, word: "ending.wrong" });
  const made = form("ending.do", [field(["ending.type", { name: memorial.name }], typed)], async (values) => {
    wrong.hidden = values.typed === memorial.name;
    if (!wrong.hidden) return;
    await remove(`/memorials/${memorial.id}`);
    location.assign("/");
  });
  made.querySelector("button")?.classList.add("danger");
  return make("div", {}, make("p", { word: "ending.about" }), made, wrong);
}
