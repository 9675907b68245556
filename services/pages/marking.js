/**
 * A photo with marks to lay on both eyes and both corners of the mouth, where no face was found in it. Each mark can be
 * dragged, or moved with the arrow keys. Knows no API.
 */

import { make } from "./elements.js";

/** @typedef {[number, number]} Point in pixels of the photo */

/** Where the marks lie at first, as shares of the photo. */
const PLACES = /** @type {const} */ ({ "left-eye": [0.42, 0.38], "right-eye": [0.58, 0.38], "left-mouth": [0.44, 0.58], "right-mouth": [0.56, 0.58] });
const STEP = 0.005; // of the photo's width, for an arrow key; with Shift ten times as far
const STEPS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/**
 * @param {File} photo
 * @param {() => void} fail when this browser cannot show it
 */
export function marking(photo, fail) {
  const image = make("img", { src: URL.createObjectURL(photo), alt: "" });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.addEventListener("error", fail, { once: true });
  const board = make("div", { class: "marking" }, image);
  const marks = Object.entries(PLACES).map(([name, [x, y]]) => mark(board, image, /** @type {keyof PLACES} */ (name), x, y));
  board.append(...marks.map((each) => each.element));
  return {
    element: board,
    /** @returns {{eyes: Point[], mouth: Point[]}} */
    places: () => {
      const [leftEye, rightEye, left, right] = marks.map((each) => each.place());
      return { eyes: [leftEye, rightEye], mouth: [left, right] };
    },
  };
}

/**
 * @param {HTMLElement} board
 * @param {HTMLImageElement} image
 * @param {keyof PLACES} name
 * @param {number} x
 * @param {number} y
 */
function mark(board, image, name, x, y) {
  const element = make("button", { type: "button", class: "spot", label: `spot.${name}` });
  const move = (/** @type {number} */ toX, /** @type {number} */ toY) => {
    [x, y] = [toX, toY].map((each) => Math.min(1, Math.max(0, each)));
    element.style.left = `${100 * x}%`;
    element.style.top = `${100 * y}%`;
  };
  element.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = STEP * (event.shiftKey ? 10 : 1);
    move(x + step[0] * far, y + (step[1] * far * image.naturalWidth) / image.naturalHeight);
  });
  element.addEventListener("pointerdown", (event) => element.setPointerCapture(event.pointerId));
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = board.getBoundingClientRect();
    move((event.clientX - left) / width, (event.clientY - top) / height);
  });
  move(x, y);
  return { element, place: () => /** @type {Point} */ ([x * image.naturalWidth, y * image.naturalHeight]) };
}
