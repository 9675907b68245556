/** Forms, and buttons that do something which may fail. Knows no resource. */

import { make } from "./elements.js";
import { told } from "./problems.js";

/**
 * Do something once, while its button cannot be pressed again; what goes wrong is said in the place.
 *
 * @param {HTMLButtonElement | null} button
 * @param {HTMLElement} place
 * @param {() => Promise<unknown>} act
 */
export async function attempt(button, place, act) {
  place.replaceChildren();
  if (button) button.disabled = true;
  try {
    await act();
  } catch (error) {
    place.replaceChildren(make("p", { role: "alert" }, told(error)));
  } finally {
    if (button) button.disabled = false;
  }
}

/**
 * A field with its name above it.
 *
 * @param {import("./words.js").Worded} name
 * @param {HTMLElement} input
 */
export function field(name, input) {
  return make("label", {}, make("span", { word: name }), input);
}

/**
 * A form of fields, which are handed over by their names.
 *
 * @param {import("./words.js").Worded} doing what its button says
 * @param {HTMLElement[]} fields
 * @param {(values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>} submit
 */
export function form(doing, fields, submit) {
  const place = make("div", {});
  const button = make("button", { type: "submit", word: doing });
  const made = make("form", { class: "fields" }, ...fields, place, make("div", {}, button));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(made)].map(([name, value]) => [name, String(value).trim()]));
    attempt(button, place, () => submit(values, made));
  });
  return made;
}

/**
 * A quiet button that does something, and says below what went wrong.
 *
 * @param {import("./words.js").Worded} doing
 * @param {() => Promise<unknown>} act
 * @param {string} look
 */
export function doer(doing, act, look = "quiet") {
  const place = make("span", {});
  const button = make("button", { type: "button", class: look, word: doing });
  button.addEventListener("click", () => attempt(button, place, act));
  return make("span", { class: "doer" }, button, place);
}

/**
 * The same for what cannot be undone: it is asked once more.
 *
 * @param {import("./words.js").Worded} doing
 * @param {import("./words.js").Worded} question
 * @param {() => Promise<unknown>} act
 */
export function doerAsked(doing, question, act) {
  const place = make("span", { class: "doer" });
  const first = make("button", { type: "button", class: "quiet", word: doing });
  const back = () => place.replaceChildren(first);
  first.addEventListener("click", () => {
    const no = make("button", { type: "button", class: "quiet", word: "cancel" });
    no.addEventListener("click", () => {
      back();
      first.focus();
    });
    place.replaceChildren(make("span", { word: question }), " ", doer(doing, act, "danger"), no);
    no.focus();
  });
  back();
  return place;
}

/**
 * A secret that is shown once, to copy.
 *
 * @param {string} text
 */
export function secret(text) {
  const shown = make("code", { class: "secret" }, text);
  const told = make("span", { class: "small", role: "status" });
  const button = make("button", { type: "button", class: "quiet", word: "copy" });
  button.addEventListener("click", async () => {
    getSelection()?.selectAllChildren(shown);
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else document.execCommand("copy"); // within the house there is no TLS, and then no clipboard
    told.replaceChildren(make("span", { word: "copied" }));
  });
  return [shown, make("div", { class: "row" }, button, told)];
}

/**
 * A button that lets somebody choose files.
 *
 * @param {import("./words.js").Worded} doing
 * @param {(files: File[]) => void} choose
 */
export function fileButton(doing, choose) {
  const input = make("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", label: doing });
  input.addEventListener("change", () => {
    choose([...(input.files ?? [])]);
    input.value = "";
  });
  const button = make("button", { type: "button", word: doing });
  button.addEventListener("click", () => input.click());
  return make("span", {}, input, button);
}
