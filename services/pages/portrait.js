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
  const again = (/** @type {object} */ now) => read(memorial, isOfOne(now) ? uploads.slice(0, 1) : uploads, first, place, shown, now);
  const alone = uploads.length > 1 && make("p", { class: "small", word: ["portrait.first-alone", { file: first.name }] });
  const job = await post(`${memorial}/portrait`, { uploads, ...how });
  const done = await seeThrough(memorial, job, place, ({ problem }) => {
    const kind = problem?.type.split("/").pop() ?? "";
    if (BY_HAND.includes(kind)) place.append(...marked(first, alone, again));
    if (kind === "several-faces") place.append(which(`${memorial}/uploads/${uploads[0]}/faces`, problem?.faces ?? null, alone, again));
  });
  if (done) await show(memorial, shown);
}

/**
 * Whether what the family says holds for a single photo: marks, and everybody in it.
 *
 * @param {object} how
 */
function isOfOne(how) {
  return "eyes" in how || ("face" in how && how.face === "all");
}

/**
 * @param {File} photo
 * @param {HTMLElement | false} alone says that no other file is read
 * @param {(how: object) => Promise<unknown>} again
 */
function marked(photo, alone, again) {
  const told = make("p", { word: "portrait.mark" });
  const board = marking(photo, () => told.replaceWith(make("p", { word: "portrait.not-shown" })));
  return [told, board.element, alone || "", doer("portrait.read-marked", () => again(board.places()), "")];
}

/**
 * The faces to choose from; those of a video can be counted alone.
 *
 * @param {string} path of the faces in the API
 * @param {number | null} count how many there are, where that is known
 * @param {HTMLElement | false} alone says that no other file is read
 * @param {(how: object) => Promise<unknown>} again
 */
function which(path, count, alone, again) {
  const one = make("div", {});
  const everybody = doer("portrait.everybody", () => again({ face: "all" }));
  attempt(null, one, async () => one.replaceChildren(...((await pictured(path, again)) ?? [counted(count, again)])));
  return make("div", {}, one, make("div", {}, everybody, alone));
}

/**
 * @param {string} path
 * @param {(how: object) => Promise<unknown>} again
 * @returns {Promise<HTMLElement[] | null>} null where there is no picture of them
 */
async function pictured(path, again) {
  try {
    const { faces } = await get(path);
    const place = make("div", {});
    const pictures = faces.map((/** @type {any} */ each) => face(each, place, again));
    return [make("p", { word: "portrait.choose" }), make("div", { class: "faces" }, ...pictures), place];
  } catch (error) {
    if (error instanceof Refusal && error.status === 422) return null;
    throw error;
  }
}

/**
 * @param {{face: number, picture: string, verdict: string}} found
 * @param {HTMLElement} place
 * @param {(how: object) => Promise<unknown>} again
 */
function face({ face, picture, verdict }, place, again) {
  const called = make("span", { class: "unseen", word: ["portrait.face", { face }] });
  const told = make("span", { word: /** @type {any} */ (`face.${verdict}`) });
  const button = make("button", { type: "button", class: "quiet", disabled: verdict === "refused" }, called, make("img", { src: picture, alt: "" }), told);
  button.addEventListener("click", () => attempt(button, place, () => again({ face })));
  return button;
}

/**
 * @param {number | null} count
 * @param {(how: object) => Promise<unknown>} again
 */
function counted(count, again) {
  const number = make("input", { name: "face", type: "number", min: "1", max: count, value: "1", required: true });
  return form("portrait.this-one", [field("portrait.which", number)], ({ face }) => again({ face: Number(face) }));
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
