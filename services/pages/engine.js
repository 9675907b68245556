/** What answers for a memorial: the person's own sentences, or a language model that is kept to them. */

import { get, put } from "./api.js";
import { make } from "./elements.js";
import { doer } from "./forms.js";

/** @typedef {{tried: boolean, choosing: boolean, joining: boolean, writing: boolean}} Freedom what a model may do */

/** @param {string} memorial the API's path of it */
export async function engine(memorial) {
  const inside = make("div", { "aria-live": "polite" });
  const show = async () => inside.replaceChildren(...shown(memorial, await get(`${memorial}/engine`), await get(`${memorial}/tuning`), show));
  await show();
  return inside;
}

/**
 * @param {string} memorial
 * @param {{engine: "recollection" | "gptj" | "openai", freedom: Freedom | null, writing_by: string | null, model: string | null, hosts: string[]}} now
 * @param {{report: object | null, has_a_say: boolean}} tuning
 * @param {() => Promise<void>} show
 */
function shown(memorial, now, tuning, show) {
  const choose = (/** @type {string} */ engine) => async () => (await put(`${memorial}/engine`, { engine }), await show());
  const away = now.hosts.join(", ");
  return [
    make("p", { word: [`engine.${now.engine}`, { model: now.model ?? "" }] }),
    now.freedom && make("div", { class: "report" }, ...allowed(now.freedom, now.writing_by)),
    away && make("p", { word: ["engine.away", { hosts: away }] }),
    now.engine !== "recollection" && doer("engine.own-words", choose("recollection")),
    now.engine === "recollection" && tuning.has_a_say && doer("engine.tuned", choose("gptj")),
    now.engine === "recollection" && !tuning.has_a_say && make("p", { class: "small", word: tuning.report ? "engine.no-say" : "engine.none-tuned" }),
  ].filter((each) => each instanceof Node);
}

/**
 * @param {Freedom} freedom
 * @param {string | null} by who let it write
 */
function allowed({ tried, choosing, joining, writing }, by) {
  const earned = choosing ? (joining ? "both" : "choosing") : joining ? "joining" : tried ? "nothing" : "untried";
  const hasLapsed = by && !writing;
  return [
    make("p", { word: /** @type {any} */ (`engine.may-${earned}`) }),
    make("p", { word: writing ? ["engine.writes", { by: by ?? "" }] : "engine.writes-not" }),
    hasLapsed && make("p", { word: ["engine.lapsed", { by }] }),
  ];
}
