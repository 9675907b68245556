/** How a memorial sounds: hearing its voice, and choosing how it speaks. */

import { address, get, post, put, remove } from "./api.js";
import { make } from "./elements.js";
import { attempt, doer } from "./forms.js";
import { seeThrough } from "./jobs.js";
import { listed, spoken, words } from "./words.js";

const MODES = /** @type {const} */ (["cloned", "theirs-only", "narrator", "off"]);

/**
 * @param {string} memorial the API's path of it
 * @param {boolean} isSteward
 */
export async function voice(memorial, isSteward) {
  const place = make("div", { "aria-live": "polite" });
  const inside = make("div", {});
  const show = async () => inside.replaceChildren(...shown(await get(`${memorial}/voice`)));
  const shown = (/** @type {any} */ found) => [
    ...(found.report ? known(found.report) : []),
    ...(found.speaks ? [sample(memorial, "speaking", "voice.sample")] : [make("p", { word: "voice.none" })]),
    ...(found.waiting ? waiting(memorial, show) : []),
    ...(isSteward ? [choice(memorial, found.mode, place), again(memorial, place, show)] : []),
  ];
  await show();
  return make("div", {}, inside, place);
}

/**
 * What is known of the voice, in the reader's language; what would help is told in the memorial's, by the service.
 *
 * @param {any} report
 */
function known({ resemblance, speech_s, recordings, left_out_s, speakers, person, language, advice }) {
  const left = Object.entries(left_out_s).map(([what, seconds]) =>
    words("voice.left", { what: words(/** @type {any} */ (`left.${what}`)), seconds: Math.round(/** @type {number} */ (seconds)) }),
  );
  return [
    make("p", { word: /** @type {any} */ (`voice.resembles-${resemblance.word}`) }),
    make("p", { word: ["voice.learnt", { seconds: Math.round(speech_s), count: recordings }] }),
    left.length > 0 && make("p", { class: "small" }, words("voice.left-out"), listed(left)),
    speakers.length > 1 && make("p", { word: ["voice.several", { count: speakers.length, person }] }),
    ...(language === spoken() ? advice : []).map((/** @type {string} */ each) => make("p", {}, each)),
  ].filter((each) => each !== false);
}

/**
 * A recording, made when somebody wants to hear it.
 *
 * @param {string} memorial
 * @param {string} which
 * @param {import("./words.js").Name} name
 */
function sample(memorial, which, name) {
  const player = make("audio", { controls: true, preload: "none", src: address(`${memorial}/voice/sample?which=${which}`), label: name });
  return make("div", {}, make("p", { class: "small", word: name }), player);
}

/**
 * @param {string} memorial
 * @param {() => Promise<void>} show
 */
function waiting(memorial, show) {
  const act = (/** @type {() => Promise<unknown>} */ change) => async () => (await change(), await show());
  return [
    make("p", { class: "report", word: "voice.waiting" }),
    sample(memorial, "waiting", "voice.sample-new"),
    doer("voice.accept", act(() => post(`${memorial}/voice/waiting/accept`))),
    doer("voice.drop", act(() => remove(`${memorial}/voice/waiting`))),
  ];
}

/**
 * @param {string} memorial
 * @param {string} chosen
 * @param {HTMLElement} place
 */
function choice(memorial, chosen, place) {
  const set = make("fieldset", {}, make("legend", { class: "small", word: "voice.choose" }));
  for (const mode of MODES) {
    const input = make("input", { type: "radio", name: "mode", value: mode, checked: mode === chosen });
    input.addEventListener("change", () =>
      attempt(null, place, async () => {
        await put(`${memorial}/voice`, { mode });
        place.replaceChildren(make("p", { word: "saved" }));
      }),
    );
    set.append(make("label", {}, input, make("span", { word: `voice.${mode}` })));
  }
  return set;
}

/**
 * @param {string} memorial
 * @param {HTMLElement} place
 * @param {() => Promise<void>} show
 */
function again(memorial, place, show) {
  return doer("voice.learn", async () => {
    if (await seeThrough(memorial, await post(`${memorial}/voice/learn`), place)) await show();
  });
}
