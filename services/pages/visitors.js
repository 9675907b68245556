/** Who those who come are to the person, and how the person addressed them, so that answers can do it alike. */

import { all, post, put } from "./api.js";
import { make } from "./elements.js";
import { field, form } from "./forms.js";

/** @typedef {{id: string | null, name: string, relation: string | null, called: string | null}} Visitor */

/**
 * @param {string} memorial the API's path of it
 * @param {string} person whose it is
 * @param {string[]} expected names of those who may come, of whom nothing may be known yet
 */
export async function visitors(memorial, person, expected) {
  /** @type {Map<string, Visitor>} */
  const known = new Map((await all(`${memorial}/visitors`)).map((each) => [folded(each.name), each]));
  for (const name of expected) {
    if (!known.has(folded(name))) known.set(folded(name), { id: null, name, relation: null, called: null });
  }
  const list = make("ul", { class: "plain" }, ...[...known.values()].map((each) => row(memorial, person, each)));
  return make("div", {}, make("p", { class: "small", word: ["visitors.about", { person }] }), list);
}

/**
 * A name as the service compares it: whatever its case and its spaces.
 *
 * @param {string} name
 */
function folded(name) {
  return name.normalize("NFC").replace(/\s+/g, " ").trim().toUpperCase().toLowerCase();
}

/**
 * @param {string} memorial
 * @param {string} person
 * @param {Visitor} visitor
 * @returns {HTMLElement}
 */
function row(memorial, person, visitor) {
  const told = [visitor.relation, visitor.called && `“${visitor.called}”`].filter(Boolean).join(" · ");
  const change = make("button", { type: "button", class: "quiet", label: ["visitors.change-of", { name: visitor.name }], word: "visitors.change" });
  const made = make("li", { class: "row" }, make("span", { class: "grow" }, visitor.name), make("span", { class: "small" }, told), change);
  change.addEventListener("click", () => {
    const asked = asking(memorial, person, visitor, (now) => {
      const renewed = row(memorial, person, now);
      made.replaceWith(renewed);
      renewed.querySelector("button")?.focus();
    });
    made.replaceChildren(make("div", { class: "whole" }, make("p", {}, make("strong", {}, visitor.name)), asked));
    asked.querySelector("input")?.focus();
  });
  return made;
}

/**
 * @param {string} memorial
 * @param {string} person
 * @param {Visitor} visitor
 * @param {(now: Visitor) => void} tell
 */
function asking(memorial, person, { id, name, relation, called }, tell) {
  const fields = [
    field(["visitors.relation", { person }], make("input", { name: "relation", value: relation, maxlength: "200", hint: "visitors.relation-hint" })),
    field(["visitors.called", { person }], make("input", { name: "called", value: called, maxlength: "200", hint: "visitors.called-hint" })),
  ];
  return form("save", [make("div", { class: "pair" }, ...fields)], async (values) => {
    const known = { relation: values.relation || null, called: values.called || null };
    tell(await (id ? put(`${memorial}/visitors/${id}`, known) : post(`${memorial}/visitors`, { name, ...known })));
  });
}
