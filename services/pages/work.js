/** The long work of a memorial: what goes on, what came to its end, and that it can be stopped. */

import { get, remove } from "./api.js";
import { make } from "./elements.js";
import { doer } from "./forms.js";
import { follow, progress } from "./jobs.js";
import { timed, wordsFor } from "./words.js";

const ENDED = ["done", "failed", "cancelled"];

/** @param {string} memorial the API's path of it */
export async function work(memorial) {
  const { items } = await get(`${memorial}/jobs?limit=20`);
  if (!items.length) return make("p", { word: "work.none" });
  return make("ul", { class: "plain" }, ...items.map((/** @type {any} */ each) => row(memorial, each)));
}

/**
 * @param {string} memorial
 * @param {import("./jobs.js").Job} job
 * @returns {HTMLElement}
 */
function row(memorial, job) {
  const kind = wordsFor(`work.${job.kind}`, job.kind);
  const made = make("li", { class: "row" }, make("span", { class: "grow" }, `${kind} · ${timed(job.queued_at)}`));
  if (ENDED.includes(job.state)) {
    made.append(make("span", { class: "small", word: /** @type {any} */ (`state.${job.state}`) }));
    return made;
  }
  const shown = progress();
  shown.show(job);
  const stop = doer("work.stop", () => remove(`${memorial}/jobs/${job.id}`));
  made.append(shown.element, stop);
  follow(memorial, job.id, shown.show).then((ended) => made.replaceWith(row(memorial, ended)));
  return made;
}
