/** Where the visitor writes, or holds a button to speak. Knows neither who hears it nor what becomes of it. */

import { make } from "./elements.js";

const QUIET_MS = 4000; // without a key: nobody writes any more
const LONGEST_CHARS = 2000; // of a line, which the service takes
const NEAR_CHARS = 200; // to the longest: from here on it is told
const HELD_MS = 350; // a shorter press is a click: it speaks on until the next one

/** Events: `say` (text), `writing` (whether), `speak` (begin to hear), `spoken` (enough). */
export class Composer extends EventTarget {
  #timer = 0;
  #pressedAt = 0;
  #isSpeaking = false;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLTextAreaElement} field
   * @param {HTMLButtonElement} microphone
   * @param {HTMLElement} length where it is told how much room a long line has
   */
  constructor(form, field, microphone, length) {
    super();
    this.field = field;
    this.send = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    this.length = length;
    this.microphone = microphone;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("input", () => this.#input());
    field.addEventListener("blur", () => this.#quiet());
    this.#listenTo(microphone);
  }

  /** @param {string} text */
  write(text) {
    this.field.value = text;
    this.#measure();
    this.field.focus();
  }

  /** @param {boolean} can whether there is anybody to say something to */
  enable(can) {
    this.field.disabled = this.microphone.disabled = !can;
  }

  /** What is heard came to its end by itself. */
  hush() {
    if (!this.#isSpeaking) return;
    this.#isSpeaking = false;
    this.microphone.setAttribute("aria-pressed", "false");
  }

  #say() {
    const text = this.field.value.trim();
    if (!text || this.#room() < 0) return;
    this.field.value = "";
    this.#grow();
    this.#measure();
    this.#quiet();
    this.#tell("say", text);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // while a Chinese word is being put together, Enter belongs to that; 229 is how Safari says so
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#say();
  }

  /** How many characters more may be written, as the service counts them. */
  #room() {
    return LONGEST_CHARS - [...this.field.value.trim()].length;
  }

  /** Nothing is cut: what is too long stands until it is shortened. */
  #measure() {
    const room = this.#room();
    this.send.disabled = room < 0;
    this.length.hidden = room > NEAR_CHARS;
    this.length.classList.toggle("over", room < 0);
    if (room > NEAR_CHARS) return this.length.replaceChildren();
    this.length.replaceChildren(make("span", { word: [room < 0 ? "talk.too-long" : "talk.room", { count: Math.abs(room) }] }));
  }

  #input() {
    this.#grow();
    this.#measure();
    clearTimeout(this.#timer);
    if (!this.field.value) return this.#quiet();
    this.#timer = setTimeout(() => this.#quiet(), QUIET_MS);
    this.#tell("writing", true);
  }

  #quiet() {
    clearTimeout(this.#timer);
    this.#tell("writing", false);
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  /** @param {HTMLButtonElement} button */
  #listenTo(button) {
    button.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.#press();
    });
    for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => this.#release());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.#press();
    });
    button.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") this.#release();
    });
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is no menu
  }

  #press() {
    if (this.#isSpeaking) return this.#stop();
    this.#isSpeaking = true;
    this.#pressedAt = performance.now();
    this.microphone.setAttribute("aria-pressed", "true");
    this.#tell("speak", null);
  }

  #release() {
    if (this.#isSpeaking && performance.now() - this.#pressedAt > HELD_MS) this.#stop();
  }

  #stop() {
    this.hush();
    this.#tell("spoken", null);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
