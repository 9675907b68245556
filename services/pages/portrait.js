/** The face that speaks: the photo that it is read from, and another one. */

import { address, get, post, Refusal } from "./api.js";
import { make } from "./elements.js";
import { attempt, fileButton } from "./forms.js";
import { seeThrough } from "./jobs.js";
import { upload } from "./uploads.js";

/** @param {string} memorial the API's path of it */
export async function portrait(memorial) {
  const shown = make("div", {});
  await show(memorial, shown);
  const place = make("div", { "aria-live": "polite" });
  const choose = fileButton("portrait.read", (files) =>
    attempt(null, place, async () => {
      const uploads = [];
      for (const file of files) uploads.push((await upload(memorial, file, () => {})).id);
      if (await seeThrough(memorial, await post(`${memorial}/portrait`, { uploads }), place)) await show(memorial, shown);
    }),
  );
  return make("div", { class: "fields" }, shown, make("p", { word: "portrait.other" }), choose, place);
}

/**
 * @param {string} memorial
 * @param {HTMLElement} place
 */
async function show(memorial, place) {
  try {
    const found = await get(`${memorial}/portrait`);
    const photo = make("img", { class: "photo", src: `${address(`${memorial}/portrait/photo`)}?${Date.now()}`, alt: "" });
    place.replaceChildren(photo, ...found.warnings.map((/** @type {string} */ each) => make("p", { class: "report" }, each)));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
    place.replaceChildren(make("p", { word: "portrait.none" }));
  }
}
