/**
 * What was said, in words: the visitor's lines, and each sentence of an answer with the mark that tells whose it is.
 * Knows neither the line to the service nor the player.
 */

import { make } from "./elements.js";
import { dated } from "./words.js";

/**
 * @typedef {import("./socket.js").Phrase} Phrase
 * @typedef {import("./socket.js").End} End
 * @typedef {{line: HTMLElement, said: HTMLElement, foot: HTMLElement, phrases: Map<number, HTMLElement>}} Exchange
 */

/** Events: `open` (a phrase), `save` ({turn, place}), `keep` ({text, foot}), `forget` ({id, note}). */
export class Transcript extends EventTarget {
  /** @type {Map<number, Exchange>} */
  #turns = new Map();
  /** @type {Map<string, HTMLElement>} lines that nobody has taken yet, by their ids */
  #waiting = new Map();

  /**
   * @param {HTMLElement} root
   * @param {string} name whose memorial it is
   * @param {string} language of the memorial
   */
  constructor(root, name, language) {
    super();
    this.root = root;
    this.name = name;
    this.language = language;
  }

  /**
   * What the visitor said, as a new turn.
   *
   * @param {number} turn
   * @param {string} line
   */
  visitor(turn, line) {
    if (this.#turns.has(turn)) return;
    const said = make("div", { class: "said", lang: this.language });
    const foot = make("div", { class: "foot" });
    const spoken = make("p", { class: "line", dir: "auto" }, line);
    const mine = make("div", { class: "mine" }, make("h3", { class: "unseen", word: "talk.you" }), spoken);
    const theirs = make("div", { class: "theirs" }, make("h3", { class: "unseen" }, this.name), said, foot);
    const exchange = make("article", { class: "exchange" }, mine, theirs);
    this.#turns.set(turn, { line: spoken, said, foot, phrases: new Map() });
    this.root.append(exchange);
    this.root.scrollTop = exchange.offsetTop; // what follows is read from here
  }

  /**
   * What the visitor said, until it is taken; where that lasts, it is told.
   *
   * @param {string} id
   * @param {string} line
   */
  waiting(id, line) {
    const spoken = make("p", { class: "line", dir: "auto" }, line);
    const note = make("p", { class: "small", word: "talk.waiting" });
    const element = make("div", { class: "waiting" }, make("div", { class: "mine" }, spoken), note);
    this.#waiting.set(id, element);
    this.root.append(element);
    this.root.scrollTop = element.offsetTop;
  }

  /** @param {string} id */
  accepted(id) {
    this.#waiting.get(id)?.remove();
    this.#waiting.delete(id);
  }

  /** @param {Phrase} phrase */
  phrase(phrase) {
    const exchange = this.#turns.get(phrase.turn);
    if (!exchange || exchange.phrases.has(phrase.index)) return;
    const element = phrase.mark === "notice" ? notice(phrase) : this.#sentence(phrase);
    const before = exchange.phrases.get(phrase.index - 1);
    before?.classList.toggle("joined", isAlike(before, element));
    exchange.phrases.set(phrase.index, element);
    exchange.said.append(element);
    if (phrase.mark === "notice") element.scrollIntoView({ block: "nearest" }); // it must not be overlooked
  }

  /**
   * A sentence is being said; those before it were.
   *
   * @param {number} turn
   * @param {number} index
   */
  speaking(turn, index) {
    for (const [each, element] of this.#turns.get(turn)?.phrases ?? []) {
      if (each <= index) element.classList.remove("ahead");
      element.classList.toggle("now", each === index);
    }
    this.element(turn, index)?.scrollIntoView({ block: "nearest" });
  }

  /**
   * The turn came to its end.
   *
   * @param {number} turn
   * @param {End["reason"]} reason
   * @param {End["remembered"]} remembered
   */
  end(turn, reason, remembered) {
    const exchange = this.#turns.get(turn);
    if (!exchange) return;
    for (const element of exchange.phrases.values()) {
      element.classList.remove("now");
      if (reason === "said") element.classList.remove("ahead");
    }
    exchange.said.dataset.ended = reason;
    if (!exchange.foot.children.length) exchange.foot.append(...this.#tools(turn, exchange));
    if (remembered) this.remembered(exchange.foot, remembered);
    exchange.foot.scrollIntoView({ block: "nearest" });
  }

  /**
   * What the last line told of the visitor, and that it can be taken back.
   *
   * @param {HTMLElement} foot
   * @param {{id: string, text: string}} note
   */
  remembered(foot, note) {
    foot.querySelector(".note, .keep")?.remove();
    const told = make("span", { word: ["talk.remembered", { text: note.text }] });
    const back = make("button", { type: "button", class: "quiet", word: "talk.take-back" });
    const place = make("p", { class: "note" }, told, " ", back);
    back.addEventListener("click", () => this.#tell("forget", { id: note.id, note: place }));
    foot.append(place);
  }

  /**
   * The element that shows a phrase.
   *
   * @param {number} turn
   * @param {number} index
   */
  element(turn, index) {
    return this.#turns.get(turn)?.phrases.get(index);
  }

  /** @param {Phrase} phrase */
  #sentence(phrase) {
    const mark = make("span", { class: "mark", word: whose(phrase) });
    const text = make("span", { class: "text", lang: phrase.language ?? this.language }, phrase.text);
    if (phrase.withheld) return make("p", { class: "phrase withheld" }, make("span", { class: "text", word: "talk.withheld" }));
    const classes = phrase.spoken ? "phrase ahead" : "phrase";
    const sign = phrase.source && origin(phrase.source);
    const button = make("button", { type: "button", class: classes, "aria-haspopup": "dialog" }, text, " ", mark, sign);
    button.dataset.mark = phrase.mark;
    button.dataset.file = phrase.source?.file ?? "";
    button.addEventListener("click", () => this.#tell("open", phrase));
    return button;
  }

  /**
   * @param {number} turn
   * @param {Exchange} exchange
   */
  #tools(turn, exchange) {
    const isTheirs = [...exchange.phrases.values()].some((each) => (each.dataset.mark ?? "imagined") !== "imagined");
    if (!isTheirs) return []; // the program alone spoke
    const line = exchange.line.textContent ?? "";
    const save = make("button", { type: "button", class: "quiet", word: "talk.save" });
    const place = make("span", { class: "grow" }, save);
    save.addEventListener("click", () => this.#tell("save", { turn, place }));
    if (/[?？]\s*$/.test(line)) return [place]; // a question tells nothing
    const keep = make("button", { type: "button", class: "quiet keep", word: "talk.keep" });
    keep.addEventListener("click", () => this.#tell("keep", { text: line, foot: exchange.foot }));
    return [place, keep];
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * Whose words a sentence holds, in few words.
 *
 * @param {Phrase} phrase
 * @returns {import("./words.js").Worded}
 */
export function whose(phrase) {
  if (phrase.mark === "told" && phrase.source?.author) return ["mark.told-by", { author: phrase.source.author }];
  return `mark.${phrase.mark}`;
}

/**
 * Where a sentence stands, and that it can be looked at there.
 *
 * @param {import("./socket.js").Source} source
 */
function origin(source) {
  const when = source.date && `${dated(source.date)} · `;
  return make("span", { class: "origin" }, " · ", when, make("span", { class: "see", word: "talk.original" }));
}

/**
 * Whether two sentences, one after the other, are of the same kind and from the same place: one mark is enough then.
 *
 * @param {HTMLElement} before
 * @param {HTMLElement} after
 */
function isAlike({ dataset: before }, { dataset: after }) {
  return before.mark !== undefined && before.mark === after.mark && before.file === after.file;
}

/**
 * The program itself speaks, not the person.
 *
 * @param {Phrase} phrase
 */
function notice(phrase) {
  return make(
    "div",
    { class: "phrase notice", role: "note" },
    make("span", { class: "mark", word: "mark.notice" }),
    make("p", { lang: phrase.language ?? null }, phrase.text),
  );
}
