/** What all pages have: the language, who is signed in, the way out. Knows no page's own matter. */

import { remove, session } from "./api.js";
import { make } from "./elements.js";
import { fill, speak, spoken } from "./words.js";

/** Begin a page: its words, and its switch of language. */
export function begin() {
  fill();
  for (const each of document.querySelectorAll("[data-language]")) {
    const button = /** @type {HTMLButtonElement} */ (each);
    const wanted = /** @type {import("./words.js").Language} */ (button.dataset.language);
    const mark = () => button.setAttribute("aria-pressed", String(wanted === spoken()));
    button.addEventListener("click", () => {
      speak(wanted);
      document.dispatchEvent(new CustomEvent("language"));
    });
    document.addEventListener("language", mark);
    mark();
  }
}

/**
 * The account that is signed in; without one, the entrance opens, and leads back here.
 *
 * @returns {Promise<import("./api.js").Account>}
 */
export async function signedIn() {
  const { account } = await session();
  if (account) return account;
  location.replace(`/enter?to=${encodeURIComponent(location.pathname)}`);
  return new Promise(() => {}); // the page is being left
}

/** The way out. */
export function leaveButton() {
  const button = make("button", { type: "button", class: "quiet", word: "sign-out" });
  button.addEventListener("click", async () => {
    await remove("/session");
    location.assign("/");
  });
  return button;
}

/**
 * Say something once, for those who see and those who hear.
 *
 * @param {HTMLElement} place
 * @param {import("./words.js").Worded | string} told the name of words, or a line
 * @param {boolean} isLine
 */
export function announce(place, told, isLine = false) {
  place.replaceChildren(isLine ? String(told) : make("span", { word: /** @type {any} */ (told) }));
}
