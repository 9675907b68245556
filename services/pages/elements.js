/** Makes elements. Knows no page; text is always text, never markup. */

import { worded } from "./words.js";

/**
 * @typedef {string | boolean | number | null | undefined | ((event: any) => void) | import("./words.js").Worded} Value
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element. An attribute that is a function listens to the event that it is named after; `word` is the name of words
 * in the language of the page, alone or with what they hold, and so are `label` and `hint`.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, Value>} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else if (key === "word" || key === "label" || key === "hint") worded(element, key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/**
 * The element of that id, which the page has.
 *
 * @template {HTMLElement} [Found=HTMLElement]
 * @param {string} id
 * @returns {Found}
 */
export function the(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return /** @type {Found} */ (found);
}
