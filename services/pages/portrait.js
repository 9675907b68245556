/** The face that speaks: the photo that it is read from, and another one. */

import { address, get, post, Refusal } from "./api.js";
import { make } from "./elements.js";
import { attempt, doer, field, fileButton, form } from "./forms.js";
import { seeThrough } from "./jobs.js";
import { marking } from "./marking.js";
import { upload } from "./uploads.js";

const BY_HAND = ["no-face", "bad-marks"]; // problems after which somebody can say where the face is

/** @param {string} memorial the API's path of it */
export async function portrait(memorial) {
  const shown = make("div", {});
  await show(memorial, shown);
  const place = make("div", { "aria-live": "polite" });
  const choose = fileButton("portrait.read", (files) =>
    attempt(null, place, async () => {
      const uploads = [];
      for (const file of files) uploads.push((await upload(memorial, file, () => {})).id);
      await read(memorial, uploads, files[0], place, shown);
    }),
  );
  return make("div", { class: "fields" }, shown, choose, place);
}

/**
 * Read it; where a photo shows several faces or none that is found, the family says which one is meant, or where it is.
 *
 * @param {string} memorial
 * @param {string[]} uploads
 * @param {File} first the photo that says who it is
 * @param {HTMLElement} place
 * @param {HTMLElement} shown
 * @param {object} how what the family says of the face
 */
async function read(memorial, uploads, first, place, shown, how = {}) {
  const again = (/** @type {object} */ now) => read(memorial, uploads, first, place, shown, now);
  const job = await post(`${memorial}/portrait`, { uploads, ...how });
  const done = await seeThrough(memorial, job, place, ({ problem }) => {
    const kind = problem?.type.split("/").pop() ?? "";
    if (BY_HAND.includes(kind)) place.append(...marked(first, again));
    if (kind === "several-faces") place.append(which(problem?.faces ?? null, again));
  });
  if (done) await show(memorial, shown);
}

/**
 * @param {File} photo
 * @param {(how: object) => Promise<unknown>} again
 */
function marked(photo, again) {
  const told = make("p", { word: "portrait.mark" });
  const board = marking(photo, () => told.replaceWith(make("p", { word: "portrait.not-shown" })));
  return [told, board.element, doer("portrait.read-marked", () => again(board.places()), "")];
}

/**
 * @param {number | null} faces how many there are, where that is known
 * @param {(how: object) => Promise<unknown>} again
 */
function which(faces, again) {
  const number = make("input", { name: "face", type: "number", min: "1", max: faces, value: "1", required: true });
  const one = form("portrait.this-one", [field("portrait.which", number)], ({ face }) => again({ face: Number(face) }));
  return make("div", {}, one, doer("portrait.everybody", () => again({ face: "all" })));
}

/**
 * @param {string} memorial
 * @param {HTMLElement} place
 */
async function show(memorial, place) {
  try {
    const found = await get(`${memorial}/portrait`);
    const photo = make("img", { class: "photo", src: `${address(`${memorial}/portrait/photo`)}?${Date.now()}`, alt: "" });
    const warnings = found.warnings.map((/** @type {string} */ each) => make("p", { class: "report" }, each));
    place.replaceChildren(photo, ...warnings, make("p", { word: "portrait.other" }));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
    place.replaceChildren(make("p", { word: "portrait.none" }));
  }
}
