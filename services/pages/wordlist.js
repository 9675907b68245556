/** A list of words of which something is said, to add to and to take from: what they mean, or how they are said. */

import { all, put, remove } from "./api.js";
import { make } from "./elements.js";
import { doer, field, form } from "./forms.js";

/**
 * @param {string} path of the list in the API
 * @param {"glossary" | "names"} list which of our words tell of it
 * @param {"meaning" | "said"} said the member of the API that says something of a word
 */
async function wordlist(path, list, said) {
  const shown = make("ul", { class: "plain" });
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  const show = (/** @type {Record<string, string>} */ each) => {
    const row = make("li", { class: "row" }, make("span", { class: "grow" }, make("strong", {}, each.word), ` – ${each[said]}`));
    row.append(doer("forget", async () => (await remove(placeOf(each.word)), row.remove())));
    rows.get(each.word)?.remove();
    rows.set(each.word, row);
    shown.append(row);
  };
  const placeOf = (/** @type {string} */ word) => `${path}/${encodeURIComponent(word)}`;
  (await all(path)).forEach(show);
  const word = make("input", { name: "word", required: true, maxlength: "200" });
  const about = make("input", { name: said, required: true, maxlength: "200" });
  const fields = [make("div", { class: "pair" }, field(`${list}.word`, word), field(/** @type {any} */ (`${list}.${said}`), about))];
  const made = form(`${list}.add`, fields, async (values, whole) => {
    show(await put(placeOf(values.word), { [said]: values[said] }));
    whole.reset();
    word.focus();
  });
  return make("div", {}, make("p", { word: `${list}.about` }), shown, made);
}

/** @param {string} memorial the API's path of it */
export function glossary(memorial) {
  return wordlist(`${memorial}/glossary`, "glossary", "meaning");
}

/** @param {string} memorial the API's path of it */
export function names(memorial) {
  return wordlist(`${memorial}/voice/names`, "names", "said");
}
