/** What visitors told, and what is said to be wrong. */

import { all, remove } from "./api.js";
import { make } from "./elements.js";
import { doer } from "./forms.js";
import { dated } from "./words.js";

/** @param {string} memorial the API's path of it */
export async function remembered(memorial) {
  const list = make("ul", { class: "plain" });
  for (const each of await all(`${memorial}/memory`)) {
    const who = make("span", { class: "small" }, `${each.visitor} · ${dated(each.date)}`);
    const row = make("li", { class: "row" }, make("span", { class: "grow" }, each.text, " ", who));
    row.append(doer("forget", async () => (await remove(`${memorial}/memory/${each.id}`), row.remove())));
    list.append(row);
  }
  return list.children.length ? list : make("p", { word: "memory.none" });
}

/**
 * @param {string} memorial
 * @param {boolean} isSteward
 */
export async function corrections(memorial, isSteward) {
  const list = make("ul", { class: "plain" });
  for (const each of await all(`${memorial}/corrections`)) list.append(correction(memorial, each, isSteward));
  return list.children.length ? list : make("p", { word: "corrections.none" });
}

/**
 * @param {string} memorial
 * @param {any} each
 * @param {boolean} isSteward
 * @returns {HTMLElement}
 */
function correction(memorial, each, isSteward) {
  const kind = make("span", { class: "small", word: each.kind === "struck" ? "corrections.struck" : "corrections.left-out" });
  const who = make("span", { class: "small" }, [each.by, dated(each.at.slice(0, 10))].filter(Boolean).join(" · "));
  const row = make("li", { class: "row" }, make("span", { class: "grow" }, kind, " ", each.what, " ", who));
  const path = `${memorial}/corrections/${each.id}`;
  if (each.undone) row.append(make("span", { class: "small", word: "corrections.undone" }));
  else if (isSteward) row.append(doer("undo", async () => row.replaceWith(correction(memorial, await remove(path), isSteward))));
  return row;
}
