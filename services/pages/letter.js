/**
 * A sentence, opened: whose it is, the letter behind it with the sentence marked, and what can be said against it.
 * Knows the dialog and the API of letters and corrections.
 */

import { get, post } from "./api.js";
import { make, the } from "./elements.js";
import { told } from "./problems.js";
import { whose } from "./transcript.js";
import { dated } from "./words.js";

/** @typedef {import("./socket.js").Phrase} Phrase */

export class LetterDialog {
  /**
   * @param {string} memorial the API's path of it
   * @param {string} language of the memorial
   */
  constructor(memorial, language) {
    this.memorial = memorial;
    this.language = language;
    this.dialog = /** @type {HTMLDialogElement} */ (the("letter"));
    this.body = the("letter-body");
  }

  /** @param {Phrase} phrase */
  async open(phrase) {
    const page = make("div", { class: "page" });
    this.body.replaceChildren(this.#head(phrase), page, this.#foot(phrase));
    this.dialog.showModal();
    if (phrase.source) await this.#read(phrase, page);
  }

  /** @param {Phrase} phrase */
  #head(phrase) {
    const sentence = make("blockquote", { lang: phrase.language ?? this.language }, phrase.text);
    const mark = make("p", { class: "mark", word: whose(phrase) });
    const meaning = make("p", { word: /** @type {any} */ (`meaning.${phrase.mark}`) });
    return make("header", {}, sentence, mark, meaning);
  }

  /**
   * @param {Phrase} phrase
   * @param {HTMLElement} page
   */
  async #read(phrase, page) {
    const source = /** @type {import("./socket.js").Source} */ (phrase.source);
    const query = new URLSearchParams({ file: source.file, quote: source.quote });
    try {
      page.replaceChildren(...this.#letter(await get(`${this.memorial}/letters?${query}`)));
      page.querySelector("mark")?.scrollIntoView({ block: "center" });
    } catch (error) {
      page.replaceChildren(make("p", { class: "note" }, told(error, "letter.none")));
    }
  }

  /** @param {{file: string, date: string | null, author: string | null, before: string, quote: string, after: string}} letter */
  #letter(letter) {
    const from = [letter.author, dated(letter.date), letter.file].filter(Boolean).join(" · ");
    const text = make("div", { class: "paper", lang: this.language, tabindex: "0", role: "region", label: "letter.paper" });
    text.append(letter.before, make("mark", {}, letter.quote), letter.after);
    return [make("h3", { class: "from" }, from), text];
  }

  /** @param {Phrase} phrase */
  #foot(phrase) {
    const foot = make("footer", {});
    if (phrase.mark === "imagined") return foot;
    const strike = make("button", { type: "button", class: "quiet", word: "letter.never" });
    strike.addEventListener("click", () => this.#ask(phrase, foot));
    foot.append(strike);
    return foot;
  }

  /**
   * Striking a sentence changes what everybody hears, so that it is asked once more.
   *
   * @param {Phrase} phrase
   * @param {HTMLElement} foot
   */
  #ask(phrase, foot) {
    const yes = make("button", { type: "button", word: "letter.never-yes" });
    const no = make("button", { type: "button", class: "quiet", word: "cancel" });
    yes.addEventListener("click", () => this.#strike(phrase, foot));
    no.addEventListener("click", () => foot.replaceWith(this.#foot(phrase)));
    foot.replaceChildren(make("p", { word: "letter.never-ask" }), yes, no);
    yes.focus();
  }

  /**
   * @param {Phrase} phrase
   * @param {HTMLElement} foot
   */
  async #strike(phrase, foot) {
    try {
      await post(`${this.memorial}/corrections`, { quote: phrase.source?.quote ?? phrase.text });
      foot.replaceChildren(make("p", { role: "status", word: "letter.struck" }));
    } catch (error) {
      foot.replaceChildren(make("p", { role: "alert" }, told(error)));
    }
  }
}
